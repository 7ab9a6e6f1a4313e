from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from heaters.domain.errors import InvalidConfiguration
from heaters.media.ffmpeg import (
    Cancelled,
    DiskFull,
    FfmpegFailed,
    FfmpegLost,
    find_ffmpeg,
    run_ffmpeg,
)

FFMPEG = find_ffmpeg()
ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=r=100:s=64x64")
FEW_FRAMES = ("-f", "lavfi", "-i", "testsrc2=r=25:s=64x64:d=2")


def running(token: str) -> list[int]:
    """Return the processes that have ``token`` among their arguments, except this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if token.encode() in arguments and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    run_ffmpeg(
        [*FEW_FRAMES, str(tmp_path / "a.mkv")],
        ffmpeg=FFMPEG,
        total_frames=50,
        on_progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_a_failure_says_why_in_its_detail_only(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed) as failure:
        run_ffmpeg(["-i", str(tmp_path / "missing.mp4"), "out.mp4"], ffmpeg=FFMPEG)
    assert str(failure.value) == "ffmpeg failed"
    assert "missing.mp4" in failure.value.detail
    assert "No such file" in failure.value.detail
    assert "\n" not in failure.value.detail
    assert not failure.value.heals


def test_no_room_heals() -> None:
    with pytest.raises(DiskFull, match="free some space") as failure:
        run_ffmpeg([*FEW_FRAMES, "-f", "rawvideo", "/dev/full"], ffmpeg=FFMPEG)
    assert failure.value.heals


def test_a_cancelled_run_leaves_no_process(tmp_path: Path) -> None:
    cancelled, out = threading.Event(), str(tmp_path / "a.mkv")
    with pytest.raises(Cancelled):
        run_ffmpeg(
            [*ENDLESS, out],
            ffmpeg=FFMPEG,
            total_frames=10**6,
            on_progress=lambda _: cancelled.set(),
            cancelled=cancelled,
        )
    assert running(out) == []


def test_an_exception_in_the_callback_leaves_no_process(tmp_path: Path) -> None:
    out = str(tmp_path / "a.mkv")

    def fail(_fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ffmpeg([*ENDLESS, out], ffmpeg=FFMPEG, total_frames=10**6, on_progress=fail)
    assert running(out) == []


def test_an_ffmpeg_that_is_killed_is_lost_and_heals(tmp_path: Path) -> None:
    out = str(tmp_path / "a.mkv")

    def kill(_fraction: float) -> None:
        for pid in running(out):
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(FfmpegLost, match="SIGKILL") as failure:
        run_ffmpeg([*ENDLESS, out], ffmpeg=FFMPEG, total_frames=10**6, on_progress=kill)
    assert failure.value.heals


def test_an_ffmpeg_that_stands_still_is_lost_and_killed(tmp_path: Path) -> None:
    fifo = tmp_path / "nobody-writes.mkv"
    os.mkfifo(fifo)
    with pytest.raises(FfmpegLost, match=r"nothing for 0\.5 s"):
        run_ffmpeg(["-i", str(fifo), "-f", "null", "-"], ffmpeg=FFMPEG, stall_timeout_s=0.5)
    assert running(str(fifo)) == []


def test_ffmpeg_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    out = str(tmp_path / "a.mkv")
    program = (
        "from heaters.media.ffmpeg import *\n"
        f"run_ffmpeg({[*ENDLESS, out]}, ffmpeg=find_ffmpeg(), total_frames=10**6,"
        " on_progress=lambda _: print('works', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"works\n"
        [ffmpeg] = [pid for pid in running(out) if pid != parent.pid]
        ended = os.pidfd_open(ffmpeg)
        parent.kill()
        assert select.select([ended], [], [], 30)[0]
        os.close(ended)


def test_a_configured_ffmpeg_is_used_and_a_wrong_one_refused(tmp_path: Path) -> None:
    assert find_ffmpeg(FFMPEG) == FFMPEG
    with pytest.raises(InvalidConfiguration, match="HEATERS_FFMPEG"):
        find_ffmpeg(tmp_path / "ffmpeg")
