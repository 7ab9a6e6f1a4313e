"""PySceneDetect's ContentDetector: the mean change of hue, saturation and brightness, 0 to 255."""

from __future__ import annotations

from array import array
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detector import FlashFilter
from scenedetect.detectors import ContentDetector

from heaters.domain.cuts import MIN_SCENE_FRAMES
from heaters.media.detectors.protocol import Frame, Scorer, Scores


class ContentValues(ContentDetector):
    """Collects PySceneDetect's content value of every frame."""

    def __init__(self, fps: Fraction) -> None:
        super().__init__(min_scene_len=0)
        self._fps = fps
        self._values = array("d")

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        self.process_frame(FrameTimecode(len(self._values), self._fps), frame)
        self._values.append(self._frame_score or 0.0)

    def values(self) -> NDArray[np.float64]:
        """Return the value of every frame so far; that of frame 0 is 0."""
        return np.array(self._values, np.float64)

    def finish(self) -> Scores:
        """Return the values as scores."""
        return round_down(self.values())


class Content:
    """Cuts where the content value reaches the threshold; a flurry of changes is one cut."""

    name = "content"
    threshold = 27.0

    def scorer(self, fps: Fraction, _model_cache: Path, /) -> Scorer:
        """Start a run."""
        return ContentValues(fps)

    def cuts(self, scores: Scores, threshold: float) -> list[int]:
        """Return what PySceneDetect answers with this threshold and our shortest scene."""
        flashes = FlashFilter(FlashFilter.Mode.MERGE, MIN_SCENE_FRAMES)
        found: list[int] = []
        for frame, above in enumerate((scores >= threshold).tolist()):
            timecodes = flashes.filter(FrameTimecode(frame, 1.0), above)
            found.extend(timecode.frame_num for timecode in timecodes)
        return found


def round_down(values: NDArray[np.float64]) -> Scores:
    """Return the largest float32 that is not above each value.

    A value just below a threshold must stay below it when it is stored.
    """
    rounded = values.astype(np.float32)
    return np.where(rounded > values, np.nextafter(rounded, np.float32(-np.inf)), rounded)
