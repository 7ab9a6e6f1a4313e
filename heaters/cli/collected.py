"""A folder that clips are collected into: its manifest, and which files in it we have written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from heaters.domain.errors import InvalidInput

_MANIFEST = "manifest.json"
_WRITTEN = ".collected"
_LIBRARY = "library"  # the first word of the list's first line


class InTheWay(InvalidInput):
    """A file that no collect has written has the name that a clip's file gets."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in the way: heaters collect has not written it; "
            "move it, or choose another folder"
        )


class Collected:
    """A manifest under way: ``close`` puts it in the place of the folder's last one.

    Beside it a list says which library collects here, and names every file that it ever did, each
    before it is written: so a file that a killed command has left is known too, and a stranger's
    never is.

    Attributes:
        count: how many clips have been written.
    """

    def __init__(
        self, folder: Path, *, installation: str, only_video_id: int | None = None
    ) -> None:
        """Begin a manifest in ``folder``, which is made if it is missing.

        Args:
            folder: where the clips go.
            installation: the id of the library.
            only_video_id: the one video whose clips are written; entries of others are kept.

        Raises:
            InvalidInput: it is no folder, another library collects into it, or its manifest is not
                one of ours.
        """
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"{folder} is a file, not a folder: choose another")
        folder.mkdir(parents=True, exist_ok=True)
        self.count = 0
        self._folder = folder
        self._partial = folder / f".{_MANIFEST}.part"
        listed = folder / _WRITTEN
        has_list = listed.exists()
        owner = _library(listed) if has_list else None
        if owner not in (None, installation):
            raise InvalidInput(
                f"another library ({owner}) collects into {folder}: choose another folder"
            )
        before = _entries(folder / _MANIFEST) if only_video_id or not has_list else []
        self._ours = (
            dict(_lines(listed))
            if has_list
            else {entry["file"]: entry["video_id"] for entry in before}
        )
        self._stale = {name for name, video in self._ours.items() if only_video_id in (None, video)}
        if owner is None:
            _write_list(listed, installation, self._ours)
        with ExitStack() as stack:
            self._manifest = stack.enter_context(self._partial.open("w", encoding="utf-8"))
            self._list = stack.enter_context(listed.open("a", encoding="utf-8"))
            self._files = stack.pop_all()
        self._separator = "[\n  "
        for entry in before:
            if only_video_id not in (None, entry["video_id"]):
                self._write_entry(entry)

    def announce(self, name: str, video_id: int) -> None:
        """Note that a file of this name is about to be written.

        Raises:
            InTheWay: there is one that is not ours.
        """
        if name not in self._ours:
            if os.path.lexists(self._folder / name):
                raise InTheWay(self._folder / name)
            self._ours[name] = video_id
            self._list.write(_line(name, video_id))
            self._list.flush()

    def add(self, entry: dict[str, Any]) -> None:
        """Add a clip whose file is written."""
        self._stale.discard(entry["file"])
        self._write_entry(entry)
        self.count += 1

    def close(self) -> None:
        """Put the manifest in place."""
        self._manifest.write("[]\n" if self._separator.startswith("[") else "\n]\n")
        self._files.close()
        self._partial.replace(self._folder / _MANIFEST)

    def leftovers(self) -> list[str]:
        """Return, once closed, the files written earlier that this manifest has no place for."""
        return sorted(self._present(self._stale))

    def are_most(self, names: list[str]) -> bool:
        """Tell whether these are more than half of the files here that collect has written."""
        return 2 * len(names) > len(self._present(self._ours))

    def remove(self, names: list[str]) -> None:
        """Delete files that ``leftovers`` has named."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def _write_entry(self, entry: dict[str, Any]) -> None:
        text = json.dumps(entry, indent=2).replace("\n", "\n  ")
        self._manifest.write(self._separator + text)
        self._separator = ",\n  "

    def _present(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if (self._folder / name).is_file()]


def _write_list(path: Path, installation: str, written: dict[str, int]) -> None:
    """Begin the list with the library's id; earlier versions wrote none, or no list."""
    draft = path.with_name(f"{path.name}.part")
    lines = [f"{_LIBRARY} {installation}\n", *(_line(*item) for item in written.items())]
    draft.write_text("".join(lines), encoding="utf-8")
    draft.replace(path)


def _library(path: Path) -> str | None:
    """Return the id of the library that a list is of; None if it names none."""
    with path.open(encoding="utf-8") as lines:
        word, _, installation = lines.readline().rstrip("\n").partition(" ")
    return installation if word == _LIBRARY else None


def _line(name: str, video_id: int) -> str:
    return f"{video_id} {name}\n"


def _entries(manifest: Path) -> list[dict[str, Any]]:
    """Return what a manifest holds; nothing if there is none."""
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            raise TypeError
        return [entry for entry in entries if _is_name(entry["file"]) and entry["video_id"]]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(
            f"{manifest} was not written by heaters collect: choose another folder"
        ) from error


def _lines(path: Path) -> Iterator[tuple[str, int]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            owner, _, name = line.rstrip("\n").partition(" ")
            if owner.isdigit() and _is_name(name):
                yield name, int(owner)


def _is_name(name: str) -> bool:
    """Tell whether this names a file in the folder itself, as ours do."""
    return Path(name).name == name and name.endswith(".mp4")
