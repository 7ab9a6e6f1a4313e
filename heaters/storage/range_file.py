"""A stored object as a file to read and seek in, without a copy of it on this disk."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from heaters.storage.store import ObjectStore

_BUFFER_BYTES = 4 << 20  # a request costs about as much time as this many bytes


def open_object(store: ObjectStore, key: str) -> BinaryIO:
    """Open an object for reading; only what is read is fetched, some megabytes at a time.

    Raises:
        NotFound: no such object.
    """
    path = store.local_path(key)
    if path is not None:
        return path.open("rb")
    raw = _RangeFile(store, key, store.stat(key).size_bytes)
    return cast(BinaryIO, io.BufferedReader(raw, _BUFFER_BYTES))


class _RangeFile(io.RawIOBase):
    def __init__(self, store: ObjectStore, key: str, size_bytes: int) -> None:
        self._store, self._key, self._size_bytes = store, key, size_bytes
        self._position = 0
        self.name = key

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        end = min(self._position + len(buffer), self._size_bytes)
        if end <= self._position:
            return 0
        data = b"".join(self._store.read_range(self._key, self._position, end))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
