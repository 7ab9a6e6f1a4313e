"""TransNetV2 on the same small frames: finds dissolves and fades as well as hard cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from heaters.media.detectors.peaks import highest_frames
from heaters.media.detectors.protocol import Frame, Scorer, Scores
from heaters.onnx_models.store import open_shipped
from heaters.onnx_models.transnetv2 import HEIGHT_PX, MODEL, WIDTH_PX, WINDOW_FRAMES

_MARGIN_FRAMES = 25
"""Frames at either end of a window whose answers are not used: they see too few neighbours."""

_STEP_FRAMES = WINDOW_FRAMES - 2 * _MARGIN_FRAMES


class WindowedScores:
    """Runs the network over overlapping windows, as its authors do; holds one window of frames.

    The first and last frame are repeated so that every frame is in the used part of one window.
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._window: list[NDArray[np.uint8]] = []
        self._answers: list[NDArray[np.float32]] = []
        self._frame_count = 0

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        small = cv2.resize(frame, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
        rgb = np.asarray(small[:, :, ::-1], np.uint8)
        if not self._frame_count:
            self._window = [rgb] * _MARGIN_FRAMES
        self._frame_count += 1
        self._add(rgb)

    def finish(self) -> Scores:
        """Return for every frame the probability that the one before it ends its shot."""
        while len(self._answers) * _STEP_FRAMES < self._frame_count:
            self._add(self._window[-1])
        scores = np.zeros(self._frame_count, np.float32)
        if self._frame_count > 1:
            logits = np.concatenate(self._answers)[: self._frame_count - 1]
            scores[1:] = 1 / (1 + np.exp(-logits))
        return scores

    def _add(self, rgb: NDArray[np.uint8]) -> None:
        self._window.append(rgb)
        if len(self._window) == WINDOW_FRAMES:
            (logits,) = self._session.run(["last_frame"], {"images": np.stack(self._window)})
            used = np.asarray(logits, np.float32)[_MARGIN_FRAMES:-_MARGIN_FRAMES]
            self._answers.append(used)
            self._window = self._window[_STEP_FRAMES:]


class TransNetV2:
    """Cuts where the network says so, in the middle of a dissolve or where it is surest."""

    name = "transnetv2"
    threshold = 0.5

    def scorer(self, _fps: Fraction, model_cache: Path, /) -> Scorer:
        """Start a run."""
        return WindowedScores(open_shipped(MODEL, model_cache))

    def cuts(self, scores: Scores, threshold: float) -> list[int]:
        """Return the surest frame of each run of frames that reach the threshold."""
        return highest_frames(scores, threshold)
