"""Sources whose time stamps are wrong, made by writing their packets with other stamps."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

from tests.media.sources import make

Seconds = Callable[[int, Fraction, Fraction], tuple[Fraction, Fraction]]
"""Takes a packet's number, pts and dts in seconds; returns the pts and dts to write."""


def restamp(
    source: Path, path: Path, *, video: Seconds | None = None, sound: Seconds | None = None
) -> Path:
    """Write the packets of ``source`` to ``path``, each under the stamps that a function gives."""
    changes = {"video": video, "audio": sound}
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        streams = {s.index: new.add_stream_from_template(s) for s in old.streams}
        numbers = dict.fromkeys(streams, 0)
        for packet in old.demux():
            if not packet.size:
                continue
            index, unit = packet.stream.index, Fraction(packet.stream.time_base or 1)
            change = changes[packet.stream.type]
            if change is not None and packet.pts is not None and packet.dts is not None:
                pts, dts = change(numbers[index], packet.pts * unit, packet.dts * unit)
                packet.pts, packet.dts = round(pts / unit), round(dts / unit)
            numbers[index] += 1
            packet.stream = streams[index]
            new.mux_one(packet)
    return path


def late(first: int, by_s: Fraction, end: int | None = None) -> Seconds:
    """Stamp packets [first, end), or all from ``first`` on, later than they are."""

    def change(number: int, pts: Fraction, dts: Fraction) -> tuple[Fraction, Fraction]:
        if number < first or (end is not None and number >= end):
            return pts, dts
        return pts + by_s, dts + by_s

    return change


def shown_late(number: int, by_s: Fraction) -> Seconds:
    """Decode a picture in its turn, and show it late."""

    def change(at: int, pts: Fraction, dts: Fraction) -> tuple[Fraction, Fraction]:
        return (pts + by_s if at == number else pts), dts

    return change


def joined(parts: list[tuple[Path, int]], path: Path) -> Path:
    """Write recordings one after the other, each by a clock that starts at so many seconds.

    Args:
        parts: what to join: FLV or MPEG-TS takes it by its packets.
        path: the file to write; its suffix says of which kind.
    """
    content = b""
    for number, (source, start_s) in enumerate(parts):
        part = path.with_name(f"part-{number}-{path.name}")
        options = ["-copyts", "-muxdelay", "0", "-output_ts_offset", str(start_s)]
        make("-i", source, "-c", "copy", *options, part)
        header_bytes = 13 if number and path.suffix == ".flv" else 0
        content += part.read_bytes()[header_bytes:]
    path.write_bytes(content)
    return path


def unstamped(source: Path, path: Path, *, pid: int, first: int) -> Path:
    """Write an MPEG-TS whose packets of one stream have no stamps from number ``first`` on."""
    content, number = bytearray(source.read_bytes()), 0
    for at in range(0, len(content), 188):
        head = int.from_bytes(content[at + 1 : at + 3], "big")
        if head & 0x1FFF != pid or not head & 0x4000:  # of another stream, or not the beginning
            continue
        if number >= first:
            content[content.index(b"\0\0\1", at + 4) + 7] &= 0x3F  # PTS_DTS_flags
        number += 1
    path.write_bytes(content)
    return path
