"""One walk over a source's packets: when its pictures are shown, and whether it is whole."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.format import Flags
from av.frame import Frame
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.limits import MediaLimits
from heaters.media.proxy import time_base

_MICROSECOND = Fraction(1, 1_000_000)
_JUMP_S = 10  # ffmpeg's own -dts_delta_threshold
_MISSING_S = 1
_FARTHEST_STAMP = 2**61  # their differences fit into 64 bits, too
_NO_STAMP = -(2**63)


@dataclass
class _Track:
    """The time stamps of one stream, in its ticks.

    Formats for broadcast may jump in time, where recordings are joined. ffmpeg plays over a jump as
    if the stream went on, and so does ``shift``.
    """

    time_base: Fraction
    may_jump: bool
    keeps_stamps: bool
    pts: array[int] = field(default_factory=lambda: array("q"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    packet_count: int = 0
    end: int = 0
    shift: int = 0
    next_dts: int | None = None

    def add(self, packet: Packet) -> None:
        duration, dts = packet.duration or 0, packet.dts
        if dts is not None:
            if self.may_jump and self.next_dts is not None:
                ahead = dts + self.shift - self.next_dts
                if ahead < -duration or ahead * self.time_base > _JUMP_S:
                    self.shift -= ahead
            dts += self.shift
            self.next_dts = dts + duration
        pts = None if packet.pts is None else packet.pts + self.shift
        if pts is not None:
            self.end = max(self.end, pts + duration)
        self.packet_count += 1
        if self.keeps_stamps:
            self.pts.append(_NO_STAMP if pts is None else _clipped(pts))
            self.dts.append(_NO_STAMP if dts is None else _clipped(dts))

    def times(self) -> npt.NDArray[np.int64]:
        """Return the presentation times in ascending order; dts where a pts is missing (AVI)."""
        for stamps in (self.pts, self.dts):
            times = np.array(stamps, dtype=np.int64)
            if not (times == _NO_STAMP).any():
                times.sort()
                return times
        return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class PacketScan:
    """What the packets of a source tell.

    Attributes:
        picture: the first picture that can be decoded; None if there is none.
        has_sound: whether any sound can be decoded.
        times: when that and later pictures are shown, int64, ascending, in ticks; empty where the
            source has no time stamps.
        time_base: seconds per tick.
        packet_count: packets of the video.
        start_s: when the first picture is shown, in seconds after the container's start.
        warnings: what could not be kept of the source.
    """

    picture: VideoFrame | None
    has_sound: bool
    times: npt.NDArray[np.int64]
    time_base: Fraction
    packet_count: int
    start_s: Fraction
    warnings: tuple[SourceWarning, ...]

    def frame_count(self, fps: Fraction) -> int:
        """Return how many frames a timeline of rate ``fps`` has from first to last picture."""
        if self.times.size == 0:
            return self.packet_count
        return round((int(self.times[-1]) - int(self.times[0])) * self.time_base * fps) + 1


def may_jump(container: InputContainer) -> bool:
    """Tell whether the format is one for broadcast, whose time stamps may start anew anywhere."""
    return bool(container.format.flags & Flags.ts_discont.value)


def scan_packets(
    container: InputContainer,
    video: VideoStream,
    audio: AudioStream | None,
    limits: MediaLimits,
    name: str,
) -> PacketScan:
    """Read the packets of two streams to the end, or to where the file is broken.

    Raises:
        SourceTooLarge: there are more than ``limits`` allow; ``name`` is what it calls the file.
    """
    streams = [video, audio] if audio else [video]
    tracks = {s.index: _Track(time_base(s), may_jump(container), s is video) for s in streams}
    undecoded = set(tracks)
    picture, trouble = None, ""
    try:
        for number, packet in enumerate(container.demux(*streams)):
            limits.check_packets(number, name)
            index = packet.stream.index
            if index in undecoded and (frame := _first_frame(packet)):
                undecoded.remove(index)
                picture = frame if isinstance(frame, VideoFrame) else picture
            if packet.size and not packet.is_discard:
                tracks[index].add(packet)
    except FFmpegError as error:
        trouble = f"The file cannot be read to its end ({error.strerror})."

    track = tracks[video.index]
    times, start_s = track.times(), Fraction(0)
    if picture and picture.pts is not None and container.start_time is not None:
        times = times[np.searchsorted(times, picture.pts) :]
        start_s = picture.pts * track.time_base - _origin_s(container, video)
    if not trouble and not may_jump(container):
        trouble = _missing_end(container, tracks)
    return PacketScan(
        picture=picture,
        has_sound=audio is not None and audio.index not in undecoded,
        times=times,
        time_base=track.time_base,
        packet_count=track.packet_count,
        start_s=start_s,
        warnings=(SourceWarning(WarningCode.ENDS_EARLY, trouble),) if trouble else (),
    )


def _clipped(stamp: int) -> int:
    return max(-_FARTHEST_STAMP, min(stamp, _FARTHEST_STAMP))


def _first_frame(packet: Packet) -> Frame | None:
    try:
        frame = next(iter(packet.decode()), None)
    except FFmpegError:
        return None  # the stream begins in the middle of a group of pictures, or is broken
    return frame if isinstance(frame, Frame) else None


def _origin_s(container: InputContainer, video: VideoStream) -> Fraction:
    """Return what ffmpeg subtracts from every time stamp.

    That is the container's start or, in formats that may jump, that of the streams which it reads.
    """
    start_s = (container.start_time or 0) * _MICROSECOND
    if not may_jump(container):
        return start_s
    read = (video, *container.streams.audio, *container.streams.subtitles)
    starts_s = [s.start_time * time_base(s) for s in read if s.start_time is not None]
    return max(start_s, min(starts_s, default=start_s))


def _missing_end(container: InputContainer, tracks: dict[int, _Track]) -> str:
    """Compare where packets end with where the container says that they do."""
    declared_s, end_s = Fraction(0), Fraction(0)
    for index, track in tracks.items():
        stream = container.streams[index]
        end_s = max(end_s, track.end * track.time_base)
        if stream.duration is not None:
            end = (stream.start_time or 0) + stream.duration
            declared_s = max(declared_s, end * track.time_base)
    if not declared_s and container.duration is not None:
        declared_s = ((container.start_time or 0) + container.duration) * _MICROSECOND
    if declared_s - end_s <= _MISSING_S:
        return ""
    return (
        f"The file ends at {float(end_s):.1f} s, although its header promises"
        f" {float(declared_s):.1f} s."
    )
