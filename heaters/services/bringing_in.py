"""Bring a file of this machine into the library: first its bytes, then its row."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from heaters.domain.errors import ExternalFailure, HeatersError, InvalidInput
from heaters.domain.names import base_name
from heaters.repositories.database import Database
from heaters.services.finding import check_file
from heaters.services.ingest import AlreadyHere, add_stored_file, require_new_content
from heaters.storage import keys
from heaters.storage.disk import disk_errors
from heaters.storage.store import CHUNK_BYTES, ObjectStore


class ChangedMeanwhile(ExternalFailure):
    """The file was written to while it was copied."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{base_name(name)} changed while it was copied; try again")


def bring_in(
    database: Database,
    store: ObjectStore,
    path: Path,
    *,
    name: str,
    again: bool = False,
    consume: bool = False,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> int:
    """Store the file, add a video of it in a transaction of its own, and return the video's id.

    Until the row is committed the file stays where it is: whatever fails, nothing is lost. A crash
    in between leaves an object that no row names, which is swept later.

    Args:
        database: gets the row.
        store: gets the file.
        path: the file.
        name: what the user calls it.
        again: add it although it is in the library already.
        consume: the file is given away; where it can be, it is moved and not copied.
        on_progress: told which share is done, from 0 to 1; first the file is read, then stored.

    Raises:
        AlreadyHere: the library has a video of the same bytes.
        InvalidInput: the name says nothing, or the file is none that can be read.
        HeatersError: what the store raises.
    """
    if base_name(name) in {"", ".", ".."}:
        raise InvalidInput("the file has no name")
    size_bytes = check_file(path)
    sha256 = file_sha256(path, lambda done: on_progress(0.5 * done / size_bytes))
    if not again:
        with database.unit_of_work() as uow:
            require_new_content(uow, sha256, name=name)
    key = keys.original_key(keys.new_token(), keys.usable_suffix(base_name(name)))
    given = _second_name(path) if consume else None
    try:
        stored_bytes = store.put_file(
            key,
            given or path,
            consume=given is not None,
            on_progress=lambda done: on_progress(0.5 + 0.5 * done / size_bytes),
        )
    finally:
        if given:
            given.unlink(missing_ok=True)
    try:
        if stored_bytes != size_bytes:
            raise ChangedMeanwhile(name)
        with database.unit_of_work() as uow:
            video = add_stored_file(
                uow, name=name, key=key, size_bytes=size_bytes, sha256=sha256, again=again
            )
    except (AlreadyHere, ChangedMeanwhile):  # after any other error the row may be there
        with suppress(HeatersError):
            store.delete(key)
        raise
    if consume:
        path.unlink()
    assert video.id is not None
    return video.id


def file_sha256(path: Path, on_read: Callable[[int], object] = lambda _bytes: None) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Args:
        path: the file.
        on_read: told how many bytes were read so far; what it raises ends the reading.

    Raises:
        HeatersError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with disk_errors(path.parent), path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            on_read(file.tell())
    return digest.hexdigest()


def _second_name(path: Path) -> Path | None:
    """Give the file a second name that can be given away, where its file system has links."""
    second = path.with_name(f"{path.name}.given")
    second.unlink(missing_ok=True)
    try:
        os.link(path, second)
    except OSError:
        return None
    return second
