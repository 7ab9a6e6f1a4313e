"""The command that measures: bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer

app = typer.Typer(rich_markup_mode=None)

_ROOT = Path(__file__).parent.parent.parent


@app.command()
def bench() -> None:
    """Run the benchmarks and write docs/benchmarks.md."""
    raise typer.Exit(subprocess.call([sys.executable, "-m", "benchmarks"], cwd=_ROOT))
