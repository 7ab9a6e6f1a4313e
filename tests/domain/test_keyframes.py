"""The frames that stand for a clip lie in it, ascend and differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heaters.domain.keyframes import POSITIONS, KeyframeStrategy, keyframe_frames

MIDPOINT, MULTI = KeyframeStrategy.MIDPOINT, KeyframeStrategy.MULTI


@pytest.mark.parametrize(
    ("strategy", "start", "end", "frames"),
    [
        (MIDPOINT, 0, 1, (0,)),
        (MIDPOINT, 0, 2, (1,)),
        (MIDPOINT, 0, 3, (1,)),
        (MIDPOINT, 100, 200, (150,)),
        (MULTI, 7, 8, (7,)),
        (MULTI, 7, 9, (7, 8)),
        (MULTI, 7, 10, (7, 8, 9)),
        (MULTI, 7, 11, (8, 9, 10)),
        (MULTI, 100, 200, (125, 150, 175)),
        (MULTI, 0, 999, (249, 499, 749)),
    ],
)
def test_keyframes_are_shown_when_their_share_of_the_clip_has_passed(
    strategy: KeyframeStrategy, start: int, end: int, frames: tuple[int, ...]
) -> None:
    assert keyframe_frames(strategy, start, end) == frames


@given(st.sampled_from(KeyframeStrategy), st.integers(0, 10**7), st.integers(1, 10**6))
def test_keyframes_lie_in_the_clip_ascend_and_differ(
    strategy: KeyframeStrategy, start: int, length: int
) -> None:
    frames = keyframe_frames(strategy, start, start + length)

    assert list(frames) == sorted(set(frames))
    assert all(start <= frame < start + length for frame in frames)
    assert len(frames) == min(length, len(POSITIONS[strategy]))


@pytest.mark.parametrize("end", [5, 4])
def test_a_clip_without_frames_has_no_keyframes(end: int) -> None:
    with pytest.raises(ValueError, match="has no frame"):
        keyframe_frames(MULTI, 5, end)
