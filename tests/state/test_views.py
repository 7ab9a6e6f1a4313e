"""How a video's facts are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from heaters.models import Video
from heaters.state.views import facts


@pytest.mark.parametrize(
    ("fps", "words"),
    [
        (Fraction(25), "25 fps"),
        (Fraction(30000, 1001), "29.97 fps (30000/1001)"),
        (Fraction(25, 2), "12.5 fps (25/2)"),
    ],
)
def test_a_rate_is_told_exactly_and_a_whole_one_once(fps: Fraction, words: str) -> None:
    video = Video(
        title="a film",
        source="film.mp4",
        fps_num=fps.numerator,
        fps_den=fps.denominator,
        frame_count=100,
        width=320,
        height=180,
    )
    assert facts(video)[1] == words
