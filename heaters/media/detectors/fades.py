"""Makes one scene change of a fade to one colour and back, which has two ends."""

from __future__ import annotations

from array import array

import cv2
import numpy as np
from numpy.typing import NDArray

from heaters.media.detectors.protocol import Frame, Scores

_FLAT_CONTRAST = 4.0
_LONGEST_HOLD_FRAMES = 25


class Contrasts:
    """Collects each frame's contrast: the largest standard deviation of a colour, 0 to 128."""

    def __init__(self) -> None:
        self._contrasts = array("d")

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        _mean, deviation = cv2.meanStdDev(frame)
        self._contrasts.append(float(np.max(deviation)))

    def finish(self) -> NDArray[np.float64]:
        """Return the contrast of every frame."""
        return np.array(self._contrasts, np.float64)


def join_fade_ends(scores: Scores, contrasts: NDArray[np.float64]) -> Scores:
    """Return the scores with each fade's highest moved to its middle, and its others removed.

    A fade is a short hold on one colour and the frames around it over which contrast falls
    towards it and rises away from it. A longer hold is a scene of its own.
    """
    joined = scores.copy()
    count = len(scores)
    flat = np.concatenate([[False], contrasts < _FLAT_CONTRAST, [False]])
    for hold_first, hold_end in np.flatnonzero(np.diff(flat)).reshape(-1, 2).tolist():
        if hold_first == 0 or hold_end == count or hold_end - hold_first > _LONGEST_HOLD_FRAMES:
            continue
        first, end = hold_first, hold_end
        while first > 0 and contrasts[first - 1] > contrasts[first]:
            first -= 1
        while end < count and contrasts[end] > contrasts[end - 1]:
            end += 1
        highest = joined[first:end].max()
        joined[first:end] = 0
        joined[(hold_first + hold_end) // 2] = highest
    return joined
