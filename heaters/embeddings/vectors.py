"""Vectors of length 1, and the strategies that make one of a clip's several."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from heaters.domain.errors import InvalidConfiguration, InvalidInput
from heaters.embeddings.embedder import Vectors


def normalise(rows: NDArray[np.floating]) -> Vectors:
    """Return the rows (n, dim) scaled to length 1.

    Raises:
        InvalidInput: a row is all zero or not finite; it has no direction.
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise InvalidInput("an embedding has no direction: all its numbers are zero, or not finite")
    return (rows / lengths).astype(np.float32)


def _single(vectors: Vectors) -> Vectors:
    return vectors[len(vectors) // 2 :][:1]


def _average(vectors: Vectors) -> Vectors:
    return vectors.mean(axis=0, keepdims=True)


_STRATEGIES: dict[str, Callable[[Vectors], Vectors]] = {
    "keyframe_single": _single,
    "keyframe_multi_avg": _average,
}


def strategy_names() -> list[str]:
    """Return the names that ``combine`` knows."""
    return list(_STRATEGIES)


def combine(strategy: str, vectors: Vectors) -> NDArray[np.float32]:
    """Return the one vector, of shape (dim,) and length 1, that stands for a clip.

    Args:
        strategy: ``keyframe_single`` takes the vector in the middle, ``keyframe_multi_avg`` the
            mean of all.
        vectors: of the clip's keyframes in order of time, shape (n, dim), n > 0.

    Raises:
        InvalidConfiguration: the strategy is not known.
        InvalidInput: there is no vector, or the vectors cancel each other out.
    """
    if strategy not in _STRATEGIES:
        known = ", ".join(_STRATEGIES)
        raise InvalidConfiguration(f"unknown embedding strategy {strategy!r}: use one of {known}")
    if not len(vectors):
        raise InvalidInput("a clip without keyframes has no embedding")
    return normalise(_STRATEGIES[strategy](vectors))[0]
