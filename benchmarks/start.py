"""How long five commands take to start: wall time and CPU time, the median of five runs.

``python -m benchmarks.start CHECKOUT`` measures another version side by side: a folder with its
sources and its ``.venv``. Both work on an empty library of their own whose servers run already.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from heaters.embedded import embedded_servers
from tests.support.servers import wait_until_stopped

_COMMANDS = (("--help",), ("clips", "--json"), ("videos",), ("undo",), ("check",))
_RUNS = 5


def measure(folder: Path, other: Path | None = None) -> dict[str, object]:
    """Return every figure of this file; those of the checkout ``other`` too, if one is given."""
    versions = {"": Path(sys.prefix).parent}
    if other is not None:
        versions[" before"] = other.absolute()
    figures: dict[str, object] = {}
    with ExitStack() as stack:
        data_dirs = {name: folder / f"data{name.strip()}" for name in versions}
        for name, checkout in versions.items():
            data_dirs[name].mkdir()
            stack.callback(wait_until_stopped, data_dirs[name])
            stack.enter_context(embedded_servers(data_dirs[name]))
            _run(checkout, data_dirs[name], ("clips",))  # makes the tables
        for command in _COMMANDS:
            runs: dict[str, list[tuple[float, float]]] = {name: [] for name in versions}
            for _ in range(_RUNS):
                for name, checkout in versions.items():
                    runs[name].append(_run(checkout, data_dirs[name], command))
            for name, times in runs.items():
                figures[f"{' '.join(command)}{name}"] = {
                    "wall s": round(median(wall_s for wall_s, _ in times), 2),
                    "CPU s": round(median(cpu_s for _, cpu_s in times), 2),
                }
    return figures


def _run(checkout: Path, data_dir: Path, command: Sequence[str]) -> tuple[float, float]:
    """Run a command of a version; return its wall time and its CPU time in seconds."""
    begun_s, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [checkout / ".venv" / "bin" / "python", "-m", "heaters", *command],
        cwd=checkout,
        env=os.environ | {"HEATERS_DATA_DIR": str(data_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,  # nothing is there to undo, which is an error
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun_s, cpu_s


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        given = Path(sys.argv[1]) if sys.argv[1:] else None
        json.dump(measure(Path(temporary), given), sys.stdout, indent=2)
    print()
