"""One walk over a source's packets: their stamps, and the first picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
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
from heaters.media.stamps import Track
from heaters.media.start_codes import is_of_another_codec
from heaters.media.streams import packets_of

_CODECS_WITH_FIELDS: Final = ("h264", "mpeg2video", "vc1")
_FIELD_TRIAL_PACKETS = 50
_OVERFLOW_TICKS = 2**33  # where the clock of broadcasts starts again: ISO/IEC 13818-1, 2.4.3.7


@dataclass(frozen=True)
class PacketScan:
    """What the packets of a source tell.

    Attributes:
        picture: the first picture that can be decoded; None if there is none.
        picture_stamps: when it and some of those after it are shown, in ticks, as far as they were
            decoded to see whether it takes two packets, of one field each, to make a picture.
        trial_packets: packets that these were decoded from.
        video: the packets of the video.
        sound: the packets of the sound, if any of it can be decoded.
        ends_with_codec: whether packets of another codec follow, which are left out.
        warnings: why the file cannot be read to its end.
    """

    picture: VideoFrame | None
    picture_stamps: Sequence[int]
    trial_packets: int
    video: Track
    sound: Track | None
    ends_with_codec: bool
    warnings: tuple[SourceWarning, ...]


def may_change(container: InputContainer) -> bool:
    """Tell whether the format is one for broadcast: what a stream holds may change anywhere."""
    return bool(container.format.flags & Flags.ts_discont.value)


def takes_a_jump_for_an_overflow(container: InputContainer, scan: PacketScan) -> bool:
    """Tell whether libav took a clock that was set back for one that overflowed, and lost it.

    It adds 26 hours to what is stamped before a file's begin. If the clock returns, those are gone,
    which an overflow never looks like; ffmpeg takes that for another one and adds them again.
    """
    steps = np.diff(scan.video.clock())
    return may_change(container) and bool((steps < -0.9 * _OVERFLOW_TICKS).any())


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
    trial = _Trial(video)
    track, sound = Track(time_base(video)), Track(time_base(audio)) if audio else None
    heard, other_codec = False, False
    warnings: list[SourceWarning] = []
    codec = video.codec_context.codec.canonical_name if may_change(container) else ""
    try:
        streams = [video, audio] if audio else [video]
        for place, packet in enumerate(packets_of(container, streams)):
            limits.check_packets(place, name)
            if sound and packet.stream is audio:
                heard = heard or bool(_decoded(packet))
                if packet.size:
                    sound.add(packet, place)
                continue
            other_codec = other_codec or (bool(trial.stamps) and is_of_another_codec(packet, codec))
            if not other_codec:
                trial.add(packet)
                if packet.size:
                    track.add(packet, place)
    except FFmpegError as error:
        text = f"The file cannot be read to its end ({error.strerror})."
        warnings.append(SourceWarning(WarningCode.ENDS_EARLY, text))
    return PacketScan(
        picture=trial.first,
        picture_stamps=trial.stamps,
        trial_packets=trial.packets,
        video=track,
        sound=sound if heard else None,
        ends_with_codec=other_codec,
        warnings=tuple(warnings),
    )


class _Trial:
    """Decodes until there is a picture and, where fields may be packets, some pictures more."""

    def __init__(self, stream: VideoStream) -> None:
        self.first: VideoFrame | None = None
        self.stamps: list[int] = []
        self.packets = 0
        self._has_fields = stream.codec_context.codec.canonical_name in _CODECS_WITH_FIELDS
        self._done = False

    def add(self, packet: Packet) -> None:
        if self._done:
            return
        for frame in _decoded(packet):
            if isinstance(frame, VideoFrame):
                self.first = self.first or frame
                if frame.pts is not None:
                    self.stamps.append(frame.pts)
        if self.first is None:
            return
        self.packets += 1
        maybe_fields = self._has_fields and self.first.interlaced_frame
        self._done = not maybe_fields or self.packets >= _FIELD_TRIAL_PACKETS


def _decoded(packet: Packet) -> list[Frame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, Frame)]
    except FFmpegError:
        return []  # the stream begins in the middle of a group of pictures, or is broken
