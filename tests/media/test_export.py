"""Exports hold exactly the frames and the sound that were asked for."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import pytest

from heaters.media.export import export_clip, verify_export
from heaters.media.preprocess import preprocess
from heaters.media.probe import probe
from heaters.media.proxy import ProxyReader
from tests.support.barcodes import (
    CLICK_S,
    click_period_frames,
    decode_barcodes,
    decode_clicks,
    write_barcode_video,
    write_small_proxy,
)

RATES = {
    "23.976": Fraction(24_000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30_000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60_000, 1001),
    "60": Fraction(60),
    "12.34": Fraction(617, 50),
    "47.952": Fraction(48_000, 1001),
    "30.001": Fraction(30_001, 1000),
    "7.5": Fraction(15, 2),
    "1": Fraction(1),
    "1/2": Fraction(1, 2),
    "1000": Fraction(1000),
}
RANGES_PER_RATE = 40
FRAME_COUNT = 120
AAC_FRAME_S = 1024 / 48_000
FFMPEG = Path(imageio_ffmpeg.get_ffmpeg_exe())


def random_ranges(seed: str, count: int, frame_count: int) -> list[tuple[int, int]]:
    """Return the whole video, its first and its last frame, and random ranges, short and long."""
    rng = random.Random(seed)
    ranges = [(0, frame_count), (0, 1), (frame_count - 1, frame_count)]
    while len(ranges) < count:
        start = rng.randrange(frame_count)
        longest = frame_count - start
        ranges.append((start, start + rng.randint(1, min(longest, rng.choice((1, 5, 200))))))
    return ranges


@pytest.mark.parametrize("fps", RATES.values(), ids=RATES.keys())
def test_every_export_holds_exactly_its_frames_and_its_sound(tmp_path: Path, fps: Fraction) -> None:
    out = tmp_path / "clip.mp4"
    frame_count = FRAME_COUNT if fps > 5 else 30
    with ProxyReader(write_small_proxy(tmp_path / "proxy.mp4", fps, frame_count), fps) as proxy:
        for start, end in random_ranges(str(fps), RANGES_PER_RATE, frame_count):
            made = export_clip(proxy, out, start_frame=start, end_frame=end)
            verify_export(out, proxy, start_frame=start, end_frame=end)

            assert decode_barcodes(out) == list(range(start, end))
            assert (made.frame_count, made.duration_s) == (end - start, (end - start) / fps)
            assert made.size_bytes == out.stat().st_size
            assert_every_frame_is_shown_exactly_on_time(out, fps)
            assert_every_click_is_heard_with_its_frame(out, fps, start, end)


def assert_every_frame_is_shown_exactly_on_time(path: Path, fps: Fraction) -> None:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [packet.pts * stream.time_base for packet in container.demux(stream) if packet.size]
    assert times == [frame / fps for frame in range(len(times))]


def assert_every_click_is_heard_with_its_frame(
    path: Path, fps: Fraction, start: int, end: int
) -> None:
    """Check all clicks but those in the first AAC frame, which lacks the one before it."""
    period = click_period_frames(fps)
    expected = [
        (float((click * period - start) / fps), click % 16)
        for click in range(start // period, end // period + 1)
        if start / fps + Fraction(2 * AAC_FRAME_S) < click * period / fps < end / fps - CLICK_S
    ]
    heard = {click.pitch: click.time_s for click in decode_clicks(path)}
    for time_s, pitch in expected[-16:]:  # of equal pitches, the last one is in ``heard``
        assert heard[pitch] == pytest.approx(time_s, abs=0.002)


SOURCES: dict[str, tuple[str, Fraction, dict[str, Any]]] = {
    "long_gop_b_frames": ("s.mp4", Fraction(30_000, 1001), {"bframes": 3}),
    "late_start": ("s.mkv", Fraction(25), {"start_s": Fraction(37, 10), "bframes": 2}),
    "rotated": ("s.mp4", Fraction(30), {"rotation": 90}),
    "anamorphic": ("s.mp4", Fraction(25), {"width": 180, "sar": Fraction(16, 9)}),
    "odd_size": ("s.mkv", Fraction(24), {"width": 319, "height": 179, "pix_fmt": "yuv444p"}),
    "mpeg2_stream": ("s.ts", Fraction(50), {"codec": "mpeg2video"}),
}


@pytest.mark.parametrize(("name", "fps", "options"), SOURCES.values(), ids=SOURCES.keys())
def test_clips_of_a_preprocessed_source_hold_exactly_its_frames(
    tmp_path: Path, name: str, fps: Fraction, options: dict[str, Any]
) -> None:
    source = write_barcode_video(tmp_path / name, fps=fps, frame_count=90, **options)
    made = preprocess(source, tmp_path, probe(source), ffmpeg=FFMPEG)

    assert (made.fps, made.frame_count) == (fps, 90)
    with ProxyReader(made.proxy_path, made.fps) as proxy:
        for start, end in random_ranges(name, 12, made.frame_count):
            export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)
            verify_export(tmp_path / "clip.mp4", proxy, start_frame=start, end_frame=end)
            assert decode_barcodes(tmp_path / "clip.mp4") == list(range(start, end))
            assert_every_click_is_heard_with_its_frame(tmp_path / "clip.mp4", fps, start, end)


def test_clips_of_a_variable_rate_source_show_what_its_player_shows(tmp_path: Path) -> None:
    ticks = [1, 2, 1, 1, 3] * 18
    source = write_barcode_video(
        tmp_path / "variable.mkv", fps=Fraction(30), frame_count=90, durations=ticks, bframes=2
    )
    made = preprocess(source, tmp_path, probe(source), ffmpeg=FFMPEG)
    shown = decode_barcodes(made.proxy_path)

    assert sorted(set(shown)) == list(range(90))
    with ProxyReader(made.proxy_path, made.fps) as proxy:
        for start, end in random_ranges("variable", 12, made.frame_count):
            export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)
            assert decode_barcodes(tmp_path / "clip.mp4") == shown[start:end]


def audio_span_s(path: Path) -> tuple[float, float]:
    """Return when the sound's first and after-last sample are heard, before any edit list."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        unit_s = float(stream.time_base or 0)
    return packets[0].pts * unit_s, (packets[-1].pts + packets[-1].duration) * unit_s


@pytest.mark.parametrize("sample_rate", [22_050, 44_100, 48_000])
@pytest.mark.parametrize(("start", "end"), [(0, 60), (13, 14), (37, 61), (100, 120)])
def test_the_sound_is_within_one_aac_frame_of_both_ends_of_the_picture(
    tmp_path: Path, start: int, end: int, sample_rate: int
) -> None:
    fps, aac_frame_s = RATES["29.97"], 1024 / sample_rate
    proxy_path = write_small_proxy(
        tmp_path / "proxy.mp4", fps, audio_s=Fraction(20), sample_rate=sample_rate
    )
    with ProxyReader(proxy_path, fps) as proxy:
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)

    first_s, end_s = audio_span_s(tmp_path / "clip.mp4")
    assert -aac_frame_s <= first_s <= 0
    assert 0 <= end_s - (end - start) / fps <= aac_frame_s
    assert_every_click_is_heard_with_its_frame(tmp_path / "clip.mp4", fps, start, end)


@pytest.mark.parametrize(
    "options", [{"audio": False}, {"audio_s": Fraction(2)}], ids=["no sound", "sound ended before"]
)
def test_a_clip_without_sound_has_no_audio_stream(tmp_path: Path, options: dict[str, Any]) -> None:
    fps = Fraction(25)
    with ProxyReader(write_small_proxy(tmp_path / "proxy.mp4", fps, **options), fps) as proxy:
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=60, end_frame=100)
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=60, end_frame=100)

    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert decode_barcodes(tmp_path / "clip.mp4") == list(range(60, 100))


def test_a_clip_in_which_the_sound_ends_keeps_all_its_frames(tmp_path: Path) -> None:
    fps = Fraction(25)
    proxy_path = write_small_proxy(tmp_path / "proxy.mp4", fps, 2000, audio_s=Fraction(2))
    with ProxyReader(proxy_path, fps) as proxy:
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=30, end_frame=2000)
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=30, end_frame=2000)

    assert audio_span_s(tmp_path / "clip.mp4")[1] == pytest.approx(0.8, abs=2 * AAC_FRAME_S)
    assert decode_barcodes(tmp_path / "clip.mp4") == list(range(30, 2000))


@pytest.mark.parametrize("audio", [True, False], ids=["with sound", "silent"])
@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 3000)], ids=["one frame", "long"])
def test_the_index_comes_before_the_media_data(
    tmp_path: Path, start: int, end: int, audio: bool
) -> None:
    fps = Fraction(1000)
    with ProxyReader(
        write_small_proxy(tmp_path / "proxy.mp4", fps, 3000, audio=audio), fps
    ) as proxy:
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)

    data = (tmp_path / "clip.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_two_exports_of_one_range_are_the_same_file(tmp_path: Path) -> None:
    fps = Fraction(25)
    with ProxyReader(write_small_proxy(tmp_path / "proxy.mp4", fps), fps) as proxy:
        for name in ("a.mp4", "b.mp4"):
            export_clip(proxy, tmp_path / name, start_frame=7, end_frame=50)

    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
