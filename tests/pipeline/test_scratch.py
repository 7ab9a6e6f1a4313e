"""Folders of jobs: locked while in use, gone afterwards, swept when their job was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest

from heaters.domain.lifecycle import VideoState
from heaters.embedded.locks import try_locked
from heaters.pipeline.scratch import KEEP_S, InUse, NoRoom, Scratch
from tests.support.barcodes import write_barcode_video
from tests.support.library import Library

HOLDER = """
import sys
from pathlib import Path
from heaters.pipeline.scratch import Scratch
with Scratch(Path(sys.argv[1]), None).folder("preprocess-7") as folder:
    (folder.path / "proxy.mp4").write_bytes(b"x" * 1000)
    folder.reserve(5000)
    print(folder.path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "scratch", None)


@contextmanager
def holder(scratch: Scratch) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run a process that holds a folder, until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(scratch.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def names(scratch: Scratch) -> set[str]:
    return {path.name for path in scratch.root.iterdir()} - {".lock"}


def make_old(folder: Path, age_s: float) -> None:
    then = time.time() - age_s
    for path in (*folder.iterdir(), folder):
        os.utime(path, (then, then))


def leave_download(scratch: Scratch, name: str, size_bytes: int = 1) -> Path:
    with pytest.raises(ZeroDivisionError), scratch.resumable_folder(name) as folder:
        (folder.path / "video.part").write_bytes(b"x" * size_bytes)
        raise ZeroDivisionError
    return folder.path


def test_a_folder_is_empty_at_first_and_gone_afterwards_whatever_happens(scratch: Scratch) -> None:
    with scratch.folder("export-1") as folder, scratch.folder("export-1") as other:
        assert folder.path != other.path
        assert list(folder.path.iterdir()) == []
        (folder.path / "a.mp4").touch()
    with pytest.raises(ZeroDivisionError), scratch.folder("export-2"):
        raise ZeroDivisionError
    assert names(scratch) == set()


def test_the_folder_of_a_killed_job_is_swept_and_no_other(scratch: Scratch) -> None:
    with holder(scratch) as (process, killed), scratch.folder("export-1") as mine:
        assert scratch.sweep() == 0
        assert killed.is_dir()
        process.kill()
        process.wait()
        assert scratch.sweep() == 1
        assert not killed.exists()
        assert mine.path.is_dir()
    assert names(scratch) == set()


def test_what_is_left_to_be_resumed_is_there_again_but_not_for_ever(scratch: Scratch) -> None:
    left = leave_download(scratch, "download-of-video-3")
    make_old(left, KEEP_S - 60)
    assert scratch.sweep() == 0
    with pytest.raises(ZeroDivisionError), scratch.resumable_folder(left.name) as folder:
        assert (folder.path / "video.part").exists()
        raise ZeroDivisionError
    make_old(left, KEEP_S + 60)
    assert scratch.sweep() == 1
    assert names(scratch) == set()


def test_a_folder_to_resume_in_is_gone_after_success(scratch: Scratch) -> None:
    leave_download(scratch, "download-of-video-3")
    with scratch.resumable_folder("download-of-video-3"):
        pass
    assert names(scratch) == set()


def test_two_jobs_never_share_a_folder(scratch: Scratch) -> None:
    with (
        scratch.resumable_folder("download-of-video-3"),
        pytest.raises(InUse, match="still in use"),
        scratch.resumable_folder("download-of-video-3"),
    ):
        pass
    assert names(scratch) == set()


def test_a_lock_is_removed_while_no_other_job_can_be_opening_it(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink, removed = Path.unlink, list[Path]()

    def unlink_alone(path: Path, *, missing_ok: bool = False) -> None:
        with try_locked(scratch.root / ".lock") as free:
            assert free is None, f"another job may be opening {path.name}"
        removed.append(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink_alone)
    with (
        scratch.resumable_folder("download-of-video-3") as left,
        scratch.folder("export-1") as gone,
    ):
        pass
    assert {f"{left.path.name}.lock", f"{gone.path.name}.lock"} == {path.name for path in removed}
    assert names(scratch) == set()


def test_folders_without_a_lock_are_kept_for_a_day(scratch: Scratch) -> None:
    folder = scratch.root / "preprocess-3-abc"
    folder.mkdir(parents=True)
    assert scratch.sweep() == 0
    make_old(folder, 25 * 3600)
    assert scratch.sweep() == 1
    assert names(scratch) == set()


def test_a_job_that_needs_more_than_the_disk_has_is_told_how_much(scratch: Scratch) -> None:
    with (
        scratch.folder("preprocess-1") as folder,
        pytest.raises(
            NoRoom, match=rf"needs about 1,000,000\.0 GB free in {scratch.root}, and the disk .* GB"
        ) as refusal,
    ):
        folder.reserve(10**15)
    assert refusal.value.heals


def test_what_other_jobs_hold_and_still_need_counts(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch", 10_000)
    with holder(scratch) as (process, _), scratch.folder("preprocess-8") as folder:
        folder.reserve(5000)
        with pytest.raises(NoRoom, match="HEATERS_SCRATCH_MAX_BYTES"):
            folder.reserve(5001)
        process.kill()
        process.wait()
        folder.reserve(10_000)


def test_partial_downloads_give_way_to_a_job_the_oldest_first(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch", 10_000)
    for number, age_s in ((1, 100), (2, 300), (3, 200)):
        make_old(leave_download(scratch, f"download-of-video-{number}", 3000), age_s)
    with scratch.folder("preprocess-8") as folder:
        folder.reserve(1000)
        assert len(names(scratch)) == 8
        folder.reserve(5000)
        kept = {name for name in names(scratch) if name.startswith("down") and "lock" not in name}
        assert kept == {"download-of-video-1"}


def test_a_worker_sweeps_as_it_starts(library: Library) -> None:
    scratch = library.tools.folders
    with holder(scratch) as (process, killed):
        process.kill()
        process.wait()
        with library.worker():
            library.wait_for(lambda: not killed.exists())


@pytest.mark.parametrize("library", [{"scratch_max_bytes": 1000, "max_attempts": 1}], indirect=True)
def test_a_job_begins_only_where_it_has_room(library: Library, tmp_path: Path) -> None:
    source = write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=20)
    video_id = library.ingest(source)
    with library.worker():
        reason = library.wait_for(lambda: library.video(video_id).last_error)
    assert "needs about" in reason
    assert "HEATERS_SCRATCH_MAX_BYTES" in reason
    assert library.video(video_id).state == VideoState.PREPROCESS_FAILED
    assert names(library.tools.folders) == set()
