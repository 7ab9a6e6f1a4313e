from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from heaters.media.analysis import read_analysis
from heaters.media.picture_filters import proxy_size
from heaters.media.probe import probe
from tests.media.sources import FRAMES, Kind, make, run
from tests.support.barcodes import (
    decode_barcodes,
    write_barcode_video,
)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_applied(tmp_path: Path, rotation: int) -> None:
    source = tmp_path / "a.mov"
    write_barcode_video(source, fps=Fraction(25), frame_count=10, rotation=rotation)
    made = run(source)
    assert (made.width, made.height) == ((320, 180) if rotation == 180 else (180, 320))
    assert decode_barcodes(made.proxy_path) == list(range(10))
    with av.open(str(made.proxy_path)) as proxy:
        assert next(proxy.decode(video=0)).rotation == 0


@pytest.mark.parametrize(
    ("width", "height", "sar", "size"),
    [
        (321, 181, "1", (322, 182)),
        (320, 180, "4/3", (428, 180)),
        (352, 240, "10/11", (320, 240)),
        (33, 33, "1", (34, 34)),
    ],
)
def test_pixels_become_square_and_sides_even(
    tmp_path: Path, width: int, height: int, sar: str, size: tuple[int, int]
) -> None:
    source = tmp_path / "a.mkv"
    write_barcode_video(
        source, fps=Fraction(25), frame_count=10, width=width, height=height,
        sar=Fraction(sar), pix_fmt="yuv444p", crf=4,
    )  # fmt: skip
    made = run(source)
    assert (made.width, made.height) == size
    with av.open(str(made.proxy_path)) as proxy:
        frame = next(proxy.decode(video=0))
        assert (frame.width, frame.height, frame.format.name) == (*size, "yuv420p")
        assert proxy.streams.video[0].sample_aspect_ratio in (None, 1)
    if width > 100:
        assert decode_barcodes(made.proxy_path) == list(range(10))


@pytest.mark.parametrize("size", ["1x1", "2x2", "1x50", "5000x2"])
def test_no_size_is_too_odd(tmp_path: Path, size: str) -> None:
    source = tmp_path / "a.nut"
    make("-f", "lavfi", "-i", f"color=red:s={size}:d=0.2", "-c:v", "rawvideo", source)
    assert run(source).frame_count == 5


def test_a_cap_on_the_height_keeps_shape_and_frames(base: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    source.write_bytes(base.read_bytes())
    made = run(source, max_height=91)
    assert (made.width, made.height) == (160, 90)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert proxy_size(probe(source).picture, 1000) == (320, 180)


def bars(path: Path) -> np.ndarray:
    """Return the mean RGB of the lower half of the first picture, one row for each colour bar."""
    picture = path.with_suffix(".png")
    make("-i", path, "-frames:v", "1", "-pix_fmt", "rgb24", picture)
    with av.open(str(picture)) as container:
        image = next(container.decode(video=0)).to_ndarray(format="rgb24")
    edges = np.linspace(0, image.shape[1], 7).astype(int)
    lower = image[image.shape[0] // 2 :]
    return np.array([lower[:, a + 8 : b - 8].mean(axis=(0, 1)) for a, b in pairwise(edges)])


NOTHING_TOLD = "colorspace=unknown:color_primaries=unknown:color_trc=unknown"
UNTOLD = 2
"""What ITU-T H.273 calls a kind of colour that nobody has told."""


@pytest.mark.parametrize(
    ("options", "matrix"),
    [
        ("-c copy", 1),
        ("-an -c:v ffv1 -pix_fmt gbrp", 1),
        ("-an -c:v mjpeg -q:v 1 -pix_fmt yuvj444p -vf scale=out_color_matrix=bt601", 5),
        (f"-an -vf scale=out_color_matrix=bt601,setparams={NOTHING_TOLD} -c:v ffv1", 6),
    ],
    ids=["tagged", "rgb", "full-range", "untagged"],
)
def test_colours_are_kept_and_the_proxy_says_what_they_are(
    tmp_path: Path, options: str, matrix: int
) -> None:
    original = tmp_path / "original.mkv"
    write_barcode_video(original, fps=Fraction(25), frame_count=5, bt709=True, crf=4)
    source = Kind("a.mkv", options).write(original, tmp_path)
    made = run(source)
    with av.open(str(made.proxy_path)) as proxy:
        context = proxy.streams.video[0].codec_context
        assert (context.colorspace, context.pix_fmt) == (matrix, "yuv420p")
        assert UNTOLD not in {context.color_primaries, context.color_trc}
    assert np.abs(bars(made.proxy_path) - bars(original)).max() < 7


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_becomes_standard_range(base: Path, tmp_path: Path, transfer: str) -> None:
    hdr = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    options = f"-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le -vf {hdr}"
    source = Kind("a.mkv", options).write(base, tmp_path)
    made = run(source)
    with av.open(str(made.proxy_path)) as proxy:
        context = proxy.streams.video[0].codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace)
        assert (tags, context.pix_fmt) == ((1, 1, 1), "yuv420p")
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))


def test_hdr_whose_colours_are_not_told_is_shown_as_it_is(base: Path, tmp_path: Path) -> None:
    hdr = "-vf setparams=color_primaries=unknown:color_trc=smpte2084:colorspace=unknown"
    made = run(Kind("a.mkv", f"-c:v ffv1 -pix_fmt yuv420p10le {hdr}").write(base, tmp_path))
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))


def test_the_fields_of_an_interlaced_source_are_merged_without_combs(
    base: Path, tmp_path: Path
) -> None:
    moving = "-an -vf scroll=h=0.02,interlace -flags +ildct+ilme -c:v mpeg2video -q:v 2"
    made = run(Kind("a.ts", moving).write(base, tmp_path))
    plain = Kind("plain.mkv", "-an -vf scroll=h=0.02,interlace,setfield=prog -c:v ffv1")
    combed = plain.write(base, tmp_path)

    def combs(path: Path) -> float:
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode()]
        return float(np.mean([np.abs(2 * f[1:-1] - f[:-2] - f[2:]).mean() for f in frames]))

    assert combs(made.proxy_path) < combs(combed) / 2


def test_small_frames_are_the_proxys_own(base: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    write_barcode_video(source, fps=Fraction(25), frame_count=30, cuts=[10, 20])
    made = run(source)
    small = list(read_analysis(made.analysis_path))
    assert {(frame.shape, frame.dtype) for frame in small} == {((36, 64, 3), np.dtype(np.uint8))}
    with av.open(str(made.proxy_path)) as proxy:
        for ours, frame in zip(small, proxy.decode(video=0), strict=True):
            scaled = frame.reformat(64, 36, "bgr24", interpolation="AREA").to_ndarray()
            assert np.abs(ours.astype(int) - scaled).mean() < 3
