"""An object as an open file, of which only what is read is fetched."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from heaters.storage.store import ObjectStore

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READ_AHEAD_BYTES = 1 << 20


def open_object(store: ObjectStore, key: str) -> BinaryIO:
    """Open an object for reading and seeking, for PyAV, numpy and whoever else takes a file.

    A clip of some seconds is so read from an hour-long proxy without a copy of the proxy.

    Raises:
        NotFound: no such object.
        ObjectArchived: when it is first read.
    """
    path = store.local_path(key)
    if path is not None:
        return path.open("rb")
    reader = io.BufferedReader(_ObjectReader(store, key), READ_AHEAD_BYTES)
    return cast(BinaryIO, reader)


class _ObjectReader(io.RawIOBase):
    """Each read asks the store for exactly the range that the buffer holds."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        self._store, self._key = store, key
        self._size_bytes = store.stat(key).size_bytes
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        if start + offset < 0:
            raise OSError(f"cannot seek to byte {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer).cast("B")
        got = 0
        end_byte = self._position + len(wanted)
        for chunk in self._store.read_range(self._key, self._position, end_byte):
            wanted[got : got + len(chunk)] = chunk
            got += len(chunk)
        self._position += got
        return got
