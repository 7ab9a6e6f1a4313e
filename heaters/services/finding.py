"""Files of this machine that can be videos; nothing is opened, so that no pipe is waited for."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from heaters.domain.errors import InvalidInput, NotFound
from heaters.domain.names import clean_line, counted

_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("3gp", "avi", "flv", "gif", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg"),
        *("mts", "mxf", "ogv", "ts", "webm", "wmv"),
    )
)
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
    stat.S_IFDIR: "a folder",
}
_SHOWN_CHARACTERS = 1000
_NAMED_OTHERS = 5


@dataclass
class Found:
    """What lies in a folder.

    Attributes:
        files: the files to take, in order.
        others: the names of files that are not named as videos are; hidden ones do not count.
        refusals: a line for each file or folder that cannot be read.
    """

    files: list[Path] = field(default_factory=list[Path])
    others: list[str] = field(default_factory=list[str])
    refusals: list[str] = field(default_factory=list[str])


def find_videos(folder: Path) -> Found:
    """Look for files named as videos are, in the folder and those below it.

    Links to files are followed, links to folders are not.

    Raises:
        NotFound: there is none, and none that had to be refused.
    """
    found = Found()

    def refuse(error: OSError) -> None:
        found.refusals.append(f"cannot read {shown_path(error.filename)}: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() not in _SUFFIXES:
                if not name.startswith("."):
                    found.others.append(shown_path(name))
                continue
            try:
                check_file(path)
            except InvalidInput as error:
                found.refusals.append(str(error))
            else:
                found.files.append(path)
    if not found.files and not found.refusals:
        raise NotFound(f"no video files in {shown_path(folder)}")
    return found


def left_out(others: Sequence[str]) -> str:
    """Say which files of a folder are left out, as ``2 other files left out (a.mp3, b.txt)``."""
    more = f" and {len(others) - _NAMED_OTHERS} more" if len(others) > _NAMED_OTHERS else ""
    names = ", ".join(others[:_NAMED_OTHERS])
    return f"{counted(len(others), 'other file')} left out ({names}{more})"


def check_file(path: Path) -> int:
    """Return the size in bytes of a file that can be read.

    Raises:
        NotFound: there is none of that name, or the link leads nowhere.
        InvalidInput: it is no file, empty, or may not be read.
    """
    shown = shown_path(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise NotFound(f"{shown} is a link to a file that does not exist") from None
        raise NotFound(f"not found: {shown}") from None
    except (OSError, ValueError) as error:  # a link to itself, a name too long or with a NUL
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise InvalidInput(f"cannot read {shown}: {reason}") from None
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise InvalidInput(f"{shown} is {kind}, not a file")
    if not os.access(path, os.R_OK):
        raise InvalidInput(f"cannot read {shown}: Permission denied")
    if not status.st_size:
        raise InvalidInput(f"{shown} is empty")
    return status.st_size


def shown_path(path: str | bytes | os.PathLike[str]) -> str:
    """Return a path as one line that any terminal and page can show."""
    return clean_line(os.fsdecode(path), max_characters=_SHOWN_CHARACTERS)
