"""Bring a file of this machine into the library: first its bytes, then its row."""

from __future__ import annotations

from pathlib import Path

from heaters.repositories.database import Database
from heaters.services.ingest import add_stored_file
from heaters.storage import keys
from heaters.storage.store import ObjectStore, OnProgress


def bring_in(
    database: Database,
    store: ObjectStore,
    path: Path,
    *,
    name: str,
    consume: bool = False,
    on_progress: OnProgress | None = None,
) -> int:
    """Store the file, add a video of it in a transaction of its own, and return the video's id.

    A crash in between leaves an object that no row names; ``heaters check`` finds those.

    Args:
        database: gets the row.
        store: gets the file.
        path: the file.
        name: what the user calls it.
        consume: the file is given away, as in ``ObjectStore.put_file``.
        on_progress: told about bytes stored.

    Raises:
        HeatersError: what the store raises.
    """
    key = keys.original_key(keys.new_token(), keys.usable_suffix(name))
    size_bytes = store.put_file(key, path, consume=consume, on_progress=on_progress)
    with database.unit_of_work() as uow:
        video = add_stored_file(uow, name=name, key=key, size_bytes=size_bytes)
        assert video.id is not None
        return video.id
