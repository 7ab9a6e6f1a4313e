"""Sources whose packets the usual container refuses, at once or on the way: another master."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from heaters.domain.warnings import WarningCode
from tests.media.sources import FRAMES, Kind, make, rename_sample_entry, run
from tests.support.barcodes import decode_barcodes, decode_clicks, write_barcode_video


def test_a_sound_track_of_an_unknown_kind_is_missing_from_the_master(
    base: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.mp4"
    make(
        *("-i", base, "-map", "0:v", "-map", "0:a", "-map", "0:a"),
        *("-c", "copy", "-c:a:1", "ac3", source),
    )
    rename_sample_entry(source, b"ac-3")
    made = run(source)
    assert decode_barcodes(made.proxy_path) == list(range(FRAMES))
    assert len(decode_clicks(made.proxy_path)) >= 4
    assert [warning.code for warning in made.warnings] == [WarningCode.TRACKS_LEFT_OUT]
    assert "missing from the master" in made.warnings[0].text
    with av.open(str(made.master_path)) as master:
        assert [stream.type for stream in master.streams] == ["video", "audio"]


def test_a_packet_that_no_container_takes_on_the_way_makes_a_lossless_master(
    tmp_path: Path,
) -> None:
    broken, whole, frames = 75, tmp_path / "whole.mkv", 100
    write_barcode_video(whole, fps=Fraction(25), frame_count=frames, width=128, height=72)
    av1 = "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 20 -b:v 0 -g 10 -c:a copy"
    source = Kind("a.mkv", av1).write(whole, tmp_path)
    with av.open(str(source)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0) if packet.size][broken]
    content = source.read_bytes()
    assert content.count(packet) == 1
    source.write_bytes(content.replace(packet, b"\xff" * len(packet)))
    made = run(source)
    kept = [*range(broken), *[broken - 1] * 5, *range(80, frames)]  # until the next key frame
    assert decode_barcodes(made.proxy_path) == kept
    assert [warning.code for warning in made.warnings] == [WarningCode.PICTURES_BROKEN]
    with av.open(str(made.master_path)) as master:
        assert master.streams.video[0].codec_context.name == "ffv1"
    assert set(decode_barcodes(made.master_path)) == set(kept)
