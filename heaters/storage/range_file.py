"""A stored object as an open file, of which only what is read is fetched."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from heaters.storage.store import ObjectStore

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READ_AHEAD_BYTES = 4 << 20  # a request takes about as long as the transfer of so many bytes


def open_object(store: ObjectStore, key: str) -> BinaryIO:
    """Open an object for reading and seeking, for PyAV and whoever else takes a file.

    So a clip of some seconds is read from an hour-long proxy without a copy of the proxy.

    Raises:
        NotFound: no such object.
        ObjectArchived: it must be restored first; raised by the first read.
    """
    path = store.local_path(key)
    if path is not None:
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_RangeFile(store, key), READ_AHEAD_BYTES))


class _RangeFile(io.RawIOBase):
    """Each read asks the store for exactly the range that the buffer holds."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        self.name = key
        self._store = store
        self._size_bytes = store.stat(key).size_bytes
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise OSError(f"{self.name}: cannot seek to byte {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer).cast("B")
        end_byte = min(self._position + len(wanted), self._size_bytes)
        got = 0
        if self._position < end_byte:
            for chunk in self._store.read_range(self.name, self._position, end_byte):
                wanted[got : got + len(chunk)] = chunk
                got += len(chunk)
        self._position += got
        return got
