"""Time stamps that cannot be right: the pictures stay, the gaps don't."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import WarningCode
from heaters.media.preprocess import Preprocessed
from heaters.media.stamps import NONE, Track, repair_pictures
from tests.media.restamped import Seconds, joined, late, restamp, shown_late, unstamped
from tests.media.sources import FRAMES, make, run
from tests.support.barcodes import (
    click_period_frames,
    decode_barcodes,
    decode_clicks,
    write_barcode_video,
)
from tests.support.field_pictures import write_field_pictures

HOUR = Fraction(3600)
LAST = FRAMES - 1


def codes(made: Preprocessed) -> list[str]:
    return [warning.code.value for warning in made.warnings]


def plain_video(folder: Path, *, bframes: int = 0, audio: bool = True) -> Path:
    return write_barcode_video(
        folder / "plain.mkv", fps=Fraction(25), frame_count=FRAMES, gop=10, bframes=bframes,
        audio=audio,
    )  # fmt: skip


def assert_clicks_on_the_beat(made: Preprocessed, first_frame: int = 0) -> None:
    """Assert that from ``first_frame`` on each click is heard with its frame."""
    period_s = click_period_frames(made.fps) / made.fps
    first_s = float(first_frame / made.fps)
    clicks = [click for click in decode_clicks(made.proxy_path) if click.time_s > first_s - 0.02]
    assert len(clicks) >= 3
    for click in clicks:
        number = round((click.time_s - first_s) / float(period_s))
        assert click.pitch == number % 16
        late_s = click.time_s - first_s - float(number * period_s)
        assert abs(late_s) < 0.1  # ffmpeg's resampler bears as much where recordings are joined


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize(
    ("change", "where"),
    [
        (late(LAST, 20 * HOUR), f"picture {LAST} is stamped 20:00:0"),
        (late(20, 3 * HOUR), "picture 20 is stamped 3:00:00."),
        (late(20, Fraction(90)), "picture 20 is stamped 1:30."),
    ],
    ids=["last", "from the middle on", "by 90 s"],
)
def test_pictures_that_are_stamped_far_away_stay_in_their_places(
    tmp_path: Path, suffix: str, bframes: int, change: Seconds, where: str
) -> None:
    plain = plain_video(tmp_path, bframes=bframes, audio=False)
    made = run(restamp(plain, tmp_path / f"a{suffix}", video=change))
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert codes(made) == ["stamps_repaired"]
    assert where in made.warnings[0].text


@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize("by_s", [Fraction(30), 5 * HOUR], ids=["30 s", "5 h"])
def test_one_picture_that_is_shown_late_is_shown_in_its_turn(
    tmp_path: Path, bframes: int, by_s: Fraction
) -> None:
    plain = plain_video(tmp_path, bframes=bframes)
    made = run(restamp(plain, tmp_path / "a.mp4", video=shown_late(20, by_s)))
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert codes(made) == ["stamps_repaired"]
    assert_clicks_on_the_beat(made)


@pytest.mark.parametrize(
    ("suffix", "starts_s"),
    [
        *((suffix, starts) for suffix in (".flv", ".ts") for starts in ((0, 10_800), (5000, 0))),
        *((suffix, (10, 10)) for suffix in (".flv", ".ts")),
        *((suffix, (7200, 3, 7202)) for suffix in (".flv", ".ts")),
    ],
    ids=str,
)
def test_recordings_by_clocks_that_start_anywhere_follow_each_other_with_their_sound(
    tmp_path: Path, suffix: str, starts_s: tuple[int, ...]
) -> None:
    plain = plain_video(tmp_path)
    made = run(joined([(plain, start_s) for start_s in starts_s], tmp_path / f"a{suffix}"))
    shown = decode_barcodes(made.proxy_path)
    expected = list(range(FRAMES)) * len(starts_s)
    assert len(shown) == len(expected)
    wrong = [frame for frame, (a, b) in enumerate(zip(shown, expected, strict=True)) if a != b]
    seams = [FRAMES * number - 1 for number in range(1, len(starts_s))]
    assert set(wrong) <= set(seams if suffix == ".ts" else ())  # a cut packet in a seam is lost
    assert "stamps_repaired" in codes(made)
    assert_clicks_on_the_beat(made, first_frame=FRAMES * (len(starts_s) - 1))


def test_a_long_gap_in_which_sound_goes_on_is_kept(tmp_path: Path) -> None:
    source = write_barcode_video(
        tmp_path / "a.mp4", fps=Fraction(25), frame_count=50, width=64, height=36,
        durations=[1] * 24 + [1700] + [1] * 25, audio_s=Fraction(1749, 25),
    )  # fmt: skip
    made = run(source)
    shown = decode_barcodes(made.proxy_path)
    assert shown == list(range(24)) + [24] * 1700 + list(range(25, 50))
    assert codes(made) == []
    assert_clicks_on_the_beat(made)


def test_slides_keep_their_pace_however_slow(tmp_path: Path) -> None:
    durations = [30 * 25, 20 * 25, 1]
    source = write_barcode_video(
        tmp_path / "a.mp4", fps=Fraction(25), frame_count=3, width=64, height=36,
        durations=durations, audio=False,
    )  # fmt: skip
    made = run(source)
    assert decode_barcodes(made.proxy_path) == [0] * 750 + [1] * 500 + [2]
    assert codes(made) == []


def test_a_last_picture_that_is_said_to_last_for_93_hours_lasts_for_one_frame(
    tmp_path: Path,
) -> None:
    plain = plain_video(tmp_path, audio=False)
    source, longer = tmp_path / "a.mp4", f"setts=duration='if(eq(N,{LAST}),93*3600/TB,DURATION)'"
    fragments = ("-video_track_timescale", "1000", "-movflags", "frag_keyframe+empty_moov")
    make("-i", plain, "-c", "copy", "-bsf:v", longer, *fragments, source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert codes(made) == ["stamps_repaired"]
    assert "the last picture is said to last for 93:00:00.000" in made.warnings[0].text


def test_stamps_that_jump_all_the_time_are_refused_with_the_first(tmp_path: Path) -> None:
    track = Track(Fraction(1, 1000))
    for number in range(1000):
        track.pts.append(number * 40 + (number // 2 % 2) * 500_000)
        track.dts.append(NONE)
        track.durations.append(40)
        track.places.append(number)
        track.shown.append(True)
    with pytest.raises(InvalidInput, match=r"jump 499 times, the first time to 500\.080 s"):
        repair_pictures(track, None)


@pytest.mark.parametrize("pid", [0x100, 0x101], ids=["video", "sound"])
@pytest.mark.parametrize("first", [0, 1], ids=["none", "the first only"])
def test_what_has_no_stamp_follows_what_came_before(tmp_path: Path, pid: int, first: int) -> None:
    whole = tmp_path / "whole.ts"
    make("-i", plain_video(tmp_path), "-c", "copy", whole)
    made = run(unstamped(whole, tmp_path / "a.ts", pid=pid, first=first))
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert_clicks_on_the_beat(made)
    assert codes(made) == []


def test_a_picture_of_two_fields_is_one_picture(tmp_path: Path) -> None:
    raw = write_field_pictures(tmp_path / "a.h264", 13)
    source = tmp_path / "a.ts"
    stamps = "setts=pts=N/50/TB:dts=N/50/TB:duration=1/50/TB"
    make("-framerate", "50", "-i", raw, "-c", "copy", "-bsf:v", stamps, source)
    made = run(source)
    assert (made.fps, made.frame_count) == (25, 13)
    assert decode_barcodes(made.proxy_path) == list(range(13))


def test_pictures_that_nothing_places_are_not_left_out_without_a_word(tmp_path: Path) -> None:
    base = write_barcode_video(tmp_path / "base.mp4", fps=Fraction(25), frame_count=50)
    early = tmp_path / "early.mkv"
    # Matroska with stamps below zero: libav gives these pictures no stamp at all.
    make(
        "-itsoffset", "-1", "-i", base, "-an", "-c", "copy", "-avoid_negative_ts", "disabled", early
    )
    made = run(early)
    assert made.frame_count == 25
    [warning] = made.warnings
    assert warning.code == WarningCode.PICTURES_LEFT_OUT
    assert warning.text.startswith("25 of 50 frames are missing")
