"""Folders as people have them: what can be a video is found, all else is named, nothing hangs."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from heaters.domain.errors import InvalidInput, NotFound
from heaters.services.finding import check_file, find_videos


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, since sockets take no long one."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def write(path: str | bytes, content: bytes = b"x") -> None:
    with open(path, "wb") as file:  # noqa: PTH123 - Path takes no bytes
        file.write(content)


def test_files_are_found_in_order_and_the_rest_is_refused_by_name(folder: Path) -> None:
    inner = folder / "taken.mp4"  # a folder that is called like a film
    inner.mkdir()
    (folder / "round").symlink_to(folder)
    for name in ("b.MP4", "-rf.mkv", "two\nlines.ts", "notes.txt", "taken.mp4/c.mov"):
        write(str(folder / name))
    write(os.fsencode(folder) + b"/caf\xe9.mp4")
    long = "é" * 123 + ".mp4"
    assert len(long.encode()) == 250
    write(str(folder / long))
    (folder / "link.mp4").symlink_to(folder / "b.MP4")

    os.mkfifo(folder / "pipe.mp4")
    (folder / "empty.mp4").touch()
    (folder / "gone.mp4").symlink_to(folder / "nowhere")
    (folder / "self.mp4").symlink_to(folder / "self.mp4")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s.mp4"))
    (folder / "zero.mp4").symlink_to("/dev/zero")

    found = find_videos(folder)
    names = [os.fsencode(path.relative_to(folder)) for path in found.files]
    assert names == [
        *(b"-rf.mkv", b"b.MP4", b"caf\xe9.mp4", b"link.mp4", b"two\nlines.ts"),
        *(long.encode(), b"taken.mp4/c.mov"),
    ]
    assert found.others == ["notes.txt"]
    said = "\n".join(found.refusals)
    assert len(found.refusals) == 6
    for words in (
        "empty.mp4 is empty",
        "gone.mp4 is a link to a file that does not exist",
        "pipe.mp4 is a named pipe, not a file",
        "s.mp4 is a socket, not a file",
        "zero.mp4 is a device, not a file",
        "self.mp4: Too many levels of symbolic links",
    ):
        assert words in said
    assert all(line.isprintable() for line in found.refusals)


def test_a_folder_without_videos_says_so(folder: Path) -> None:
    write(str(folder / "notes.txt"))
    with pytest.raises(NotFound, match="no video files in"):
        find_videos(folder)


@pytest.mark.parametrize("name", ["a\0b.mp4", "x" * 300, "no/such.mp4", "\udce9.mp4"])
def test_a_path_that_cannot_be_is_refused_in_one_line(folder: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_file(folder / name)
    assert str(caught.value).isprintable()
