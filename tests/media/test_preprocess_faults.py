from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest

from heaters.domain.errors import Cancelled
from heaters.domain.warnings import WarningCode
from heaters.media.analysis import AnalysisUnusable, read_analysis
from heaters.media.ffmpeg import DiskFull, find_ffmpeg, run_ffmpeg
from heaters.media.preprocess import SourceUnusable, verify_proxy
from heaters.media.proxy import ProxyUnusable
from tests.media.sources import FRAMES, Kind, make, run, truncate
from tests.support.barcodes import (
    decode_barcodes,
    decode_clicks,
    write_barcode_video,
)


def test_a_file_that_ends_early_is_used_up_to_there(base: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    make("-stream_loop", "2", "-i", base, "-c", "copy", "-movflags", "+faststart", whole)
    made = run(truncate(whole, tmp_path / "a.mp4", 0.5))
    shown = decode_barcodes(made.proxy_path)
    assert len(shown) > 40
    assert shown[:40] == list(range(40))
    assert made.warnings[0].code == WarningCode.ENDS_EARLY
    assert "although its header promises" in made.warnings[0].text


@pytest.mark.parametrize("damage", ["drop=1", "amount=1"], ids=["no packets", "noise"])
def test_sound_that_cannot_be_decoded_is_left_out_with_a_warning(
    base: Path, tmp_path: Path, damage: str
) -> None:
    source = Kind("a.mkv", f"-c copy -bsf:a noise={damage}").write(base, tmp_path)
    made = run(source)
    assert not made.has_audio
    assert made.warnings[0].code == WarningCode.SOUND_LEFT_OUT
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))


def test_sound_that_breaks_is_silent_from_there_on(base: Path, tmp_path: Path) -> None:
    breaks = "-c copy -bsf:a noise=amount=if(gte(n\\,40)\\,1\\,0)"
    made = run(Kind("a.mkv", breaks).write(base, tmp_path))
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    clicks = decode_clicks(made.proxy_path)
    assert [click.pitch for click in clicks] == [1, 2, 3]
    assert [warning.code for warning in made.warnings] == [WarningCode.SOUND_BROKEN]


def _joined(path: Path, base: Path, options: str) -> Path:
    """Write a recording, and then another, two seconds later by the same clock."""
    later = f"-c:a aac -muxdelay 0 -output_ts_offset 2 {options}"
    first = Kind("1.ts", "-c:v copy -c:a aac -muxdelay 0").write(base, path.parent)
    second = Kind("2.ts", later).write(base, path.parent)
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


def test_of_a_video_that_changes_its_codec_the_first_part_is_used(
    base: Path, tmp_path: Path
) -> None:
    made = run(_joined(tmp_path / "a.ts", base, "-c:v mpeg2video -q:v 2"))
    shown = decode_barcodes(made.proxy_path)
    assert FRAMES - 4 < len(shown) <= FRAMES  # the decoder was about to give the last ones
    assert shown == list(range(len(shown)))
    [change] = [one for one in made.warnings if one.code == WarningCode.CODEC_CHANGES]
    assert "changes its codec after 2.0 s" in change.text


def test_pictures_that_change_their_size_are_scaled_with_a_warning(
    base: Path, tmp_path: Path
) -> None:
    made = run(_joined(tmp_path / "a.ts", base, "-c:v libx264 -vf scale=640:360"))
    shown = decode_barcodes(made.proxy_path)
    assert set(shown) == set(range(FRAMES))
    assert (made.width, made.height) == (320, 180)
    [change] = made.warnings
    assert change.code == WarningCode.SIZE_CHANGES
    assert "from 320x180 to 640x360" in change.text


def test_sound_that_can_be_decoded_and_not_converted_is_left_out_of_the_proxy_with_a_warning(
    base: Path, tmp_path: Path
) -> None:
    samples, source = tmp_path / "sound.raw", tmp_path / "a.mkv"
    channels = 70  # swresample takes 64
    samples.write_bytes(bytes(2 * channels * 16000))
    sound = ["-f", "s16le", "-ar", "8000", "-ac", str(channels), "-i", samples]
    make("-i", base, *sound, "-map", "0:v", "-map", "1:a", "-c", "copy", source)
    made = run(source)
    assert not made.has_audio
    assert [warning.code for warning in made.warnings] == [WarningCode.SOUND_LEFT_OUT]
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    with av.open(str(made.master_path)) as master:
        assert master.streams.audio[0].channels == channels


def test_a_master_that_cannot_hold_its_sound_is_written_without_it(
    base: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.webm"
    make("-i", base, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis", source)
    whole = source.read_bytes()
    headers_of_vorbis = whole.index(b"\x63\xa2")  # CodecPrivate; VP8 has none
    source.write_bytes(whole[:headers_of_vorbis] + b"\x53\x7f" + whole[headers_of_vorbis + 2 :])
    made = run(source)
    assert len(decode_barcodes(made.proxy_path)) == FRAMES
    assert made.master_path.is_file()
    codes = {warning.code for warning in made.warnings}
    assert codes >= {WarningCode.SOUND_LEFT_OUT, WarningCode.TRACKS_LEFT_OUT}


def test_a_file_that_ffmpeg_cannot_open_is_refused_in_our_own_words(
    base: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.mp4"
    make("-i", base, "-c", "copy", "-movflags", "frag_keyframe+empty_moov", source)
    content = bytearray(source.read_bytes())
    count = content.index(b"trun") + 8
    samples = int.from_bytes(content[count : count + 4], "big")
    content[count : count + 4] = (samples + 1).to_bytes(4, "big")
    source.write_bytes(content)
    with pytest.raises(SourceUnusable) as refused:
        run(source)
    assert str(refused.value) == (
        "'a.mp4' is damaged too badly to be prepared: get it again, or convert it with a program"
        " that plays it"
    )
    assert "Error opening input" in refused.value.detail
    assert list((tmp_path / "out").iterdir()) == []


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
    run_ffmpeg(["-i", str(base), *options.split(), str(path)], ffmpeg=find_ffmpeg())
    with pytest.raises(ProxyUnusable, match=reason):
        verify_proxy(path, fps=Fraction(25), frame_count=frame_count)


def test_a_broken_file_of_small_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisUnusable, match="preprocess the video again"):
        list(read_analysis(tmp_path / "missing.mp4"))
