"""Tries out a store: all that Heaters does with objects, with objects that are deleted again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from heaters.domain.errors import ExternalFailure
from heaters.storage.errors import ObjectExists
from heaters.storage.keys import new_token, original_key
from heaters.storage.store import ObjectStore

_SEVERAL_PARTS_BYTES = (8 << 20) + 1


def try_out(store: ObjectStore) -> Sequence[str]:
    """Put, read, list and delete two objects; return what the store's server does not take.

    Their keys are those of originals, so that they are swept if this process is killed.

    Raises:
        HeatersError: what cannot be done, and why.
    """
    small, large = (original_key(new_token(), ".trial") for _ in range(2))
    try:
        store.put_bytes(small, b"trial", overwrite=False)
        try:
            store.put_bytes(small, b"other", overwrite=False)
        except ObjectExists:
            pass
        else:
            raise ExternalFailure(f"{store.place} overwrites what must not be overwritten")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "large"
            path.write_bytes(bytes(_SEVERAL_PARTS_BYTES))
            store.put_file(large, path, archive=True)
        if b"".join(store.read_range(small, 1, 99)) != b"rial":
            raise ExternalFailure(f"{store.place} gives other bytes than were put there")
        for key in (small, large):
            found = next(store.list_objects("originals/", after=key[:-1]), None)
            if found is None or found.key != key:
                raise ExternalFailure(f"{store.place} does not list what was put there")
    finally:
        store.delete(small, large)
    return store.left_out()
