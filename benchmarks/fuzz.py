"""Damaged files of eight containers through the stages that open them.

``python -m benchmarks.fuzz`` takes the number of files and the first seed, 2,000 and 0 by default.
It ends with an error that names each file, with its seed, that was neither prepared nor refused in
one line.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from heaters.services.invariants import check_invariants
from tests.support.fuzzing import damaged_files, run_all
from tests.support.library import open_library
from tests.support.servers import fresh_database, fresh_redis, running_servers


def measure(folder: Path, count: int = 2000, first_seed: int = 0) -> dict[str, float]:
    """Return how many files ended which way, and the findings of a check of the library."""
    files = folder / "files"
    files.mkdir()
    began = time.perf_counter()
    with (
        running_servers() as servers,
        open_library(
            folder / "data", fresh_database(servers), fresh_redis(servers), max_attempts=1
        ) as library,
    ):
        ends = run_all(library, damaged_files(files, count, first_seed))
        with library.runtime.database.unit_of_work() as uow:
            findings = check_invariants(uow)
    return {
        "files": count,
        **{end.replace(" ", "_"): number for end, number in sorted(ends.items())},
        "findings": len(findings),
        "s_per_file": round((time.perf_counter() - began) / count, 2),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(measure(Path(scratch), *(int(argument) for argument in sys.argv[1:])))
