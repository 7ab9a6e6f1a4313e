"""The one way to run ffmpeg: found in a package, watched, stopped, never outliving this process."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import imageio_ffmpeg

from heaters.domain.errors import Cancelled, HeatersError, InvalidConfiguration

_POLL_S = 0.2
_STDERR_LINES = 40
_CAUSES = 4
_LONGEST_DETAIL = 800  # characters
_GLOBAL_ARGUMENTS = (
    *("-hide_banner", "-nostdin", "-y", "-nostats"),
    *("-progress", "pipe:1", "-loglevel", "repeat+level+warning"),
)
_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
_LEVEL = re.compile(r"\[(?P<level>panic|fatal|error|warning)\] ")
_ECHO = re.compile(
    "Task finished|Terminating thread|Nothing was written|Could not open encoder before EOF"
)
_NO_ROOM = ("No space left on device", "Disk quota exceeded", "File too large")

# The kernel kills ffmpeg when the thread that started it ends. Asking for that after a fork of a
# process with threads is unsafe, so a small interpreter asks and then becomes ffmpeg (20 ms).
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


class FfmpegFailed(HeatersError):
    """ffmpeg gave up: its input is broken, or it was asked for what it cannot do.

    Attributes:
        stderr_lines: the last lines that it wrote, oldest first; they may name files.
        detail: the last of those that name a cause.
    """

    def __init__(self, what: str, stderr_lines: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.stderr_lines = tuple(stderr_lines)
        causes = [line for line in self.stderr_lines if not _ECHO.search(line)]
        self.detail = "; ".join(causes[-_CAUSES:])[:_LONGEST_DETAIL]


class DiskFull(FfmpegFailed):
    """There was no room for what ffmpeg writes."""

    heals = True


class FfmpegLost(FfmpegFailed):
    """ffmpeg was killed from outside, or did nothing for too long and was killed here."""

    heals = True


def find_ffmpeg(configured: Path | None = None) -> Path:
    """Return the configured ffmpeg, else the one that ``imageio-ffmpeg`` ships.

    Raises:
        InvalidConfiguration: there is none, or the configured one is no program.
    """
    if configured is not None:
        if not (configured.is_file() and os.access(configured, os.X_OK)):
            raise InvalidConfiguration(
                f"HEATERS_FFMPEG is {configured}, which is no program: correct it, or unset it to"
                " use the packaged ffmpeg"
            )
        return configured.absolute()
    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe()).absolute()
    except RuntimeError as error:
        raise InvalidConfiguration(
            "no ffmpeg for this system: run `make install`, or set HEATERS_FFMPEG to one"
        ) from error


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    ffmpeg: Path,
    total_frames: int | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_message: Callable[[str], None] | None = None,
    cancelled: threading.Event | None = None,
    stall_timeout_s: float = 600,
) -> tuple[str, ...]:
    """Run ffmpeg to its end; files that it names are overwritten.

    Args:
        arguments: inputs, filters and outputs; what this module needs itself is put before them.
        ffmpeg: the program, see ``find_ffmpeg``.
        total_frames: frames that the first video output is going to have, if known.
        on_progress: called about twice a second with a fraction from 0 to 1 of ``total_frames``.
        on_message: called with every error and warning that ffmpeg writes.
        cancelled: once set, ffmpeg is killed within a fraction of a second.
        stall_timeout_s: seconds without a new frame or byte after which ffmpeg is killed. It writes
            none while it moves the index of a large MP4 file to the front.

    Returns:
        The last lines that ffmpeg wrote to stderr although it succeeded: errors that it got over.

    Raises:
        DiskFull: there was no room.
        FfmpegLost: it was killed, or stalled.
        FfmpegFailed: anything else; a second try would end the same way.
        Cancelled: ``cancelled`` was set.
    """
    stderr: deque[str] = deque(maxlen=_STDERR_LINES)
    reported: dict[str, str] = {}
    moved_s, of_error = time.monotonic(), True
    with _process([str(ffmpeg), *_GLOBAL_ARGUMENTS, *arguments]) as process:
        for source, line in _lines(process):
            if cancelled is not None and cancelled.is_set():
                raise Cancelled("stopped while ffmpeg was running")
            if source == "stderr":
                text = _ADDRESS.sub("", line)
                message = _LEVEL.sub("", text)
                if on_message:
                    on_message(message)
                if tag := _LEVEL.search(text):
                    of_error = tag["level"] != "warning"  # also of the lines that go on with it
                if of_error:
                    stderr.append(message)
            elif source == "progress":
                key, _, value = line.partition("=")
                if key in ("frame", "total_size") and reported.get(key) != value:
                    reported[key], moved_s = value, time.monotonic()
                if key == "frame" and total_frames and on_progress:
                    on_progress(min(1.0, int(value) / total_frames))
            if time.monotonic() - moved_s > stall_timeout_s:
                raise FfmpegLost(f"ffmpeg did nothing for {stall_timeout_s:g} s", stderr)
        returncode = process.wait()
    if returncode:
        raise _failure(returncode, stderr)
    return tuple(stderr)


@contextmanager
def _process(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``command`` in a process group of its own, which is gone when the block is left."""
    if sys.platform == "linux":
        keeper = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid())]
        command = [*keeper, *command]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _lines(
    process: subprocess.Popen[bytes],
) -> Iterator[tuple[Literal["progress", "stderr", "nothing"], str]]:
    """Yield what the process writes until it closes both pipes, and nothing in between."""
    with selectors.DefaultSelector() as selector:
        assert process.stdout and process.stderr
        selector.register(process.stdout, selectors.EVENT_READ, "progress")
        selector.register(process.stderr, selectors.EVENT_READ, "stderr")
        unfinished = {"progress": b"", "stderr": b""}
        while selector.get_map():
            yield "nothing", ""
            for key, _ in selector.select(_POLL_S):
                chunk = os.read(key.fd, 65536)
                *lines, unfinished[key.data] = (unfinished[key.data] + chunk).split(b"\n")
                if not chunk:
                    selector.unregister(key.fileobj)
                for line in lines:
                    yield key.data, line.decode(errors="replace").strip()


def _failure(returncode: int, stderr: Sequence[str]) -> FfmpegFailed:
    if returncode == -signal.SIGXFSZ or any(reason in "\n".join(stderr) for reason in _NO_ROOM):
        return DiskFull("no room for what ffmpeg writes; free some space and try again", stderr)
    if returncode < 0:
        name = signal.Signals(-returncode).name
        return FfmpegLost(f"ffmpeg was killed by {name} (is there enough memory?)", stderr)
    return FfmpegFailed("ffmpeg failed", stderr)
