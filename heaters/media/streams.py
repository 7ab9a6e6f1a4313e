"""Which of a container's streams are the video and the sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.limits import MediaLimits

_STILLS_SHARE = 1 / 20  # pictures of a track of stills, such as chapters', to those of a film


def video_streams(container: InputContainer, name: str) -> list[VideoStream]:
    """Return the streams that may be the video: no covers, no parts of another's picture.

    Raises:
        InvalidInput: there is none; the message says why.
    """
    every = list(container.streams.video)
    pictures = [s for s in every if not s.disposition & Disposition.attached_pic]
    if not pictures:
        if container.streams.audio:
            raise InvalidInput(f"{name} has sound only: Heaters needs a video")
        raise InvalidInput(f"{name} has no video: was its download or upload cut off?")
    whole = [s for s in pictures if not s.disposition & Disposition.dependent]
    if not whole:
        raise InvalidInput(f"{name} is a picture made of tiles: Heaters needs a video")
    # PyAV has no codec context for a stream that libav has no decoder for.
    if not (decodable := [s for s in whole if s.codec_context]):
        raise InvalidInput(f"{name}: its video is of a kind that Heaters has no decoder for")
    return decodable


def packets_of(
    container: InputContainer, streams: Sequence[VideoStream | AudioStream]
) -> Iterator[Packet]:
    """Read the packets of ``streams``.

    Raises:
        FFmpegError: the file cannot be read on.
    """
    try:
        yield from container.demux(*streams)
    except IndexError:
        return  # at the end PyAV flushes every stream, and trips over those that appeared late


def count_pictures(
    container: InputContainer, streams: list[VideoStream], limits: MediaLimits, name: str
) -> Counter[int]:
    """Return how many packets each stream has, by its index; ``container`` is at its end then.

    Raises:
        SourceTooLarge: there are more than ``limits`` allow.
    """
    counts = Counter({stream.index: 0 for stream in streams})
    try:
        for number, packet in enumerate(packets_of(container, streams)):
            limits.check_packets(number, name)
            if packet.size and not packet.is_discard:
                counts[packet.stream_index] += 1
    except FFmpegError:
        pass  # what comes before a broken end tells enough
    return counts


def choose_video(
    streams: list[VideoStream], pictures: Counter[int]
) -> tuple[VideoStream, SourceWarning]:
    """Return the track that moves, else the default one, else the largest; and say so.

    Args:
        streams: the tracks to choose from, several.
        pictures: how many each has, by the stream's index.
    """
    most = max(pictures.values())
    moving = [s for s in streams if pictures[s.index] > max(1, most * _STILLS_SHARE)] or streams
    chosen = max(
        moving,
        key=lambda s: (bool(s.disposition & Disposition.default), s.width * s.height, -s.index),
    )
    why = "moves" if len(moving) == 1 else "is the default or the largest"
    text = (
        f"The file has {len(streams)} video tracks: number {streams.index(chosen) + 1}"
        f" ({chosen.codec_context.name}, {chosen.width}x{chosen.height}) is used, which {why};"
        " the others are left out."
    )
    return chosen, SourceWarning(WarningCode.TRACKS_LEFT_OUT, text)


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the default audio stream, else the first, of those that have a known codec."""
    return max(
        known_sounds(container),
        key=lambda s: (bool(s.disposition & Disposition.default), -s.index),
        default=None,
    )


def known_sounds(container: InputContainer) -> list[AudioStream]:
    """Return the sound tracks whose codec and rate are known."""
    return [s for s in container.streams.audio if s.codec_context and s.codec_context.sample_rate]
