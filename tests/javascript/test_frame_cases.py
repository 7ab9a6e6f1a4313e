"""The arithmetic of frames that Python and JavaScript share, on one table of cases."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from heaters.domain.time import format_timecode, frame_at_s, frame_middle_s

CASES = json.loads((Path(__file__).parent / "frame_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['fps']}-{case['frame']}")
def test_python_agrees_with_the_cases_that_javascript_is_tested_on(case: dict[str, str]) -> None:
    fps, frame = Fraction(case["fps"]), int(case["frame"])
    assert frame_middle_s(frame, fps) == Fraction(case["middle_s"])
    assert frame_at_s(Fraction(case["middle_s"]), fps) == frame
    assert format_timecode(frame, fps) == case["timecode"]
