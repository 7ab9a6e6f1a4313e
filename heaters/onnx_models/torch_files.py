"""A reader of torch weight files that can only make arrays.

A ``.pth`` file is a pickle, and a pickle may name any function to call. This reader knows four
names: an ordered dictionary, the rebuilding of a tensor, and two number types. Everything else is
refused, and torch itself is not needed.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heaters.domain.errors import InvalidConfiguration

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001


class UnreadableWeights(InvalidConfiguration):
    """A weight file is damaged, or holds something other than named tensors."""


@dataclass
class _Storage:
    """One run of numbers in the file; several tensors may view it."""

    dtype: np.dtype[Any]
    count: int
    data: NDArray[Any] | None = None


@dataclass(frozen=True)
class _View:
    """A tensor as the pickle describes it: a strided window, counted in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> NDArray[Any]:
        """Return the tensor as a contiguous array of its own."""
        data = self.storage.data
        steps = zip(self.shape, self.strides, strict=True)
        last = self.offset + sum((size - 1) * stride for size, stride in steps)
        smallest = min(self.offset, *self.shape, *self.strides, 0)
        if data is None or smallest < 0 or last >= len(data):
            raise UnreadableWeights("a tensor lies outside the numbers stored for it")
        byte_strides = [stride * data.itemsize for stride in self.strides]
        window = np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, byte_strides)
        return window.copy()


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _View:
    return _View(storage, offset, tuple(shape), tuple(strides))


_KNOWN_NAMES: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _TensorUnpickler(pickle.Unpickler):
    """Reads one pickle of tensors; their numbers are filled into ``storages`` afterwards."""

    def __init__(self, file: io.BytesIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file, encoding="utf-8")
        self._storages = storages

    def find_class(self, module: str, name: str, /) -> Any:
        """Return what a known name stands for; refuse every other name."""
        if (module, name) not in _KNOWN_NAMES:
            raise UnreadableWeights(f"a weight file names {module}.{name}, which is not allowed")
        return _KNOWN_NAMES[module, name]

    def persistent_load(self, pid: Any, /) -> _Storage:
        """Return the storage that the pickle refers to: (kind, dtype, key, device, count, …)."""
        _kind, dtype, key, _device, count, *_view = pid
        return self._storages.setdefault(key, _Storage(dtype, count))


def read_tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the named tensors of a ``.pth`` file, of the zip format or the one before it.

    Args:
        content: the whole file.

    Raises:
        UnreadableWeights: the file is damaged or holds anything but named tensors.
    """
    read = _read_zip if zipfile.is_zipfile(io.BytesIO(content)) else _read_legacy
    try:
        named = read(content)
    except UnreadableWeights:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        raise UnreadableWeights(f"not a whole torch weight file: {error}") from error
    if not isinstance(named, dict) or not all(isinstance(v, _View) for v in named.values()):
        raise UnreadableWeights("a weight file holds something other than named tensors")
    return {str(name): view.array() for name, view in named.items()}


def _read_zip(content: bytes) -> Any:
    storages: dict[str, _Storage] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (pickle_name,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        named = _TensorUnpickler(io.BytesIO(archive.read(pickle_name)), storages).load()
        folder = pickle_name.removesuffix("data.pkl")
        for key, storage in storages.items():
            numbers = archive.read(f"{folder}data/{key}")
            storage.data = np.frombuffer(numbers, storage.dtype, storage.count)
    return named


def _read_legacy(content: bytes) -> Any:
    file = io.BytesIO(content)
    storages: dict[str, _Storage] = {}

    def load() -> Any:
        return _TensorUnpickler(file, storages).load()

    if load() != _LEGACY_MAGIC or load() != _LEGACY_PROTOCOL:
        raise UnreadableWeights("not a torch weight file")
    _system = load()
    named = load()
    for key in load():
        storage = storages[key]
        _count = file.read(8)
        numbers = file.read(storage.count * storage.dtype.itemsize)
        storage.data = np.frombuffer(numbers, storage.dtype, storage.count)
    return named
