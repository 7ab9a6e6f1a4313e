"""A small part of the fuzz run of ``benchmarks/fuzz.py``, on each of its eight containers."""

from __future__ import annotations

from pathlib import Path

from tests.support.fuzzing import damaged_files, run_all
from tests.support.library import Library
from tests.support.mutations import CONTAINERS, MUTATIONS, mutated

COUNT = 3 * len(CONTAINERS)


def test_every_damaged_file_is_prepared_or_refused_in_one_line(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    ends = run_all(library, damaged_files(folder, COUNT))
    assert ends.total() == COUNT
    assert ends["refused in words"], "the damage was felt"
    assert ends["prepared"] + ends["prepared with a warning"], "and did not reach everything"


def test_the_same_seed_makes_the_same_damage() -> None:
    whole = bytes(range(256)) * 64
    assert mutated(whole, 7) == mutated(whole, 7)
    assert len({mutated(whole, seed) for seed in range(50)}) > len(MUTATIONS)
