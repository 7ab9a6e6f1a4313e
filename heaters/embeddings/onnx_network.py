"""One ONNX file that makes a vector, whatever its inputs and outputs are called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heaters.domain.errors import InvalidConfiguration
from heaters.onnx_models.store import open_session

_VECTOR_OUTPUTS = ("image_embeds", "text_embeds", "pooler_output")
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}


class UnusableModelFolder(InvalidConfiguration):
    """A folder named as a model lacks a file, or a file is not what its name says."""


class OnnxNetwork:
    """An ONNX file with one output that is a vector.

    Attributes:
        shapes: by the name of each input, its sizes; a text where any size is taken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._session = open_session(path)
        except Exception as error:  # the runtime's own errors share no other base
            raise UnusableModelFolder(f"{path} is not an ONNX model: {error}") from error
        inputs = self._session.get_inputs()
        self.shapes: dict[str, list[int | str]] = {node.name: node.shape for node in inputs}
        self._types = {node.name: node.type for node in inputs}
        vectors = {node.name for node in self._session.get_outputs() if len(node.shape) == 2}
        named = [name for name in _VECTOR_OUTPUTS if name in vectors]
        if not named and len(vectors) != 1:
            raise UnusableModelFolder(
                f"{path} has {len(vectors)} outputs of shape (n, dim), none of them called "
                + " or ".join(_VECTOR_OUTPUTS)
            )
        self._output = named[0] if named else vectors.pop()

    def input_of_rank(self, rank: int, preferred: str = "") -> str:
        """Return the name of the input with so many axes: the preferred one, else the only one."""
        names = [name for name, shape in self.shapes.items() if len(shape) == rank]
        if preferred in names:
            return preferred
        if len(names) != 1:
            raise UnusableModelFolder(f"{self._path} has {len(names)} inputs of {rank} axes, not 1")
        return names[0]

    def embed(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the vectors for these inputs: shape (n, dim), of any length.

        Raises:
            UnusableModelFolder: the file wants an input that is not given, or of a strange type.
        """
        if missing := self.shapes.keys() - inputs.keys():
            raise UnusableModelFolder(f"{self._path} wants an unknown input: {missing.pop()}")
        if strange := set(self._types.values()) - _DTYPES.keys():
            raise UnusableModelFolder(f"{self._path} wants an input of type {strange.pop()}")
        typed = {name: value.astype(_DTYPES[self._types[name]]) for name, value in inputs.items()}
        (vectors,) = self._session.run([self._output], typed)
        return np.asarray(vectors, np.float32)
