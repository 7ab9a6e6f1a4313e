"""Videos whose every frame carries its own number, and whose sound tells the time.

The picture. The top third holds a grid of 16 x 2 equal cells, black (0) or white (1), read row by
row, most significant bit first: 24 bits of frame number, then 8 bits of checksum
``(number * 167 + 83) % 251``. Cell (column c, row r) has its centre at
``x = (c + 1/2) / 16 * width``, ``y = (r + 1/2) / 6 * height``, whatever the scale; a reader
averages 4 x 4 points in the middle half of each cell. That is all a reader in JavaScript has to
know. A cell that is neither black nor white (two frames blended) is an error, as is a wrong
checksum. The lower two thirds are vertical colour bars, which shift by one bar at each of ``cuts``.

The sound. Click n, a windowed tone burst of 30 ms and ``600 + 200 * (n % 16)`` Hz, starts together
with frame ``n * click_period_frames(fps)``.
"""

from __future__ import annotations

import re
import subprocess
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import imageio_ffmpeg
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

COLUMNS, ROWS = 16, 2
PROBES = np.array([5, 7, 9, 11]) / 16  # where a cell is looked at, across and down
BARS_RGB = np.array(
    [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0)],
    dtype=np.uint8,
)
CLICK_S = 0.030


class UnreadableBarcode(Exception):
    """The picture carries no whole barcode."""


@dataclass(frozen=True)
class Click:
    """A click heard at ``time_s`` in presentation time; ``pitch`` is its index modulo 16."""

    time_s: float
    pitch: int


def click_period_frames(fps: Fraction) -> int:
    """Return the frames between two clicks: about a quarter of a second, at least one frame."""
    return max(1, round(fps / 4))


def draw_barcode(number: int, width: int, height: int, look: int = 0) -> np.ndarray:
    """Return the picture of frame ``number``: RGB uint8 of shape (height, width, 3)."""
    x = np.arange(width)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = BARS_RGB[(x * len(BARS_RGB) // width + look) % len(BARS_RGB)]
    code = number << 8 | (number * 167 + 83) % 251
    bits = np.array([code >> 31 - i & 1 for i in range(32)], np.uint8).reshape(ROWS, COLUMNS)
    y = np.arange(height * ROWS // 6)
    cells = bits[np.minimum(y * 6 // height, ROWS - 1)][:, x * COLUMNS // width] * 255
    image[: len(y)] = cells[:, :, None]
    return image


def read_barcode(image: np.ndarray) -> int:
    """Return the number that a picture carries; gray (H, W) or RGB (H, W, 3), uint8.

    Raises:
        UnreadableBarcode: a cell is neither black nor white, or the checksum is wrong.
    """
    gray = image if image.ndim == 2 else image.mean(axis=2)
    height, width = gray.shape
    x = (np.arange(COLUMNS)[:, None] + PROBES).reshape(-1) * width // COLUMNS
    y = (np.arange(ROWS)[:, None] + PROBES).reshape(-1) * height // 6
    points = gray[np.ix_(y.astype(int), x.astype(int))]
    levels = points.reshape(ROWS, len(PROBES), COLUMNS, len(PROBES)).mean(axis=(1, 3)).reshape(-1)
    if ((levels > 80) & (levels < 176)).any():
        raise UnreadableBarcode(f"cells are neither black nor white: {levels.astype(int).tolist()}")
    code = int.from_bytes(np.packbits(levels > 128).tobytes(), "big")
    number, checksum = code >> 8, code & 255
    if checksum != (number * 167 + 83) % 251:
        raise UnreadableBarcode(f"number {number} has checksum {checksum}")
    return number


def decode_barcodes(path: Path) -> list[int]:
    """Return the numbers of all frames in presentation order, as a player would show them."""
    converter = VideoReformatter()
    with av.open(str(path)) as container:
        return [
            read_barcode(converter.reformat(frame, format="gray", threads=1).to_ndarray())
            for frame in container.decode(video=0)
        ]


def decode_clicks(path: Path) -> list[Click]:
    """Return the whole clicks in the file's audio, in seconds of its presentation timeline."""
    with av.open(str(path)) as container:
        parts: list[np.ndarray] = []
        start_s, rate = 0.0, 1
        for frame in container.decode(audio=0):
            if not parts:
                start_s = float(frame.time or 0)
            samples = frame.to_ndarray()
            parts.append(samples.mean(axis=0) if frame.format.is_planar else samples.reshape(-1))
            rate = frame.sample_rate
    if not parts:
        return []
    sound = np.concatenate(parts).astype(np.float64)
    # A burst's own power, smoothed over 10 ms, is a single hump: a gap of silence ends it.
    smooth = np.convolve(sound**2, np.ones(rate // 100) / (rate // 100), mode="same")
    loud = np.flatnonzero(np.diff(np.r_[False, smooth > 0.002, False].astype(np.int8)))
    clicks: list[Click] = []
    for first, end in loud.reshape(-1, 2):
        burst = sound[first:end]
        if first == 0 or end == len(sound) or len(burst) < 0.5 * CLICK_S * rate:
            continue
        power = burst**2
        middle = first + float((power * np.arange(len(burst))).sum() / power.sum())
        spectrum = np.abs(np.fft.rfft(burst * np.hanning(len(burst)), n=rate))
        pitch = round((int(spectrum.argmax()) - 600) / 200)
        clicks.append(Click(start_s + middle / rate - CLICK_S / 2, pitch % 16))
    return clicks


def write_barcode_video(
    path: Path,
    *,
    fps: Fraction,
    frame_count: int,
    width: int = 320,
    height: int = 180,
    audio: bool = True,
    audio_s: Fraction | None = None,
    sample_rate: int = 48_000,
    codec: str = "libx264",
    crf: int = 20,
    gop: int = 250,
    bframes: int = 0,
    pix_fmt: str = "yuv420p",
    bt709: bool = False,
    durations: Sequence[int] | None = None,
    start_s: Fraction = Fraction(0),
    rotation: int = 0,
    sar: Fraction = Fraction(1),
    cuts: Sequence[int] = (),
) -> Path:
    """Write a video whose frame i shows the number i; the suffix of ``path`` names the container.

    Args:
        path: the file to write.
        fps: the rate; with ``durations`` the rate of ticks.
        frame_count: how many frames.
        width: coded width in pixels, before rotation and pixel aspect are applied.
        height: coded height in pixels. An odd size needs a ``pix_fmt`` without subsampling.
        audio: whether there is a mono AAC track of clicks.
        audio_s: length of the audio; default: the video's own.
        sample_rate: of the audio, in Hz.
        codec: a video encoder of PyAV.
        crf: quality of libx264.
        gop: most frames between two key frames; 1 is all-intra.
        bframes: B-frames between two others.
        pix_fmt: pixel format of the coded frames.
        bt709: convert by BT.709 and say so in the stream; else BT.601, unsaid.
        durations: ticks of 1/fps that each frame is shown; default one each (constant rate).
        start_s: when both streams start, to the nearest tick.
        rotation: degrees counterclockwise that a player turns the picture: 0, 90, 180 or 270. The
            barcode is drawn so that it is upright after that.
        sar: pixel aspect ratio that is written into the stream.
        cuts: frames at which the colour bars change their order, in ascending order.
    """
    ticks = list(durations) if durations is not None else [1] * frame_count
    duration_s = sum(ticks) / fps
    written = path.with_name(f"unrotated-{path.name}") if rotation else path
    with av.open(str(written), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=fps))
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, pix_fmt
        context.time_base = stream.time_base = 1 / fps
        context.gop_size, context.max_b_frames = gop, bframes
        context.sample_aspect_ratio = sar
        if codec == "libx264":
            context.options = {"crf": str(crf), "preset": "veryfast", "x264-params": "threads=1"}
        if bt709:
            context.colorspace = context.color_primaries = context.color_trc = 1
            context.color_range = 1
        sound = None
        if audio:
            sound = cast("av.AudioStream", container.add_stream("aac", rate=sample_rate))
            sound.codec_context.layout = "mono"
            sound.codec_context.bit_rate = 96_000

        converter = VideoReformatter()
        tick = first_tick = round(start_s * fps)
        for number, shown in zip(range(frame_count), ticks, strict=True):
            upright = (height, width) if rotation % 180 else (width, height)
            image = draw_barcode(number, *upright, look=bisect_right(cuts, number))
            image = np.ascontiguousarray(np.rot90(image, -rotation // 90))
            frame = converter.reformat(
                av.VideoFrame.from_ndarray(image),
                format=pix_fmt,
                dst_colorspace=Colorspace.ITU709 if bt709 else Colorspace.ITU601,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
            frame.pts, frame.time_base, frame.duration = tick, 1 / fps, shown
            tick += shown
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound:
            length_s = duration_s if audio_s is None else audio_s
            for chunk in _sound(sample_rate, fps, length_s, first_tick / fps):
                container.mux(sound.encode(chunk))
            container.mux(sound.encode(None))
    if rotation:
        _tag_rotation(written, path, rotation)
        written.unlink()
    return path


def write_small_proxy(path: Path, fps: Fraction, frame_count: int = 120, **options: Any) -> Path:
    """Write a barcode video as proxies are, all-intra, small enough to write many of them."""
    options = {"width": 128, "height": 72, "gop": 1} | options
    return write_barcode_video(path, fps=fps, frame_count=frame_count, **options)


def break_frame(path: Path, number: int) -> None:
    """Overwrite the packet of a frame with what no decoder takes for a picture."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        start, size_bytes = packets[number].pos, packets[number].size
    assert start is not None
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * size_bytes)


def move_beyond_4gb(path: Path) -> None:
    """Rewrite an MP4 file: its header first, then a hole of 5 GiB, then its packets."""
    content = path.read_bytes()
    boxes, at = {}, 0
    while at < len(content):
        size_bytes = int.from_bytes(content[at : at + 4], "big")
        boxes[content[at + 4 : at + 8]] = (at, content[at : at + size_bytes])
        at += size_bytes
    media_at, media = boxes[b"mdat"]
    (_, kind), (_, header) = boxes[b"ftyp"], boxes[b"moov"]
    header = bytearray(header)
    tables = [match.start() for match in re.finditer(b"stco", header)]
    counts = [int.from_bytes(header[at + 8 : at + 12], "big") for at in tables]
    hole_bytes = 5 << 30
    moved_to = len(kind) + len(header) + 4 * sum(counts) + hole_bytes
    for at, count in zip(reversed(tables), reversed(counts), strict=True):
        offsets = np.frombuffer(header, ">u4", count, at + 12).astype(np.int64)
        moved = (offsets + (moved_to - media_at)).astype(">u8")
        header[at : at + 12 + 4 * count] = b"co64" + header[at + 4 : at + 12] + moved.tobytes()
        for parent in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"co64"):
            box = header.rindex(parent, 0, at + 4) - 4
            size_bytes = int.from_bytes(header[box : box + 4], "big") + 4 * count
            header[box : box + 4] = size_bytes.to_bytes(4, "big")
    with path.open("wb") as file:
        file.write(kind + header)
        file.write((1).to_bytes(4, "big") + b"free" + hole_bytes.to_bytes(8, "big"))
        file.seek(moved_to)  # a hole takes no room
        file.write(media)


def _sound(
    sample_rate: int, fps: Fraction, duration_s: Fraction, start_s: Fraction
) -> Iterator[av.AudioFrame]:
    samples = np.zeros(round(duration_s * sample_rate), np.float32)
    t = np.arange(round(CLICK_S * sample_rate))
    n = 0
    while (first := round(n * click_period_frames(fps) / fps * sample_rate)) < len(samples):
        tone = np.sin(2 * np.pi * (600 + 200 * (n % 16)) * t / sample_rate)
        burst = (0.8 * tone * np.hanning(len(t)))[: len(samples) - first]
        samples[first : first + len(burst)] += burst
        n += 1
    for first in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(
            samples[None, first : first + 1024].copy(), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.time_base = sample_rate, Fraction(1, sample_rate)
        frame.pts = first + round(start_s * sample_rate)
        yield frame


def _tag_rotation(source: Path, target: Path, rotation: int) -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    turn = ["-display_rotation", str(rotation), "-i", str(source), "-c", "copy", str(target)]
    subprocess.run([ffmpeg, "-v", "error", "-y", *turn], check=True)
