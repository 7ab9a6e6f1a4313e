from __future__ import annotations

from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import WarningCode
from heaters.media.frame_rate import constant_rate
from heaters.media.picture import Colour
from heaters.media.probe import probe
from tests.media.sources import KINDS, NOT_VIDEOS, NotAVideo, make, truncate
from tests.support.barcodes import write_barcode_video

MILLISECOND = Fraction(1, 1000)


def kind(base: Path, folder: Path, file: str) -> Path:
    [found] = [kind for kind in KINDS if kind.file == file]
    return found.write(base, folder)


def stamps(rate: Fraction, clock: Fraction, count: int) -> np.ndarray:
    """Return when the frames of a constant rate are shown, as a coarse clock writes it down."""
    return np.array([round(i / rate / clock) for i in range(count)], dtype=np.int64)


@pytest.mark.parametrize(
    "rate",
    ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "173/10", "25/2"],
)
@pytest.mark.parametrize("clock", [MILLISECOND, Fraction(1, 90_000)], ids=["ms", "90kHz"])
def test_a_constant_rate_is_found_exactly_whatever_the_clock(rate: str, clock: Fraction) -> None:
    times = stamps(Fraction(rate), clock, 2000)
    assert constant_rate(times, clock, [Fraction(rate)]) == (Fraction(rate), False)
    assert constant_rate(times, clock, [None, Fraction(90_000)]) == (Fraction(rate), False)


def test_a_declared_rate_that_time_stamps_contradict_is_not_believed() -> None:
    times = stamps(Fraction(25), MILLISECOND, 500)
    for wrong in (Fraction(50), Fraction(30), Fraction(24), Fraction(1000), Fraction(0)):
        assert constant_rate(times, MILLISECOND, [wrong]) == (Fraction(25), False)


def test_frames_missing_from_a_constant_rate_leave_it_as_it_is() -> None:
    times = np.delete(stamps(Fraction(30000, 1001), MILLISECOND, 500), [40, 41, 42, 200])
    assert constant_rate(times, MILLISECOND, []) == (Fraction(30000, 1001), True)


def test_a_variable_rate_becomes_the_standard_rate_of_its_busy_parts() -> None:
    phone = np.cumsum(list(islice(cycle([31, 33, 36, 34, 33, 35]), 600)))
    screen = np.cumsum(list(islice(cycle([16, 17, 17, 400]), 600)))
    assert constant_rate(phone, MILLISECOND, [Fraction(90_000)])[0] in (30, Fraction(30000, 1001))
    assert constant_rate(screen, MILLISECOND, [Fraction(90_000)]) == (Fraction(60), True)


def test_the_rate_of_a_single_picture_is_the_declared_one_or_25() -> None:
    one = np.zeros(1, dtype=np.int64)
    assert constant_rate(one, MILLISECOND, [Fraction(30)]) == (Fraction(30), False)
    assert constant_rate(one, MILLISECOND, [Fraction(90_000), None]) == (Fraction(25), False)


def test_a_probe_tells_stream_size_sound_and_timing(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    rate = Fraction(30000, 1001)
    write_barcode_video(path, fps=rate, frame_count=45, bframes=2, start_s=Fraction(4))
    info = probe(path)
    picture, timing, sound = info.picture, info.timing, info.sound
    assert sound
    assert (info.container, picture.codec, sound.codec) == ("mp4", "h264", "aac")
    assert (picture.width, picture.height, picture.pixel_format) == (320, 180, "yuv420p")
    assert (timing.fps, timing.variable_rate, timing.frame_count) == (rate, False, 45)
    assert 0 <= timing.start_s < Fraction(1, 10)
    assert (picture.interlaced, picture.colour) == (False, Colour.UNTAGGED_YUV)
    assert info.warnings == ()


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_and_pixel_aspect_give_the_size_as_shown(tmp_path: Path, rotation: int) -> None:
    path = tmp_path / "a.mp4"
    write_barcode_video(
        path, fps=Fraction(25), frame_count=3, sar=Fraction(4, 3), rotation=rotation
    )
    picture = probe(path).picture
    assert (picture.coded_width, picture.coded_height) == (320, 180)
    assert (picture.rotation, picture.sample_aspect_ratio) == (rotation, Fraction(4, 3))
    assert (picture.width, picture.height) == ((427, 180) if rotation == 180 else (180, 427))


@pytest.mark.parametrize("case", NOT_VIDEOS, ids=lambda case: case.file)
def test_what_is_no_video_is_refused_with_its_name_and_the_reason(
    base: Path, tmp_path: Path, case: NotAVideo
) -> None:
    path = tmp_path / case.file
    case.write(base, path)
    with pytest.raises(InvalidInput, match=case.reason) as refusal:
        probe(path)
    assert case.file in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not a file"):
        probe(tmp_path / "missing.mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_file_that_ends_early_is_accepted_with_a_warning(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    make("-stream_loop", "2", "-i", base, "-c", "copy", "-movflags", "+faststart", whole)
    info = probe(truncate(whole, cut, 0.5))
    assert probe(whole).warnings == ()
    assert 30 < info.timing.frame_count < 140
    [warning] = info.warnings
    assert warning.code == WarningCode.ENDS_EARLY
    assert "although its header promises 6.1 s" in warning.text


def test_fields_and_colours_are_told_apart(base: Path, tmp_path: Path) -> None:
    assert probe(kind(base, tmp_path, "interlaced.mp4")).picture.interlaced
    assert probe(kind(base, tmp_path, "alpha.mov")).picture.colour is Colour.RGB
    assert probe(kind(base, tmp_path, "palette.gif")).picture.colour is Colour.RGB


def test_recordings_that_are_joined_count_as_one_timeline(base: Path, tmp_path: Path) -> None:
    part = kind(base, tmp_path, "h264.ts")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part.read_bytes() * 2)
    info = probe(joined)
    assert info.timing.fps == 25
    assert 100 <= info.timing.frame_count <= 102
