"""Finding the scenes of a video by the name of a detector."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heaters.domain.errors import Cancelled, InvalidInput
from heaters.media.detectors.adaptive import Adaptive
from heaters.media.detectors.content import Content
from heaters.media.detectors.protocol import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Detector, Scores
from heaters.media.detectors.transnetv2 import TransNetV2
from heaters.media.detectors.union import Union

_DETECTORS: dict[str, Detector] = {
    detector.name: detector for detector in (Adaptive(), Content(), TransNetV2(), Union())
}
_FRAME_SHAPE = (FRAME_HEIGHT_PX, FRAME_WIDTH_PX, 3)


class UnknownDetector(InvalidInput):
    """No detector has this name."""


class WrongFrames(InvalidInput):
    """A frame has a shape or type that detectors do not take."""


@dataclass(frozen=True)
class Detection:
    """What a detector found in one video.

    Attributes:
        cuts: first frames of all scenes but the first; sorted, distinct, in (0, frame_count).
        scores: float32 of shape (frame_count,), from which ``redetect`` finds cuts again.
        detector: its name.
        threshold: the score from which on a frame may be a cut.
        frame_count: frames seen.
    """

    cuts: tuple[int, ...]
    scores: Scores
    detector: str
    threshold: float
    frame_count: int


def detector_names() -> list[str]:
    """Return the names that ``detect`` knows; the first is the default."""
    return list(_DETECTORS)


def detect(
    name: str,
    frames: Iterable[NDArray[np.uint8]],
    fps: Fraction,
    *,
    model_cache: Path,
    threshold: float | None = None,
    on_progress: Callable[[int], None] | None = None,
    cancelled: threading.Event | None = None,
) -> Detection:
    """Find the scenes of one video in one pass over its small frames.

    Args:
        name: one of ``detector_names``.
        frames: BGR uint8 of shape (36, 64, 3), in order; not kept.
        fps: their constant rate.
        model_cache: folder for models that are built on first use.
        threshold: in place of the detector's default; above 0.
        on_progress: called with the number of frames seen, once a second of video.
        cancelled: once set, detection stops at the next frame.

    Raises:
        UnknownDetector: no detector has this name.
        WrongFrames: a frame has another shape or type.
        InvalidInput: the threshold is not above 0.
        Cancelled: ``cancelled`` was set.
        InvalidConfiguration: the detector's model is not installed, or not as expected.
    """
    detector = _find(name)
    threshold = _checked(detector.threshold if threshold is None else threshold)
    scorer = detector.scorer(fps, model_cache)
    frame_count = 0
    for frame in frames:
        if cancelled is not None and cancelled.is_set():
            raise Cancelled(f"scene detection was cancelled at frame {frame_count}")
        if frame.shape != _FRAME_SHAPE or frame.dtype != np.uint8:
            raise WrongFrames(f"frame {frame_count} is {frame.dtype} {frame.shape}")
        scorer.push(frame)
        frame_count += 1
        if on_progress is not None and frame_count % max(1, round(fps)) == 0:
            on_progress(frame_count)
    scores = scorer.finish()
    cuts = tuple(detector.cuts(scores, threshold))
    return Detection(cuts, scores, name, threshold, frame_count)


def redetect(name: str, scores: Scores, threshold: float | None = None) -> tuple[int, ...]:
    """Return the cuts that ``detect`` would find with this threshold, from its stored scores.

    Raises:
        UnknownDetector: no detector has this name.
        InvalidInput: the threshold is not above 0.
    """
    detector = _find(name)
    return tuple(
        detector.cuts(scores, _checked(detector.threshold if threshold is None else threshold))
    )


def _find(name: str) -> Detector:
    if name not in _DETECTORS:
        known = ", ".join(_DETECTORS)
        raise UnknownDetector(f"unknown detector {name!r}: use one of {known}")
    return _DETECTORS[name]


def _checked(threshold: float) -> float:
    if not threshold > 0:
        raise InvalidInput(f"a detection threshold must be above 0, not {threshold:g}")
    return threshold
