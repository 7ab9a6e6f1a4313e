from __future__ import annotations

from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from heaters.domain.warnings import WarningCode
from heaters.media.colour import Colour, ColourTags, plan_colours
from tests.media.sources import make, run
from tests.support.patches import (
    BT470BG,
    BT709,
    BT2020,
    HLG,
    P3,
    PQ,
    SMPTE240M,
    expected,
    shown,
    write_patches,
)

FCC, YCGCO, CONSTANT_LUMINANCE, ICTCP, RGB = 4, 8, 10, 14, 0
UNTOLD, IPT_C2, RESERVED = 2, 15, 3
BT2020_10_BIT, SRGB = 14, 13


def tags_of(proxy: Path) -> tuple[int, int, int]:
    with av.open(str(proxy)) as container:
        context = container.streams.video[0].codec_context
        return context.color_primaries, context.color_trc, context.colorspace


@pytest.mark.parametrize(
    ("primaries", "transfer", "matrix"),
    [
        (BT2020, PQ, BT2020),
        (BT2020, PQ, ICTCP),
        (BT2020, PQ, RGB),
        (BT2020, HLG, BT2020),
        (BT2020, BT2020_10_BIT, BT2020),
        (BT2020, BT2020_10_BIT, RGB),
        (P3, BT709, BT709),
        (BT709, BT709, FCC),
        (BT709, BT709, SMPTE240M),
        (BT709, BT709, YCGCO),
        (BT709, BT709, RGB),
        (BT709, BT709, BT709),
    ],
)
def test_a_proxy_shows_in_bt709_what_was_coded_otherwise(
    tmp_path: Path, primaries: int, transfer: int, matrix: int
) -> None:
    source = write_patches(tmp_path / "a.mkv", primaries, transfer, matrix)
    assert_shown_in_bt709(source, hdr=transfer in (PQ, HLG))


@pytest.mark.parametrize("tags", [(BT2020, PQ, BT2020), (P3, BT709, BT709), (BT709, BT709, BT709)])
def test_full_range_becomes_limited(tmp_path: Path, tags: tuple[int, ...]) -> None:
    source = write_patches(tmp_path / "a.mkv", *tags, full_range=True)
    assert_shown_in_bt709(source, hdr=PQ in tags)


def assert_shown_in_bt709(source: Path, *, hdr: bool) -> None:
    made = run(source)
    assert made.warnings == ()
    assert tags_of(made.proxy_path) == (BT709, BT709, BT709)
    assert np.abs(shown(made.proxy_path) - expected(hdr=hdr)).max() < 4


@pytest.mark.parametrize("matrix", [BT470BG, 6])
def test_the_colours_of_old_television_stay_as_they_are_and_are_told(
    tmp_path: Path, matrix: int
) -> None:
    made = run(write_patches(tmp_path / "a.mkv", BT709, BT709, matrix))
    assert made.warnings == ()
    assert tags_of(made.proxy_path) == (BT709, BT709, matrix)
    assert np.abs(shown(made.proxy_path) - expected(hdr=False)).max() < 4


@pytest.mark.parametrize("pix_fmt", ["yuv420p10le", "yuv422p10le", "yuv444p12le", "yuva444p10le"])
@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_of_any_format_and_odd_size_is_converted(
    tmp_path: Path, pix_fmt: str, transfer: int
) -> None:
    source = tmp_path / "a.mkv"
    write_patches(source, BT2020, transfer, BT2020, pix_fmt=pix_fmt, height=33)
    made = run(source)
    assert made.warnings == ()
    assert (made.width, made.height) == (258, 34)
    assert np.abs(shown(made.proxy_path) - expected(hdr=True)).max() < 4


@pytest.mark.parametrize(
    "told",
    [
        (UNTOLD, PQ, UNTOLD),
        (UNTOLD, PQ, BT2020),
        (BT2020, PQ, UNTOLD),
        (BT2020, PQ, RGB),
        (BT2020, PQ, CONSTANT_LUMINANCE),
        (BT2020, PQ, IPT_C2),
        (BT2020, PQ, 11),
        (RESERVED, PQ, BT2020),
    ],
)
def test_hdr_that_tells_nothing_or_nonsense_is_taken_for_bt2020_with_a_warning(
    tmp_path: Path, told: tuple[int, ...]
) -> None:
    made = run(write_patches(tmp_path / "a.mkv", BT2020, PQ, BT2020, told=told))
    assert [warning.code for warning in made.warnings] == [WarningCode.COLOURS_DOUBTFUL]
    assert tags_of(made.proxy_path) == (BT709, BT709, BT709)
    assert np.abs(shown(made.proxy_path) - expected(hdr=True)).max() < 4


def test_constant_luminance_without_hdr_keeps_its_grays_and_is_told(tmp_path: Path) -> None:
    source = write_patches(tmp_path / "a.mkv", BT2020, BT2020_10_BIT, CONSTANT_LUMINANCE)
    made = run(source)
    assert [warning.code for warning in made.warnings] == [WarningCode.COLOURS_DOUBTFUL]
    difference = np.abs(shown(made.proxy_path) - expected(hdr=False))
    assert difference[:3].max() < 4
    assert difference.mean() < 8


def test_what_the_stream_says_goes_before_what_the_container_says(tmp_path: Path) -> None:
    x265 = "lossless=1:log-level=none:colorprim=9:transfer=16:colormatrix=9"
    options = ("-c:v", "libx265", "-x265-params", x265)
    told = write_patches(tmp_path / "told.mkv", BT2020, PQ, BT2020, options=options)
    source = tmp_path / "a.mp4"
    contradiction = ["-color_primaries", "1", "-color_trc", "1", "-colorspace", "1"]
    make("-i", told, "-c", "copy", "-tag:v", "hvc1", *contradiction, source)
    made = run(source)
    assert np.abs(shown(made.proxy_path) - expected(hdr=True)).max() < 4


def test_every_tag_becomes_one_that_can_be_converted() -> None:
    codes = [*range(20), 22, 255, 256]
    plans = {
        plan_colours(ColourTags(*told, full_range=False), rgb=rgb, height=180).tags
        for told in product(codes, repeat=3)
        for rgb in (False, True)
    }
    for tags in plans:
        assert UNTOLD not in (tags.primaries, tags.transfer, tags.matrix)
    hdr = {tags.matrix for tags in plans if tags.transfer in (PQ, HLG)}
    assert ICTCP in hdr
    assert {tags.primaries for tags in plans if tags.matrix == ICTCP} == {BT2020}
    assert {tags.transfer for tags in plans if tags.matrix == ICTCP} == {PQ, HLG}


@pytest.mark.parametrize("axis", ["primaries", "transfer", "matrix"])
def test_every_code_of_each_kind_can_be_converted(tmp_path: Path, axis: str) -> None:
    chains = []
    for code, base in product(range(23), [(BT2020, PQ, BT2020), (BT709, BT709, BT709)]):
        told = dict(zip(("primaries", "transfer", "matrix"), base, strict=True)) | {axis: code}
        plan = plan_colours(ColourTags(**told, full_range=False), rgb=False, height=180)
        if plan.kind in (Colour.HDR, Colour.WIDE):
            chains.append(plan.tags)
    assert chains
    for number, tags in enumerate(dict.fromkeys(chains)):
        folder = tmp_path / str(number)
        folder.mkdir()
        source = folder / "a.mkv"
        kind = f"color_primaries={tags.primaries}:color_trc={tags.transfer}"
        picture = f"color=s=16x16:d=0.04,format=yuv444p,setparams={kind}:colorspace={tags.matrix}"
        make("-f", "lavfi", "-i", picture, "-c:v", "ffv1", source)
        assert run(source).frame_count == 1
