"""Folders of jobs on this host's disk: locked while in use, swept when their job was killed.

Beside each folder lies a file of its name with ``.lock`` at the end. The job holds the lock on it,
which the kernel releases however the job ends, and writes down there how much it needs.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from heaters.domain.errors import ExternalFailure
from heaters.embedded.locks import locked, try_locked

KEEP_S = 3 * 24 * 3600.0
"""How long what a failed job left to be resumed is kept."""

_UNLOCKED_KEEP_S = 24 * 3600.0  # a folder without a lock file: an older version's


class NoRoom(ExternalFailure):
    """A job would need more room on this host's disk than there is."""

    def __init__(self, folder: Path, needed_bytes: int, free_bytes: int, limit: str) -> None:
        super().__init__(
            f"needs about {_gb(needed_bytes)} GB free in {folder}, and {limit} leaves "
            f"{_gb(max(0, free_bytes))} GB: free some space"
        )
        self.folder, self.needed_bytes, self.free_bytes = folder, needed_bytes, free_bytes


class InUse(ExternalFailure):
    """Another job of this host is still at work in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder.name} is still in use by an earlier attempt")


@dataclass(frozen=True)
class Scratch:
    """All folders of this host.

    Attributes:
        root: where they are; made if it is missing.
        max_bytes: how much they may hold together; None: as much as the disk.
    """

    root: Path
    max_bytes: int | None

    @contextmanager
    def folder(self, name: str) -> Iterator[ScratchFolder]:
        """Give an empty folder that is gone afterwards, whatever happened."""
        with self._held(f"{name}-{secrets.token_hex(4)}", kept=False) as folder:
            yield folder

    @contextmanager
    def resumable_folder(self, name: str) -> Iterator[ScratchFolder]:
        """Give the folder of this name, with what a failed job left there; gone after success.

        Raises:
            InUse: another job has it.
        """
        with self._held(name, kept=True) as folder:
            yield folder

    def sweep(self, keep_s: float = KEEP_S) -> int:
        """Remove the folders of killed jobs, and what is kept for longer; return how many."""
        with self._exclusive():
            return sum([self._remove_if_free(path, keep_s) for path in self._folders()])

    def reserve(self, folder: Path, needed_bytes: int) -> None:
        """Make sure that ``folder`` may grow to this many bytes, at the cost of what is only kept.

        Raises:
            NoRoom: it may not.
        """
        with self._exclusive():
            waiting = sorted(self._folders(), key=_newest_s)
            while True:
                free_bytes, limit = self._room_for(folder)
                if needed_bytes <= free_bytes:
                    _note(folder, needed_bytes=needed_bytes)
                    return
                if not waiting:
                    raise NoRoom(self.root, needed_bytes, free_bytes, limit)
                self._remove_if_free(waiting.pop(0), keep_s=0)

    @contextmanager
    def _held(self, name: str, *, kept: bool) -> Iterator[ScratchFolder]:
        path = self.root / name
        with ExitStack() as stack:
            with self._exclusive():
                if stack.enter_context(try_locked(_lock_of(path))) is None:
                    raise InUse(path)
                _note(path, kept=kept, needed_bytes=0)
                path.mkdir(mode=0o700, exist_ok=True)
            done = False
            try:
                yield ScratchFolder(self, path)
                done = True
            finally:
                if done or not kept:
                    shutil.rmtree(path, ignore_errors=True)
                    with self._exclusive():  # else another job could lock a file that is gone
                        _lock_of(path).unlink(missing_ok=True)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Let one process at a time make, remove and count folders."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.root / ".lock"):
            yield

    def _folders(self) -> list[Path]:
        return [path for path in self.root.iterdir() if path.is_dir()]

    def _remove_if_free(self, path: Path, keep_s: float) -> bool:
        is_known = _lock_of(path).exists()
        keep_s = keep_s if _notes(path).get("kept") else 0 if is_known else _UNLOCKED_KEEP_S
        with try_locked(_lock_of(path)) as lock:
            if lock is not None and time.time() - _newest_s(path) >= keep_s:
                shutil.rmtree(path, ignore_errors=True)
            gone = not path.exists()
            if gone or not is_known:
                _lock_of(path).unlink(missing_ok=True)
            return gone

    def _room_for(self, folder: Path) -> tuple[int, str]:
        """Return to how many bytes the folder may grow, and what sets that limit."""
        used = {path: _size_bytes(path) for path in self._folders()}
        promised = sum(
            max(0, _notes(path).get("needed_bytes", 0) - size_bytes)
            for path, size_bytes in used.items()
            if path != folder
        )
        own_bytes = used.get(folder, 0)
        on_disk = own_bytes + shutil.disk_usage(self.root).free - promised
        if self.max_bytes is None:
            return on_disk, "the disk"
        allowed = own_bytes + self.max_bytes - sum(used.values()) - promised
        return min((on_disk, "the disk"), (allowed, "HEATERS_SCRATCH_MAX_BYTES"))


@dataclass(frozen=True)
class ScratchFolder:
    """A folder that a job holds."""

    scratch: Scratch
    path: Path

    def reserve(self, needed_bytes: int) -> None:
        """Make sure that the folder may grow to this many bytes. See ``Scratch.reserve``."""
        self.scratch.reserve(self.path, needed_bytes)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _notes(path: Path) -> dict[str, int]:
    try:
        return json.loads(_lock_of(path).read_bytes() or b"{}")
    except (FileNotFoundError, ValueError):
        return {}


def _note(path: Path, **values: int) -> None:
    _lock_of(path).write_text(json.dumps(_notes(path) | values))


def _files(folder: Path) -> Iterator[os.stat_result]:
    for name, _, files in os.walk(folder):
        for file in files:
            try:
                yield Path(name, file).lstat()
            except FileNotFoundError:
                continue


def _size_bytes(folder: Path) -> int:
    return sum(status.st_size for status in _files(folder))


def _newest_s(folder: Path) -> float:
    times = [status.st_mtime for status in _files(folder)]
    try:
        return max([*times, folder.stat().st_mtime])
    except FileNotFoundError:
        return 0.0


def _gb(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:,.1f}"
