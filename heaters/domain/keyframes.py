"""Which frames of a clip stand for it."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction


class KeyframeStrategy(StrEnum):
    """How many frames stand for a clip, and where in it they lie."""

    MIDPOINT = "midpoint"
    MULTI = "multi"


POSITIONS: dict[KeyframeStrategy, tuple[Fraction, ...]] = {
    KeyframeStrategy.MIDPOINT: (Fraction(1, 2),),
    KeyframeStrategy.MULTI: (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)),
}


def keyframe_frames(
    strategy: KeyframeStrategy, start_frame: int, end_frame: int
) -> tuple[int, ...]:
    """Return the frames shown when the strategy's shares of [start_frame, end_frame) have passed.

    The frames ascend, lie within the clip and differ from each other; a clip of fewer frames than
    the strategy has positions gives each of its frames once.

    Raises:
        ValueError: the clip has no frame.
    """
    if end_frame <= start_frame:
        raise ValueError(f"[{start_frame}, {end_frame}) has no frame")
    length = end_frame - start_frame
    frames = (start_frame + int(position * length) for position in POSITIONS[strategy])
    return tuple(dict.fromkeys(frames))
