"""Which of a container's streams are the video and the sound."""

from __future__ import annotations

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from heaters.domain.errors import InvalidInput


def video_stream(container: InputContainer, name: str) -> VideoStream:
    """Return the default video stream, the largest if there are several; never a cover picture.

    Raises:
        InvalidInput: there is none; ``name`` is what the message calls the file.
    """
    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not videos:
        if container.streams.audio:
            raise InvalidInput(f"{name} has sound only: Heaters needs a video")
        raise InvalidInput(f"{name} has no video: was its download or upload cut off?")
    return max(
        videos,
        key=lambda s: (bool(s.disposition & Disposition.default), s.width * s.height, -s.index),
    )


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the default audio stream, else the first, of those that have a known codec."""
    sounds = [s for s in container.streams.audio if s.codec_context and s.codec_context.sample_rate]
    return max(
        sounds, key=lambda s: (bool(s.disposition & Disposition.default), -s.index), default=None
    )
