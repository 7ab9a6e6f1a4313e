"""Tables in terminals of several widths: what the next command needs is there whole."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

PROGRAM = """
from heaters.cli.library import print_videos, _print_clips
from heaters.repositories.listing import ListedClip, ListedVideo
def video(id, state, title, error=None, n=3):
    return ListedVideo(id, title, state, 24000, 1001, 900, 320, 180, None, error, [], range(n))
error = "the file ends in the middle of a picture " * 6
print_videos([
    video(12345, "preprocess_failed", "a film with quite a long title that goes on and on", error),
    video(2, "ready", "\\u6d77" * 40),
    video(1, "ready", "red \\x1b[31m\\u202eevil"),
], as_json=False)
print("--")
clip = ListedClip(1234567, 12345, 100000, 200000, "review_approved", None, "videos/1/clips/1.mp4")
_print_clips([clip, ListedClip(8, 1, 0, 9, "export_failed", error, None)])
"""


def printed(columns: int) -> tuple[list[str], list[str]]:
    """Return the two tables' lines in a terminal of this width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=theirs,
        stdin=theirs,
        env=environment | {"NO_COLOR": "1", "TERM": "xterm"},
    ):
        os.close(theirs)
        output = b""
        try:
            while data := os.read(ours, 1 << 16):
                output += data
        except OSError:  # how a terminal says that its other end is closed
            pass
    os.close(ours)
    videos, _, clips = output.decode().replace("\x1b[2m", "").replace("\x1b[0m", "").partition("--")
    return videos.splitlines(), clips.splitlines()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_ids_and_states_are_whole_however_narrow_the_terminal(columns: int) -> None:
    videos, clips = printed(columns)
    assert any("12345" in line and "preprocess_failed" in line for line in videos)
    assert sum("ready" in line for line in videos) == 2
    assert any(
        all(text in line for text in ("1234567", "12345", "100000", "200000", "review_approved"))
        for line in clips
    )
    assert any("export_failed" in line for line in clips)
    assert "…" not in "".join(clips)
    assert not any("videos/1" in line for line in clips)
    for text in ("the file", "picture"):  # the error goes on in further lines
        assert any(text in line for line in videos)
        assert any(text in line for line in clips)
    for line in (*videos, *clips):
        assert len(line.rstrip()) <= columns
        assert "\x1b" not in line
        assert "\u202e" not in line
