from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from heaters.domain.warnings import WarningCode
from heaters.media.preprocess import Preprocessed
from tests.media.sources import make, run

QUADRANTS = (
    "color=red:s=160x90:d=0.2[a];color=lime:s=160x90:d=0.2[b];color=blue:s=160x90:d=0.2[c];"
    "color=white:s=160x90:d=0.2[d];[a][b]hstack[t];[c][d]hstack[u];[t][u]vstack"
)
RED, GREEN, BLUE, WHITE = "red", "green", "blue", "white"
_COLOURS = {RED: (255, 0, 0), GREEN: (0, 255, 0), BLUE: (0, 0, 255), WHITE: (255, 255, 255)}


@pytest.fixture(scope="module")
def quadrants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """320x180 at 25/s: red, green, blue and white, row by row."""
    path = tmp_path_factory.mktemp("quadrants") / "a.mp4"
    make("-f", "lavfi", "-i", QUADRANTS, "-c:v", "libx264", "-crf", "1", path)
    return path


def first_picture(made: Preprocessed) -> npt.NDArray[Any]:
    with av.open(str(made.proxy_path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def corners(made: Preprocessed) -> list[str]:
    """Name the colours of the four corners, row by row."""
    image = first_picture(made).astype(int)
    height, width, _ = image.shape
    points = [(y, x) for y in (height // 8, -height // 8) for x in (width // 8, -width // 8)]
    return [
        min(_COLOURS, key=lambda name: int(np.abs(image[point] - _COLOURS[name]).sum()))
        for point in points
    ]


def codes(made: Preprocessed) -> list[WarningCode]:
    return [warning.code for warning in made.warnings]


def with_clean_aperture(source: Path, path: Path, width: int, height: int) -> Path:
    """Write an MP4 file again that shows only the middle ``width`` x ``height`` of its picture."""
    plain = path.with_name(f"plain-{path.name}")
    make("-i", source, "-c", "copy", "-map", "0:v", plain)
    content = bytearray(plain.read_bytes())
    clap = struct.pack(">I4s8I", 40, b"clap", width, 1, height, 1, 0, 1, 0, 1)
    end_of_entry = content.index(b"avcC") - 4
    content[end_of_entry:end_of_entry] = clap
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"):
        at = content.index(parent) - 4
        size = int.from_bytes(content[at : at + 4], "big") + len(clap)
        content[at : at + 4] = size.to_bytes(4, "big")
    path.write_bytes(content)
    return path


def test_a_clean_aperture_is_cut_out_in_its_own_shape(quadrants: Path, tmp_path: Path) -> None:
    made = run(with_clean_aperture(quadrants, tmp_path / "a.mp4", 240, 100))
    assert (made.width, made.height) == (240, 100)
    assert corners(made) == [RED, GREEN, BLUE, WHITE]
    reds = first_picture(made)[10, 114:126, 0].astype(int)
    assert np.flatnonzero(np.diff(reds > 127)) == [5]  # the middle is the middle still


@pytest.mark.parametrize(("rotation", "expected"), [(90, (100, 240)), (180, (240, 100))])
def test_a_crop_is_turned_with_the_picture(
    quadrants: Path, tmp_path: Path, rotation: int, expected: tuple[int, int]
) -> None:
    source = tmp_path / "a.mp4"
    cropped = with_clean_aperture(quadrants, tmp_path / "cropped.mp4", 240, 100)
    make("-display_rotation", str(rotation), "-i", cropped, "-c", "copy", source)
    made = run(source)
    assert (made.width, made.height) == expected
    turned = {90: [GREEN, WHITE, RED, BLUE], 180: [WHITE, BLUE, GREEN, RED]}
    assert corners(made) == turned[rotation]


def test_the_streams_crop_and_the_containers_are_both_applied(
    quadrants: Path, tmp_path: Path
) -> None:
    cropped = tmp_path / "stream.mp4"
    make("-i", quadrants, "-c", "copy", "-bsf:v", "h264_metadata=crop_left=40:crop_right=40",
         cropped)  # fmt: skip
    made = run(with_clean_aperture(cropped, tmp_path / "a.mp4", 200, 100))
    assert (made.width, made.height) == (200, 100)
    assert corners(made) == [RED, GREEN, BLUE, WHITE]


def test_a_crop_with_oblong_pixels_keeps_both(quadrants: Path, tmp_path: Path) -> None:
    oblong = tmp_path / "oblong.mp4"
    make("-i", quadrants, "-c", "copy", "-bsf:v", "h264_metadata=sample_aspect_ratio=2/1", oblong)
    made = run(with_clean_aperture(oblong, tmp_path / "a.mp4", 160, 100))
    assert (made.width, made.height) == (320, 100)


def test_the_crop_of_a_matroska_file_is_applied(quadrants: Path, tmp_path: Path) -> None:
    cropped, source = tmp_path / "cropped.mp4", tmp_path / "a.mkv"
    with_clean_aperture(quadrants, cropped, 240, 100)
    make("-i", cropped, "-c", "copy", source)
    made = run(source)
    assert (made.width, made.height) == (240, 100)
    assert corners(made) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-display_hflip"], [GREEN, RED, WHITE, BLUE]),
        (["-display_vflip"], [BLUE, WHITE, RED, GREEN]),
        (["-display_hflip", "-display_vflip"], [WHITE, BLUE, GREEN, RED]),
    ],
)
def test_a_mirrored_picture_is_mirrored(
    quadrants: Path, tmp_path: Path, options: list[str], expected: list[str]
) -> None:
    source = tmp_path / "a.mp4"
    make("-display_rotation", "0", *options, "-i", quadrants, "-c", "copy", source)
    made = run(source)
    assert corners(made) == expected
    assert made.warnings == ()


@pytest.mark.parametrize("degrees", [45, -30, 2])
def test_another_turn_than_a_quarter_is_left_and_told(
    quadrants: Path, tmp_path: Path, degrees: int
) -> None:
    source = tmp_path / "a.mp4"
    make("-display_rotation", str(degrees), "-i", quadrants, "-c", "copy", source)
    made = run(source)
    assert (made.width, made.height) == (320, 180)
    assert corners(made) == [RED, GREEN, BLUE, WHITE]
    assert codes(made) == [WarningCode.TURN_IGNORED]
    assert f"{degrees % 360}°" in made.warnings[0].text


@pytest.mark.parametrize(
    ("size", "aspect", "expected"),
    [
        ("320x180", "10", (3200, 180)),
        ("1280x720", "10", (8192, 460)),
        ("180x320", "1/10", (18, 320)),
        ("20000x64", "1", (8192, 26)),
        ("64x16500", "1", (32, 8192)),
        ("6400x6400", "1", (5916, 5916)),
        ("8192x8", "1", (8192, 8)),
        ("20000x1", "1", (8192, 2)),
    ],
)
def test_any_shape_becomes_one_that_browsers_take(
    tmp_path: Path, size: str, aspect: str, expected: tuple[int, int]
) -> None:
    source = tmp_path / "a.nut"
    picture = f"color=red:s={size}:r=5:d=0.2,format=gray,setsar={aspect}"
    make("-f", "lavfi", "-i", picture, "-c:v", "rawvideo", source)
    made = run(source)
    assert (made.width, made.height) == expected
    with av.open(str(made.proxy_path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.width, context.height) == expected
        assert context.level <= 62
    coded = [int(side) for side in size.split("x")]
    larger = max(coded[0] * ratio_of(aspect), coded[1]) > 8192 or coded == [6400, 6400]
    assert codes(made) == ([WarningCode.SCALED_DOWN] if larger else [])


def ratio_of(ratio: str) -> float:
    over, _, under = ratio.partition("/")
    return int(over) / int(under or 1)


def test_a_cap_that_was_asked_for_needs_no_word(tmp_path: Path) -> None:
    source = tmp_path / "a.nut"
    picture = "color=red:s=10000x2000:r=5:d=0.2,format=gray"
    make("-f", "lavfi", "-i", picture, "-c:v", "rawvideo", source)
    made = run(source, max_height=200)
    assert (made.width, made.height) == (1000, 200)
    assert made.warnings == ()


TRANSPARENT = "color=white:s=256x64:r=5:d=0.4,format={format},geq={colours}:a='X*{most}/256'"


@pytest.mark.parametrize(
    ("pix_fmt", "colours", "most", "options"),
    [
        ("argb", "r=255:g=255:b=255", 256, ["-c:v", "qtrle"]),
        ("rgba", "r=255:g=255:b=255", 256, ["-c:v", "png"]),
        (
            "yuva444p10le",
            "lum=940:cb=512:cr=512",
            1024,
            ["-c:v", "prores_ks", "-profile:v", "4444"],
        ),
        ("yuva420p", "lum=235:cb=128:cr=128", 256, ["-c:v", "ffv1"]),
    ],
)
def test_what_is_transparent_is_shown_on_black(
    tmp_path: Path, pix_fmt: str, colours: str, most: int, options: list[str]
) -> None:
    source = tmp_path / "a.mov"
    picture = TRANSPARENT.format(format=pix_fmt, colours=colours, most=most)
    make("-f", "lavfi", "-i", picture, *options, source)
    made = run(source)
    assert codes(made) == [WarningCode.ALPHA_ON_BLACK]
    row = first_picture(made)[32].mean(axis=1)
    assert np.abs(row[8:-8] - np.arange(256)[8:-8]).max() < 8


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_transparency_that_cannot_be_decoded_is_left_out_and_told(
    tmp_path: Path, codec: str
) -> None:
    source = tmp_path / "a.webm"
    picture = TRANSPARENT.format(format="yuva420p", colours="lum=235:cb=128:cr=128", most=256)
    make("-f", "lavfi", "-i", picture, "-c:v", codec, "-auto-alt-ref", "0", source)
    assert codes(run(source)) == [WarningCode.ALPHA_LEFT_OUT]


def test_what_no_filter_writes_is_read_all_the_same(tmp_path: Path) -> None:
    sensor, source = tmp_path / "a.raw", tmp_path / "a.nut"
    sensor.write_bytes(bytes(range(256)) * 24)
    raw = ["-f", "rawvideo", "-pix_fmt", "bayer_rggb8", "-s", "64x48", "-r", "5"]
    make(*raw, "-i", sensor, "-c", "copy", source)
    assert run(source).frame_count == 2
