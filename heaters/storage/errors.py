"""What can go wrong with objects, beyond the errors that everything else may raise too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from heaters.domain.errors import ExternalFailure, HeatersError, InvalidInput


class InvalidKey(InvalidInput):
    """A text that cannot name an object. See ``keys.validate_key`` for the grammar."""


class ObjectExists(HeatersError):
    """A put that must not overwrite found an object under its key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is already stored and must not be overwritten")
        self.key = key


class ObjectArchived(HeatersError):
    """The object lies in a storage class that must be restored before it can be read."""

    def __init__(self, key: str, storage_class: str) -> None:
        super().__init__(
            f"{key} is archived (storage class {storage_class}): ask the object store to restore "
            "it for a few days (s3api restore-object), wait until it has, and try again"
        )
        self.key, self.storage_class = key, storage_class


class NotDeleted(HeatersError):
    """Some of the objects to delete are still there; all others are gone.

    Attributes:
        reasons: why, in one line each, by key.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        key, reason = next(iter(reasons.items()))
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        super().__init__(f"{key} cannot be deleted: {reason}{more}")
        self.reasons = reasons


class StorageFull(ExternalFailure):
    """A folder's file system has no room, or allows no file of that size."""

    def __init__(self, folder: Path, needed_bytes: int | None) -> None:
        needed = "more" if needed_bytes is None else f"{needed_bytes} bytes"
        super().__init__(f"no room for {needed} in {folder}: free some space and try again")
        self.folder, self.needed_bytes = folder, needed_bytes
