from __future__ import annotations

from pathlib import Path

import pytest

from heaters.media.limits import MediaLimits, SourceTooLarge
from heaters.media.probe import probe
from tests.media.sources import FRAMES, make, run


def refused(source: Path, limits: MediaLimits) -> str:
    with pytest.raises(SourceTooLarge) as refusal:
        probe(source, limits=limits)
    assert source.name in str(refusal.value)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_a_source_at_its_limits_is_accepted(base: Path) -> None:
    limits = MediaLimits(pixels=320 * 180, streams=2, packets=400, hours=2 / 3600)
    assert probe(base, limits=limits).timing.frame_count == FRAMES


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (MediaLimits(pixels=320 * 180 - 1), "320x180.*MAX_PIXELS"),
        (MediaLimits(streams=1), "1 stream.*MAX_STREAMS"),
        (MediaLimits(packets=40), "40 packets.*MAX_PACKETS"),
        (MediaLimits(hours=1.9 / 3600), "hours.*MAX_HOURS"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_the_setting_that_raises_it(
    base: Path, limits: MediaLimits, reason: str
) -> None:
    with pytest.raises(SourceTooLarge, match=reason):
        probe(base, limits=limits)


@pytest.mark.parametrize("suffix", [".mov", ".mkv", ".ts", ".flv"])
def test_a_picture_that_is_too_large_is_refused_whether_or_not_the_header_tells_its_size(
    tmp_path: Path, suffix: str
) -> None:
    source, limits = tmp_path / f"a{suffix}", MediaLimits(pixels=1_000_000)
    make("-f", "lavfi", "-i", "color=s=1600x900:d=0.4", "-c:v", "libx264", "-g", "1", source)
    assert "1600x900" in refused(source, limits)


def test_a_picture_that_grows_beyond_the_limit_is_not_decoded(tmp_path: Path) -> None:
    parts = [tmp_path / "small.ts", tmp_path / "large.ts"]
    for part, size in zip(parts, ("320x180", "1600x900"), strict=True):
        make("-f", "lavfi", "-i", f"color=s={size}:d=0.4", "-c:v", "libx264", "-g", "1", part)
    source = tmp_path / "a.ts"
    source.write_bytes(b"".join(part.read_bytes() for part in parts))
    made = run(source, limits=MediaLimits(pixels=1_000_000))
    assert (made.width, made.height) == (320, 180)
    assert 9 <= made.frame_count <= 11
    assert made.warnings


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_too_many_streams_are_refused_before_they_are_read(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    source = tmp_path / f"a{suffix}"
    make("-i", base, *["-map", "0:a"] * 30, "-map", "0:v", "-c", "copy", source)
    assert probe(source).sound is not None
    assert "streams" in refused(source, MediaLimits(streams=20))
