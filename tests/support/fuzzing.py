"""Damaged files through the stages that open them, and what must be true of each afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from heaters.domain.lifecycle import VideoState
from heaters.pipeline.runner import Runner
from tests.support.library import Library
from tests.support.mutations import mutated, write_containers

# What a worker says of an end that no code has foreseen, and what is for its log only: words of
# ffmpeg, and paths.
_UNFORESEEN = (
    *("unexpected error", "was ended by SIG", "not done after", "nothing came for"),
    *("ffmpeg failed", "Error opening", "Error initializing", "/", "preprocess-"),
)


class WrongEnd(AssertionError):
    """Damaged files were neither prepared nor refused in one line, or left something behind."""


def damaged_files(folder: Path, count: int, first_seed: int = 0) -> Iterator[Path]:
    """Write one damaged file after the other, each with its seed in its name."""
    wholes = [(path, path.read_bytes()) for path in write_containers(folder)]
    for seed in range(first_seed, first_seed + count):
        whole, data = wholes[seed % len(wholes)]
        path = folder / f"{seed} {whole.name}"
        path.write_bytes(mutated(data, seed) or b"\0")
        yield path


def run_all(library: Library, files: Iterable[Path], threads: int = 2) -> Counter[str]:
    """Prepare every file, and detect scenes where that went well; count the ends.

    Raises:
        WrongEnd: some ended in another way than they may; names them all.
    """
    runner = Runner(library.tools)

    def run(path: Path) -> str:
        video_id = library.ingest(path)
        path.unlink()
        runner.run("preprocess", video_id)
        runner.run("detect_scenes", video_id)
        video = library.video(video_id)
        error = video.last_error or ""
        if video.state == VideoState.READY and not error:
            texts = [warning["text"] for warning in video.warnings]
            wrong.extend(f"{path.name}: {text}" for text in texts if "file:" in text)
            return "prepared with a warning" if video.warnings else "prepared"
        refused = video.state == VideoState.PREPROCESS_FAILED and error
        if not refused or "\n" in error or any(words in error for words in _UNFORESEEN):
            wrong.append(f"{path.name} is {video.state}: {error!r}")
        return "refused in words"

    wrong: list[str] = []
    with ThreadPoolExecutor(threads) as pool:
        ends = Counter(pool.map(run, files))
    left = set(library.tools.folders.root.iterdir()) - {library.tools.folders.root / ".lock"}
    wrong += [f"left: {path}" for path in left]
    if wrong:
        raise WrongEnd("\n".join(wrong))
    return ends
