"""Sources of few pictures that are each shown for long: slides, and one picture under a sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from heaters.config import Settings
from heaters.media.analysis import read_analysis
from heaters.media.detectors import detect
from tests.media.sources import make, run
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


@pytest.mark.parametrize("suffix", [".gif", ".apng"])
def test_a_last_picture_without_a_length_is_shown_however_slow_the_others_are(
    tmp_path: Path, suffix: str
) -> None:
    plain, source = tmp_path / "plain.mkv", tmp_path / f"a{suffix}"
    write_barcode_video(plain, fps=Fraction(25), frame_count=5, audio=False)
    palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse"
    make("-i", plain, "-vf", f"setpts=N*20/TB,{palette}", "-fps_mode", "passthrough", source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(5))
    assert made.frame_count / made.fps == 100


def test_pictures_that_are_stamped_alike_take_one_place_at_the_pace_of_the_others(
    tmp_path: Path,
) -> None:
    plain = tmp_path / "plain.mkv"
    write_barcode_video(plain, fps=Fraction(25), frame_count=50, audio=False)
    pairs = "setts=pts=floor(N/2)*2/25/TB:dts=floor(N/2)*2/25/TB"
    source = tmp_path / "a.mkv"
    make("-i", plain, "-c", "copy", "-bsf:v", pairs, source)
    made = run(source)
    assert made.fps == Fraction(25, 2)
    assert decode_barcodes(made.proxy_path) == list(range(1, 50, 2))
