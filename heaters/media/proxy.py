"""An open proxy, its frames found by number through the index of its MP4 file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import av
from av.error import FFmpegError
from av.index import IndexEntry
from av.packet import Packet
from av.stream import Stream

from heaters.domain.errors import HeatersError, InvalidInput

AAC_FRAME_SAMPLES = 1024


class ProxyUnusable(HeatersError):
    """A file is no whole all-intra MP4 of the rate that it is said to have."""


class FramesOutOfRange(InvalidInput):
    """Frames were asked for that the proxy does not have."""


@dataclass(frozen=True)
class Sound:
    """Consecutive audio packets that overlap a range of frames, in units of the audio's time base.

    Attributes:
        packet_count: how many, at least one.
        first_timestamp: when the first packet starts.
        last_timestamp: when the last packet starts.
        origin: when the range's first frame is shown, to the nearest unit.
    """

    packet_count: int
    first_timestamp: int
    last_timestamp: int
    origin: int


class ProxyReader:
    """Reads packets of a proxy: an MP4 whose every video packet is a key frame, frame i at i/fps.

    The file is opened once for any number of reads; only its index and the packets that are asked
    for are read. One reader serves one thread.

    Args:
        source: a path, or a seekable binary file such as a window on an object store. Reads are as
            small as one packet: wrap a remote file in ``io.BufferedReader`` with megabytes.
        fps: the proxy's exact rate.
        packets_only: open no decoder. Spares some 30 ms at 1080p; pictures cannot be decoded, and
            what only they tell (colours, pixel aspect) is unknown.

    Raises:
        ProxyUnusable: the file is missing, broken, or holds no video.
    """

    def __init__(
        self, source: Path | BinaryIO, fps: Fraction, *, packets_only: bool = False
    ) -> None:
        self.fps = fps
        self.name = str(source) if isinstance(source, Path) else getattr(source, "name", "proxy")
        file = str(source) if isinstance(source, Path) else source
        options = {"codec_whitelist": "none"} if packets_only else {}
        try:
            self.container = av.open(file, "r", options=options)
        except (FFmpegError, OSError) as error:  # a file object raises errors of its own
            raise ProxyUnusable(f"cannot open {self.name}: {error.strerror}") from error
        if not self.container.streams.video:
            self.close()
            raise ProxyUnusable(f"{self.name} holds no video")
        self.video = self.container.streams.video[0]
        self.audio = next(iter(self.container.streams.audio), None)
        self.frame_count = len(self.video.index_entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End reading. A file object that was given stays open."""
        self.container.close()

    def timestamp(self, frame: int) -> int:
        """Return when ``frame`` is shown, in units of the video's time base.

        Raises:
            FramesOutOfRange: the proxy does not have the frame.
            ProxyUnusable: the packet in that place is no key frame, or is not shown at frame/fps.
        """
        if not 0 <= frame < self.frame_count:
            raise FramesOutOfRange(
                f"{self.name} has no frame {frame}: its {self.frame_count} frames count from 0"
            )
        entry = self.video.index_entries[frame]
        position = entry.timestamp * time_base(self.video) * self.fps
        if not entry.is_keyframe or abs(position - frame) >= Fraction(1, 2):
            raise ProxyUnusable(
                f"{self.name} has no key frame {frame} at {frame}/({self.fps}) s: "
                "preprocess the video again"
            )
        return entry.timestamp

    def sound(self, start_frame: int, end_frame: int) -> Sound | None:
        """Return the audio packets that overlap [start_frame, end_frame); None if none does."""
        if self.audio is None:
            return None
        entries, unit_s = self.audio.index_entries, time_base(self.audio)
        samples = self.audio.codec_context.frame_size or AAC_FRAME_SAMPLES
        packet_units = Fraction(samples, self.audio.sample_rate) / unit_s
        origin, end = (round(frame / self.fps / unit_s) for frame in (start_frame, end_frame))
        first = bisect_right(entries, origin - packet_units, key=_timestamp)
        stop = bisect_left(entries, end, key=_timestamp)
        if first >= stop:
            return None
        return Sound(
            packet_count=stop - first,
            first_timestamp=entries[first].timestamp,
            last_timestamp=entries[stop - 1].timestamp,
            origin=origin,
        )

    def packet(self, frame: int) -> Packet:
        """Read the one packet of ``frame``.

        Raises:
            FramesOutOfRange: the proxy does not have the frame.
            ProxyUnusable: the packet cannot be read whole.
        """
        timestamp = self.timestamp(frame)
        packet = next(self._demux(timestamp, [self.video]))
        if packet.pts != timestamp or packet.is_corrupt:
            raise ProxyUnusable(f"{self.name} is cut off at frame {frame}")
        return packet

    def packets(self, start_frame: int, end_frame: int) -> Iterator[Packet]:
        """Read the video packets of [start_frame, end_frame) and their sound, in the file's order.

        Raises:
            FramesOutOfRange: the proxy does not have all those frames.
            ProxyUnusable: a packet is missing or not whole.
        """
        spans: dict[Stream, tuple[int, int]] = {
            self.video: (self.timestamp(start_frame), self.timestamp(end_frame - 1))
        }
        missing = end_frame - start_frame
        if self.audio and (sound := self.sound(start_frame, end_frame)):
            spans[self.audio] = sound.first_timestamp, sound.last_timestamp
            missing += sound.packet_count
        # One unit early, because the demuxer rounds when it moves the sound along.
        for packet in self._demux(self.timestamp(start_frame) - 1, spans):
            first, last = spans[packet.stream]
            if packet.pts is None or not first <= packet.pts <= last:
                continue
            if packet.is_corrupt:
                break
            yield packet
            missing -= 1
            if not missing:
                return
        raise ProxyUnusable(f"{self.name} is cut off within frames [{start_frame}, {end_frame})")

    def _demux(self, timestamp: int, streams: Iterable[Stream]) -> Iterator[Packet]:
        try:
            self.container.seek(timestamp, stream=self.video)
            yield from self.container.demux(*streams)
        except FFmpegError as error:
            raise ProxyUnusable(f"cannot read {self.name}: {error.strerror}") from error


def time_base(stream: Stream) -> Fraction:
    """Return the unit of a stream's timestamps in seconds; a demuxed stream always has one."""
    assert stream.time_base is not None
    return stream.time_base


def _timestamp(entry: IndexEntry) -> int:
    return entry.timestamp
