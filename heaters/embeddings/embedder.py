"""What every embedding model is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from heaters.domain.errors import InvalidConfiguration

Image = NDArray[np.uint8]
"""A picture of any size: RGB of shape (height, width, 3)."""

Vectors = NDArray[np.float32]
"""Shape (n, dim); each row has length 1, so that a dot product is a cosine."""


class NoTextSearch(InvalidConfiguration):
    """The model knows pictures only."""


class Embedder(Protocol):
    """Turns pictures into vectors. It is safe to use from several threads.

    Attributes:
        name: what stored vectors call the model; vectors of one name are comparable.
        dim: numbers in a vector.
    """

    name: str
    dim: int

    def embed_images(self, images: Sequence[Image]) -> Vectors:
        """Return one vector for each picture."""
        ...


@runtime_checkable
class TextEmbedder(Embedder, Protocol):
    """A model that puts words near the pictures that show what they say."""

    def embed_text(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text."""
        ...


def require_text(embedder: Embedder) -> TextEmbedder:
    """Return the same model, known to understand text.

    Raises:
        NoTextSearch: it does not.
    """
    if not isinstance(embedder, TextEmbedder):
        raise NoTextSearch(
            f"{embedder.name} cannot search by text: set HEATERS_EMBEDDER to clip:FOLDER, a folder"
            " with image.onnx, text.onnx and tokenizer.json"
        )
    return embedder
