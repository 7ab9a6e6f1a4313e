"""Sources of few pictures that are each shown for long: slides, and one picture under a sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from heaters.config import Settings
from heaters.media.analysis import read_analysis
from heaters.media.detectors import detect
from tests.media.sources import run
from tests.support.barcodes import decode_barcodes, decode_clicks, write_barcode_video


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_slides_last_for_as_long_as_they_are_shown_and_their_cuts_are_found(
    tmp_path: Path, suffix: str
) -> None:
    lengths_s = (3, 4, 1, 6)
    source = write_barcode_video(
        tmp_path / f"a{suffix}", fps=Fraction(25), frame_count=4, cuts=(1, 2, 3),
        durations=[25 * length_s for length_s in lengths_s],
    )  # fmt: skip
    made = run(source)
    shown = [slide for slide, length_s in enumerate(lengths_s) for _ in range(25 * length_s)]
    assert decode_barcodes(made.proxy_path) == shown
    assert decode_clicks(made.proxy_path)[-1].time_s > 13.5
    found = detect(
        Settings.model_fields["detector"].default, read_analysis(made.analysis_path), made.fps,
        model_cache=tmp_path,
    )  # fmt: skip
    assert [cut / made.fps for cut in found.cuts] == [3, 7, 8]
    assert made.warnings == ()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_one_picture_is_shown_for_as_long_as_its_sound(tmp_path: Path, suffix: str) -> None:
    source = write_barcode_video(
        tmp_path / f"a{suffix}", fps=Fraction(25), frame_count=1, audio_s=Fraction(12)
    )
    made = run(source)
    assert abs(made.frame_count / made.fps - 12) < Fraction(1, 10)
    assert set(decode_barcodes(made.proxy_path)) == {0}
    assert decode_clicks(made.proxy_path)[-1].time_s > 11.5
    assert made.warnings == ()
