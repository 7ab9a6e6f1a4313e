from __future__ import annotations

from pathlib import Path

import pytest

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import WarningCode
from heaters.media.preprocess import Preprocessed
from heaters.media.probe import probe
from tests.media.sources import FRAMES, make, run
from tests.support.barcodes import decode_barcodes
from tests.support.tiles import write_tiled_picture


def codes(made: Preprocessed) -> list[WarningCode]:
    return [warning.code for warning in made.warnings]


def cover(folder: Path, *, pictures: int = 1) -> Path:
    path = folder / "cover.mkv"
    make("-f", "lavfi", "-i", "color=red:s=1280x720:r=1", "-frames:v", str(pictures),
         "-c:v", "mjpeg", path)  # fmt: skip
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("pictures", [1, 2])
@pytest.mark.parametrize("first", ["cover", "film"])
def test_the_track_that_moves_is_the_video_whatever_is_larger_or_first(
    base: Path, tmp_path: Path, suffix: str, pictures: int, first: str
) -> None:
    source, order = tmp_path / f"a{suffix}", ["-map", "1:v", "-map", "0:v", "-map", "0:a"]
    if first == "film":
        order = ["-map", "0", "-map", "1:v"]
    make("-i", base, "-i", cover(tmp_path, pictures=pictures), *order, "-c", "copy", source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert made.has_audio
    [warning] = made.warnings
    assert warning.code == WarningCode.TRACKS_LEFT_OUT
    assert "2 video tracks" in warning.text
    assert "moves" in warning.text


@pytest.mark.parametrize("default", [0, 1])
def test_of_two_films_the_default_one_is_the_video(
    base: Path, tmp_path: Path, default: int
) -> None:
    source = tmp_path / "a.mkv"
    other = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-map", "0:v", "-map", "1:v"]
    flags = [f"-disposition:v:{default}", "default", f"-disposition:v:{1 - default}", "0"]
    make("-i", base, *other, "-c:v", "libx264", *flags, source)
    made = run(source)
    assert made.width == (320, 640)[default]
    assert codes(made) == [WarningCode.TRACKS_LEFT_OUT]


def test_of_two_default_films_the_largest_is_the_video(base: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    other = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-map", "0:v", "-map", "1:v"]
    make("-i", base, *other, "-c:v", "libx264", "-disposition:v", "default", source)
    assert run(source).width == 640


def test_an_animated_picture_with_a_still_and_its_transparency_is_its_animation(
    base: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.avif"
    alpha = "[0:v]split[a][b];[b]format=gray,negate[c]"
    avif = ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-crf", "20"]
    make("-i", base, "-filter_complex", alpha, "-map", "[a]", "-map", "[c]", *avif, source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert codes(made) == [WarningCode.TRACKS_LEFT_OUT]


def test_a_cover_that_is_marked_as_one_needs_no_word(base: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    marked = ["-map", "0", "-map", "1:v", "-disposition:v:1", "attached_pic"]
    make("-i", base, "-i", cover(tmp_path), *marked, "-c", "copy", source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert made.warnings == ()


def test_any_number_of_subtitles_fonts_and_time_codes_is_no_trouble(
    base: Path, tmp_path: Path
) -> None:
    text, font = tmp_path / "a.srt", tmp_path / "a.ttf"
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    font.write_bytes(bytes(500))
    attached: list[str] = []
    for number in range(120):
        attached += ["-attach", str(font)]
        attached += [f"-metadata:s:t:{number}", "mimetype=application/x-truetype-font"]
    fonts, codes_ = tmp_path / "a.mkv", tmp_path / "a.mov"
    subtitles = ["-map", "0", *["-map", "1"] * 80, "-c", "copy"]
    make("-i", base, "-i", text, *subtitles, *attached, fonts)
    make("-i", base, "-i", text, *subtitles, "-c:s", "mov_text", "-timecode", "01:00:00:00", codes_)
    for source in (fonts, codes_):
        made = run(source)
        assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
        assert made.warnings == ()
        (tmp_path / "out").rename(tmp_path / f"out{source.suffix}")


def test_a_picture_of_tiles_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="tiles") as refusal:
        probe(write_tiled_picture(tmp_path / "a.heic"))
    assert "\n" not in str(refusal.value)


def test_a_motion_photo_is_refused_with_what_to_do(base: Path, tmp_path: Path) -> None:
    photo, film, source = tmp_path / "a.jpg", tmp_path / "a.mp4", tmp_path / "MVIMG_1.jpg"
    make("-i", base, "-frames:v", "1", photo)
    make("-i", base, "-c", "copy", film)
    source.write_bytes(photo.read_bytes() + film.read_bytes())
    with pytest.raises(InvalidInput, match="motion photo"):
        probe(source)
    with pytest.raises(InvalidInput, match="a picture"):
        probe(photo)
