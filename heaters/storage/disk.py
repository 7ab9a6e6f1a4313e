"""Files that appear whole or not at all, and one line for what a disk can refuse."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heaters.domain.errors import ExternalFailure, InvalidConfiguration, NotFound
from heaters.storage.errors import StorageFull

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def disk_errors(folder: Path, needed_bytes: int | None = None) -> Iterator[None]:
    """Turn an ``OSError`` of the block into an error that says what to do.

    Args:
        folder: where the block writes or reads, for the message.
        needed_bytes: how much the block writes, where that is known.

    Raises:
        StorageFull: no space, quota used up, or a file larger than the file system allows.
        InvalidConfiguration: this user may not write or read there.
        NotFound: a file that the block needs does not exist.
        ExternalFailure: anything else that the system refused.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull(folder, needed_bytes) from error
        if error.errno in _NOT_ALLOWED:
            raise InvalidConfiguration(
                f"no permission for {error.filename or folder}: {error.strerror}"
            ) from error
        if isinstance(error, FileNotFoundError):
            raise NotFound(f"{error.filename or folder} does not exist") from error
        raise ExternalFailure(f"{folder}: {error.strerror or error}") from error


@contextmanager
def temporary_path(folder: Path) -> Iterator[Path]:
    """Give a path in ``folder`` for a file that is removed afterwards, unless it was published."""
    path = folder / f".{secrets.token_hex(8)}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def publish(temporary: Path, target: Path, *, overwrite: bool = True) -> None:
    """Give a finished file its name in one step, so that it survives a power cut once this returns.

    Args:
        temporary: the finished file, on the file system of ``target``.
        target: its name; missing folders are made.
        overwrite: replace what has that name.

    Raises:
        FileExistsError: ``target`` exists and ``overwrite`` is false.
        OSError: the file system refused.
    """
    _make_folder(target.parent)
    _sync(temporary)
    if overwrite:
        temporary.replace(target)
    else:
        target.hardlink_to(temporary)  # unlike rename, refuses a name that is taken
    _sync(target.parent)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
