"""Adaptive and TransNetV2 together: hard cuts of the one, dissolves and fades of the other."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from heaters.media.detectors.adaptive import Adaptive
from heaters.media.detectors.fades import Contrasts, join_fade_ends
from heaters.media.detectors.lasting import LastingChanges
from heaters.media.detectors.peaks import highest_frames
from heaters.media.detectors.protocol import Frame, Scorer, Scores
from heaters.media.detectors.transnetv2 import TransNetV2


class UnionScorer:
    """Scores one video with both detectors in one pass."""

    def __init__(self, fps: Fraction, model_cache: Path) -> None:
        self._adaptive = Adaptive().scorer(fps, model_cache)
        self._transnetv2 = TransNetV2().scorer(fps, model_cache)
        self._lasting = LastingChanges()
        self._contrasts = Contrasts()

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        for part in (self._adaptive, self._transnetv2, self._lasting, self._contrasts):
            part.push(frame)

    def finish(self) -> Scores:
        """Return the larger of both scores, each in units of its detector's own threshold.

        Adaptive counts only where the change lasts.
        """
        adaptive = self._adaptive.finish() / np.float32(Adaptive.threshold)
        adaptive[~self._lasting.finish()] = 0
        transnetv2 = self._transnetv2.finish() / np.float32(TransNetV2.threshold)
        return join_fade_ends(np.maximum(adaptive, transnetv2), self._contrasts.finish())


class Union:
    """Cuts where either detector finds one; near ones are one."""

    name = "union"
    threshold = 1.0

    def scorer(self, fps: Fraction, model_cache: Path, /) -> Scorer:
        """Start a run."""
        return UnionScorer(fps, model_cache)

    def cuts(self, scores: Scores, threshold: float) -> list[int]:
        """Return the highest frame of each run of frames that reach the threshold."""
        return highest_frames(scores, threshold)
