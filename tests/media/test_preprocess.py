from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from heaters.media.analysis import AnalysisUnusable, read_analysis
from heaters.media.ffmpeg import Cancelled, DiskFull, find_ffmpeg, run_ffmpeg
from heaters.media.preprocess import Preprocessed, preprocess, verify_proxy
from heaters.media.preprocess_arguments import outputs_in, preprocess_arguments, proxy_size
from heaters.media.probe import probe
from heaters.media.profiles import MASTER
from heaters.media.proxy import ProxyUnusable
from tests.media.sources import FRAMES, KINDS, Kind, base_video, make, truncate
from tests.support.barcodes import (
    click_period_frames,
    decode_barcodes,
    decode_clicks,
    write_barcode_video,
)

FFMPEG = find_ffmpeg()
RATES = ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
ODD_RATES = ("120000/1001", "173/10", "25/2", "1")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_video(tmp_path_factory.mktemp("base"))


def run(source: Path, **options: Any) -> Preprocessed:
    folder = source.parent / "out"
    folder.mkdir()
    return preprocess(source, folder, probe(source), ffmpeg=FFMPEG, **options)


def packets(path: Path) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    with av.open(f"file:{path}") as container:
        for packet in container.demux():
            if packet.size and packet.stream.type in ("video", "audio"):
                found.setdefault(packet.stream.type, []).append(bytes(packet))
    return found


def sound_ends_s(path: Path) -> Fraction:
    with av.open(str(path)) as container:
        [stream] = container.streams.audio
        return (stream.duration or 0) * Fraction(stream.time_base or 0)


def assert_clicks_in_step(made: Preprocessed, late_s: Fraction = Fraction(0)) -> None:
    """Assert that click n is heard with frame n * period, ``late_s`` earlier than in the source."""
    period_s = click_period_frames(made.fps) / made.fps
    clicks = decode_clicks(made.proxy_path)
    assert len(clicks) >= 4
    for click in clicks:
        number = round((Fraction(click.time_s) + late_s) / period_s)
        assert click.pitch == number % 16
        assert click.time_s == pytest.approx(float(number * period_s - late_s), abs=0.012)


@pytest.mark.parametrize(
    ("rate", "suffix"),
    [(rate, ".mp4") for rate in RATES + ODD_RATES]
    + [(rate, ".mkv") for rate in ("24000/1001", "30000/1001", "60000/1001", "173/10")],
)
def test_frame_i_of_the_proxy_is_frame_i_of_the_source(
    tmp_path: Path, rate: str, suffix: str
) -> None:
    source = tmp_path / f"a{suffix}"
    write_barcode_video(source, fps=Fraction(rate), frame_count=40, gop=12, bframes=3)
    made = run(source)
    assert (made.fps, made.frame_count) == (Fraction(rate), 40)
    assert decode_barcodes(made.proxy_path) == list(range(40))
    verify_proxy(made.proxy_path, fps=Fraction(rate), frame_count=40)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.file)
def test_a_source_of_any_kind_gives_its_frames_its_sound_in_step_and_an_exact_master(
    base: Path, tmp_path: Path, kind: Kind
) -> None:
    source = kind.write(base, tmp_path)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert made.has_audio == kind.has_sound
    if made.has_audio:
        assert_clicks_in_step(made, late_s=kind.picture_late_s)
    assert packets(made.master_path) == packets(source)
    assert made.warnings == ()


def test_a_source_whose_packets_no_container_takes_gets_a_lossless_master(
    base: Path, tmp_path: Path
) -> None:
    source = Kind("animated.apng", "-an -c:v apng").write(base, tmp_path)
    made = run(source)
    with av.open(str(made.master_path)) as master, av.open(str(source)) as original:
        assert master.streams.video[0].codec_context.name == "ffv1"
        for ours, theirs in zip(master.decode(video=0), original.decode(video=0), strict=True):
            assert (ours.to_ndarray(format="rgb24") == theirs.to_ndarray(format="rgb24")).all()


def test_a_variable_rate_shows_at_i_over_r_what_the_source_shows_then(tmp_path: Path) -> None:
    source, ticks = tmp_path / "a.mkv", list(islice(cycle([4, 4, 9, 4, 20, 5]), 90))
    write_barcode_video(source, fps=Fraction(120), frame_count=90, durations=ticks, gop=30)
    made = run(source)
    assert probe(source).variable_rate
    starts = [sum(ticks[:n]) * made.fps / 120 for n in range(90)]
    expected = [max(n for n in range(90) if starts[n] <= i) for i in range(made.frame_count)]
    shown = decode_barcodes(made.proxy_path)
    assert len(set(shown)) >= 81
    assert all(abs(a - b) <= 1 for a, b in zip(shown, expected, strict=True))
    period_s = click_period_frames(Fraction(120)) / 120
    for click in decode_clicks(made.proxy_path):
        assert click.time_s == pytest.approx(round(click.time_s / period_s) * period_s, abs=0.012)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_source_that_starts_late_starts_at_frame_0(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"a{suffix}"
    write_barcode_video(
        source, fps=Fraction(30000, 1001), frame_count=60, bframes=2, start_s=Fraction(5)
    )
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(60))
    assert_clicks_in_step(made)


def test_sound_from_before_the_first_picture_is_left_out(base: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    late = ["-itsoffset", "0.5", "-i", base, "-map", "1:v", "-map", "0:a", "-c", "copy"]
    make("-i", base, *late, source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert_clicks_in_step(made, late_s=Fraction(1, 2))


def test_sound_that_starts_after_the_first_picture_does_so_in_the_proxy(
    base: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.mp4"
    late = ["-itsoffset", "0.5", "-i", base, "-map", "0:v", "-map", "1:a", "-c", "copy"]
    make("-i", base, *late, source)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert_clicks_in_step(made, late_s=Fraction(-1, 2))


@pytest.mark.parametrize("audio_s", [Fraction(1), Fraction(5)], ids=["short", "long"])
def test_sound_ends_with_the_picture(tmp_path: Path, audio_s: Fraction) -> None:
    source = tmp_path / "a.mp4"
    write_barcode_video(source, fps=Fraction(25), frame_count=75, audio_s=audio_s)
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(75))
    assert abs(sound_ends_s(made.proxy_path) - 3) <= Fraction(2 * 1024, 48_000)


@pytest.mark.parametrize("damage", ["drop=1", "amount=1"], ids=["no packets", "noise"])
def test_sound_that_cannot_be_decoded_is_left_out_with_a_warning(
    base: Path, tmp_path: Path, damage: str
) -> None:
    source = Kind("a.mkv", f"-c copy -bsf:a noise={damage}").write(base, tmp_path)
    made = run(source)
    assert not made.has_audio
    assert made.warnings[0] == "its sound cannot be decoded and is left out"
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))


@pytest.mark.parametrize("file", ["h264.ts", "mpeg2-transport-stream.ts"])
def test_a_recording_that_begins_between_key_frames_starts_where_it_can_be_decoded(
    base: Path, tmp_path: Path, file: str
) -> None:
    whole = next(kind for kind in KINDS if kind.file == file).write(base, tmp_path)
    source = tmp_path / "a.ts"
    packets = whole.read_bytes()
    source.write_bytes(packets[len(packets) // 3 // 188 * 188 :])
    made = run(source)
    shown = decode_barcodes(made.proxy_path)
    assert 10 < shown[0] < 30
    assert shown == list(range(shown[0], FRAMES))
    assert_clicks_in_step(made, late_s=Fraction(shown[0], 25))


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
    assert proxy_size(probe(source), 1000) == (320, 180)


def test_one_picture_is_enough(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    write_barcode_video(source, fps=Fraction(25), frame_count=1)
    made = run(source)
    assert made.frame_count == 1
    assert decode_barcodes(made.proxy_path) == [0]


@pytest.mark.parametrize("sound", ["-ar 48000 -ac 1", "-ar 44100 -ac 2"], ids=["same", "other"])
def test_a_source_that_changes_size_and_sound_on_the_way_stays_in_step(
    base: Path, tmp_path: Path, sound: str
) -> None:
    first = Kind("1.ts", "-c:v mpeg2video -q:v 2 -c:a aac").write(base, tmp_path)
    other = f"-vf scale=640:360 -c:v mpeg2video -q:v 2 -c:a aac {sound}"
    source = tmp_path / "a.ts"
    source.write_bytes(first.read_bytes() + Kind("2.ts", other).write(base, tmp_path).read_bytes())
    made = run(source)
    shown = decode_barcodes(made.proxy_path)
    assert (made.width, made.height) == (320, 180)
    assert shown[: FRAMES - 1] == list(range(FRAMES - 1))  # the seam may cost the last picture
    assert shown[-FRAMES:] == list(range(FRAMES))
    assert made.frame_count <= 2 * FRAMES + 2
    first_of_second_s = (made.frame_count - FRAMES) / 25
    clicks = [c.time_s for c in decode_clicks(made.proxy_path) if c.time_s > first_of_second_s]
    period_s = click_period_frames(Fraction(25)) / 25
    for time_s in clicks[1:]:
        beats = (time_s - first_of_second_s) / period_s
        assert beats == pytest.approx(round(beats), abs=0.15)


def test_a_file_that_ends_early_is_used_up_to_there(base: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    make("-stream_loop", "2", "-i", base, "-c", "copy", "-movflags", "+faststart", whole)
    made = run(truncate(whole, tmp_path / "a.mp4", 0.5))
    shown = decode_barcodes(made.proxy_path)
    assert len(shown) > 40
    assert shown[:40] == list(range(40))
    assert "although its header promises" in made.warnings[0]


def bars(path: Path, profile: str = "") -> np.ndarray:
    """Return the mean RGB of the lower half of the first picture, one row for each colour bar."""
    picture = path.with_name(f"{path.stem}{profile}.png")
    make("-i", path, "-frames:v", "1", "-pix_fmt", "rgb24", picture)
    with av.open(str(picture)) as container:
        image = next(container.decode(video=0)).to_ndarray(format="rgb24")
    edges = np.linspace(0, image.shape[1], 7).astype(int)
    lower = image[image.shape[0] // 2 :]
    return np.array([lower[:, a + 8 : b - 8].mean(axis=(0, 1)) for a, b in pairwise(edges)])


@pytest.mark.parametrize(
    ("options", "matrix"),
    [
        ("-c copy", 1),
        ("-an -c:v ffv1 -pix_fmt gbrp", 1),
        ("-an -c:v mjpeg -q:v 1 -pix_fmt yuvj444p -vf scale=out_color_matrix=bt601", 5),
        ("-an -vf scale=out_color_matrix=bt601,setparams=colorspace=unknown -c:v ffv1", 6),
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


def test_one_process_reads_the_source_once_and_writes_three_files(
    base: Path, tmp_path: Path
) -> None:
    info = probe(base)
    outputs = outputs_in(tmp_path, info, MASTER)
    arguments = preprocess_arguments(base, info, outputs, None)
    assert arguments.count("-i") == 1
    files = [argument for argument in arguments if argument.startswith("file:")]
    written = (base, outputs.proxy, outputs.analysis, outputs.master)
    assert files == [f"file:{path}" for path in written]


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


def test_a_broken_file_of_small_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisUnusable, match="preprocess the video again"):
        list(read_analysis(tmp_path / "missing.mp4"))


def test_progress_rises_to_one(base: Path, tmp_path: Path) -> None:
    source, seen = tmp_path / "a.mkv", list[float]()
    source.write_bytes(base.read_bytes())
    run(source, on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


@contextmanager
def largest_file_bytes(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_room_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    write_barcode_video(source, fps=Fraction(25), frame_count=100, crf=40)
    limit = source.stat().st_size * 2  # room for the master, none for the proxy
    with largest_file_bytes(limit), pytest.raises(DiskFull, match="free some space"):
        run(source)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    source, cancelled = tmp_path / "a.mkv", threading.Event()
    make("-f", "lavfi", "-i", "testsrc2=s=1280x720:d=20", "-c:v", "mpeg2video", source)
    with pytest.raises(Cancelled):
        run(source, on_progress=lambda _: cancelled.set(), cancelled=cancelled)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "frame_count", "reason"),
    [
        ("-c:v libx264 -g 1 -bf 0", 49, "50 frames"),
        ("-c:v libx264 -g 1 -bf 0", 51, "50 frames"),
        ("-c:v libx264 -g 5 -bf 0", 50, "no whole key frame"),
        ("-c:v libx264 -g 1 -bf 0 -output_ts_offset 1", 50, "not at 0/25 s"),
        ("-c:v libx264 -g 1 -bf 0 -r 24", 48, "not at 1/25 s"),
        ("-vn", 50, "cannot be read"),
    ],
)
def test_a_file_that_is_no_proxy_is_found_out(
    base: Path, tmp_path: Path, options: str, frame_count: int, reason: str
) -> None:
    path = tmp_path / "proxy.mp4"
    run_ffmpeg(["-i", str(base), *options.split(), str(path)], ffmpeg=FFMPEG)
    with pytest.raises(ProxyUnusable, match=reason):
        verify_proxy(path, fps=Fraction(25), frame_count=frame_count)
