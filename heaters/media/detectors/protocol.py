"""What every scene detector is: frames in, one score per frame; scores and a threshold in, cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FRAME_WIDTH_PX = 64
FRAME_HEIGHT_PX = 36

Frame = NDArray[np.uint8]
"""One small picture: BGR of shape (36, 64, 3)."""

Scores = NDArray[np.float32]
"""Shape (frame_count,): how much frame i looks like the first of a new scene; frame 0 has 0."""


class Scorer(Protocol):
    """One run of a detector over one video; it holds a bounded number of frames."""

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        ...

    def finish(self) -> Scores:
        """Return the scores of all frames; called once, after the last frame."""
        ...


class Detector(Protocol):
    """A way to find scenes.

    Attributes:
        name: what settings and stored scores call it.
        threshold: the default; a score that reaches it may be a cut.
    """

    name: str
    threshold: float

    def scorer(self, fps: Fraction, model_cache: Path, /) -> Scorer:
        """Start a run over a video of ``fps``; ``model_cache`` is a folder for built models."""
        ...

    def cuts(self, scores: Scores, threshold: float) -> list[int]:
        """Return the first frames of all scenes but the first, from the scores alone.

        They are sorted, distinct and strictly inside (0, frame_count).
        """
        ...
