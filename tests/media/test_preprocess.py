from __future__ import annotations

from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import pytest

from heaters.media.preprocess import Preprocessed, verify_proxy
from heaters.media.preprocess_arguments import outputs_in, preprocess_arguments
from heaters.media.probe import probe
from heaters.media.profiles import MASTER
from tests.media.sources import FRAMES, KINDS, Kind, make, run
from tests.support.barcodes import (
    click_period_frames,
    decode_barcodes,
    decode_clicks,
    write_barcode_video,
)

RATES = ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
ODD_RATES = ("120000/1001", "173/10", "25/2", "1")


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


def test_one_process_reads_the_source_once_and_writes_three_files(
    base: Path, tmp_path: Path
) -> None:
    info = probe(base)
    outputs = outputs_in(tmp_path, info, MASTER, ("a?",))
    arguments = preprocess_arguments(base, info, outputs, None)
    assert arguments.count("-i") == 1
    files = [argument for argument in arguments if argument.startswith("file:")]
    written = (base, outputs.proxy, outputs.analysis, outputs.master)
    assert files == [f"file:{path}" for path in written]


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
    assert probe(source).timing.variable_rate
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


def test_one_picture_is_enough(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    write_barcode_video(source, fps=Fraction(25), frame_count=1)
    made = run(source)
    assert made.frame_count == 1
    assert decode_barcodes(made.proxy_path) == [0]


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


def test_progress_rises_to_one(base: Path, tmp_path: Path) -> None:
    source, seen = tmp_path / "a.mkv", list[float]()
    source.write_bytes(base.read_bytes())
    run(source, on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
