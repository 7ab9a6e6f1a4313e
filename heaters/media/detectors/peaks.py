"""Cuts from scores that may stay high for several frames."""

from __future__ import annotations

import numpy as np

from heaters.domain.cuts import MIN_SCENE_FRAMES
from heaters.media.detectors.protocol import Scores


def highest_frames(scores: Scores, threshold: float) -> list[int]:
    """Return one frame for each run of scores that reach the threshold: the run's highest.

    Of two such frames closer than the shortest scene, the higher one is kept.
    """
    reaching = np.concatenate([[False], scores >= threshold, [False]])
    found: list[int] = []
    for first, end in np.flatnonzero(np.diff(reaching)).reshape(-1, 2).tolist():
        frame = first + int(scores[first:end].argmax())
        if not found or frame - found[-1] >= MIN_SCENE_FRAMES:
            found.append(frame)
        elif scores[frame] > scores[found[-1]]:
            found[-1] = frame
    return found
