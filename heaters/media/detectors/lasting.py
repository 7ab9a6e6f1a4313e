"""Tells a new scene from a flash of light: after a flash the old picture comes back."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from heaters.media.detectors.protocol import Frame

_REACH_FRAMES = 6
_MIN_DIFFERENCE = 15.0


class LastingChanges:
    """Finds the frames from which on the picture differs from all that was before.

    Compared are the six frames before with the six from it on, each with each, by their mean
    absolute difference (0 to 255). The least alike pair must differ by 15, and by half as much as
    the frame differs from its predecessor. The constants are measured: see docs/detectors.md.
    """

    def __init__(self) -> None:
        self._around: deque[NDArray[np.int16]] = deque(maxlen=2 * _REACH_FRAMES)
        self._lasting: list[bool] = []
        self._frame_count = 0

    def push(self, frame: Frame) -> None:
        """Take the next frame."""
        pixels = frame.astype(np.int16).ravel()
        if not self._frame_count:
            self._around.extend([pixels] * _REACH_FRAMES)
        self._frame_count += 1
        self._add(pixels)

    def finish(self) -> NDArray[np.bool_]:
        """Return for every frame whether the picture changes there to stay."""
        while len(self._lasting) < self._frame_count:
            self._add(self._around[-1])
        return np.array(self._lasting, np.bool_)

    def _add(self, pixels: NDArray[np.int16]) -> None:
        self._around.append(pixels)
        if len(self._around) == 2 * _REACH_FRAMES:
            self._lasting.append(_is_lasting(list(self._around)))


def _is_lasting(around: list[NDArray[np.int16]]) -> bool:
    before, after = around[:_REACH_FRAMES], around[_REACH_FRAMES:]
    jump = _difference(before[-1], after[0])
    enough = max(_MIN_DIFFERENCE, jump / 2)
    return jump >= enough and all(_difference(a, b) >= enough for a in before for b in after)


def _difference(a: NDArray[np.int16], b: NDArray[np.int16]) -> float:
    return float(np.abs(a - b).mean())
