"""PySceneDetect's AdaptiveDetector: a content value that stands out from its neighbours'."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heaters.domain.cuts import MIN_SCENE_FRAMES
from heaters.media.detectors.content import ContentValues, round_down
from heaters.media.detectors.protocol import Scorer, Scores

_MIN_CONTENT_VALUE = 15.0
_LARGEST_RATIO = 255.0
_ZERO = 1e-5


class AdaptiveRatios(ContentValues):
    """Collects how many times larger each content value is than the mean of its four neighbours."""

    def finish(self) -> Scores:
        """Return the ratios; 0 where the content value itself is too small for a cut."""
        return round_down(_adaptive_ratios(self.values()))


class Adaptive:
    """Cuts where the ratio reaches the threshold and the last cut is far enough."""

    name = "adaptive"
    threshold = 3.0

    def scorer(self, fps: Fraction, _model_cache: Path, /) -> Scorer:
        """Start a run."""
        return AdaptiveRatios(fps)

    def cuts(self, scores: Scores, threshold: float) -> list[int]:
        """Return what PySceneDetect answers with this threshold and our shortest scene."""
        found = [0]
        for frame in np.flatnonzero(scores >= threshold).tolist():
            if frame - found[-1] >= MIN_SCENE_FRAMES:
                found.append(frame)
        return found[1:]


def _adaptive_ratios(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ratio of every frame, with the formula and constants of AdaptiveDetector.

    The first and the last two frames have no full neighbourhood and score 0.
    """
    ratios = np.zeros(len(values))
    if len(values) < 5:
        return ratios
    middle = values[2:-2]
    mean = (values[:-4] + values[1:-3] + values[3:-1] + values[4:]) / 4.0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(mean < _ZERO, _LARGEST_RATIO, np.minimum(middle / mean, _LARGEST_RATIO))
    ratios[2:-2] = np.where(middle >= _MIN_CONTENT_VALUE, ratio, 0.0)
    return ratios
