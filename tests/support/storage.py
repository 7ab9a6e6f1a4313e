"""What lies in a store."""

from __future__ import annotations

from heaters.storage.store import ObjectStore


def keys_in(store: ObjectStore) -> list[str]:
    """Return the keys of all objects that are no mark of the store's own."""
    return sorted(
        info.key for info in store.list_objects() if info.key.startswith(("originals/", "videos/"))
    )
