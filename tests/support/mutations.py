"""Small videos of eight containers, and every way in which a file gets damaged."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from heaters.media.ffmpeg import find_ffmpeg
from tests.support.barcodes import write_barcode_video

# File name and the options that make it of a short H.264 and AAC video.
CONTAINERS = {
    "a.mp4": "-c copy",
    "fragments.mp4": "-c copy -movflags +frag_keyframe+empty_moov",
    "a.mkv": "-c copy",
    "a.webm": "-c:v libvpx -b:v 100k -deadline realtime -c:a libvorbis",
    "a.avi": "-c:v mpeg4 -c:a mp3",
    "a.ts": "-c copy",
    "a.flv": "-c copy",
    "a.mpg": "-c:v mpeg2video -c:a mp2",
}
_EXTREMES = (0, 1, 7, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def write_containers(folder: Path) -> list[Path]:
    """Write a video of 15 frames in each of the containers."""
    base = write_barcode_video(
        folder / "base.mkv", fps=Fraction(25), frame_count=15, width=96, height=54, gop=5
    )
    for name, options in CONTAINERS.items():
        command = [find_ffmpeg(), "-v", "error", "-i", base, *options.split()]
        command += ["-fflags", "+bitexact", folder / name]  # no ids made by chance
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return [folder / name for name in CONTAINERS]


def _truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 3, 30, 300))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_bits_of_the_header(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(len(data), 1024))] ^= 1 << chance.randrange(8)


def _set_a_number(data: bytearray, chance: random.Random) -> None:
    """Write a number of four bytes, such as a size or a count, over any place."""
    place = chance.randrange(max(1, len(data) - 4))
    order = chance.choice(("big", "little"))
    data[place : place + 4] = chance.choice(_EXTREMES).to_bytes(4, order)


def _set_a_box_size(data: bytearray, chance: random.Random) -> None:
    """Change the size of a box of an MP4 file; in other files, of what looks like one."""
    names = (b"moov", b"trak", b"mdia", b"stbl", b"stts", b"stsz", b"stco", b"mdat", b"moof",
             b"trun", b"elst", b"avcC", b"mvhd", b"tkhd", b"hdlr", b"stsc", b"ctts")  # fmt: skip
    places = [place for name in names if (place := data.find(name)) >= 4]
    if not places:
        _set_a_number(data, chance)
        return
    place = chance.choice(places) - 4
    was = int.from_bytes(data[place : place + 4], "big")
    size = chance.choice((*_EXTREMES, max(0, was - 1), (was + 1) % 2**32, was * 2 % 2**32))
    data[place : place + 4] = size.to_bytes(4, "big")


def _drop_a_block(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 13, 188, 1000))]


def _repeat_a_block(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.choice((1, 188, 1000, 5000))]


def _overwrite_a_block(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    length = min(chance.choice((4, 64, 1000, 5000)), len(data) - start)
    filling = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    data[start : start + length] = filling


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _truncate,
    _flip_bits,
    _flip_bits_of_the_header,
    _set_a_number,
    _set_a_box_size,
    _drop_a_block,
    _repeat_a_block,
    _overwrite_a_block,
)


def mutated(whole: bytes, seed: int) -> bytes:
    """Return the file with one to three damages; the same for the same seed."""
    chance = random.Random(seed)
    data = bytearray(whole)
    for mutate in chance.choices(MUTATIONS, k=chance.choice((1, 1, 2, 3))):
        if data:
            mutate(data, chance)
    return bytes(data)
