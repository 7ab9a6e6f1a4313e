"""What a source is: its picture, its sound, its timing; or why it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.packet_scan import may_jump, scan_packets
from heaters.media.picture import Picture, read_picture
from heaters.media.sound import Sound, read_sound
from heaters.media.streams import audio_stream, video_stream
from heaters.media.timing import Timing, read_timing

# Demuxers that may open a source. Playlists and scripts (hls, dash, concat, …) are not among them:
# they would make ffmpeg read other files or fetch addresses that their author names. Nor are
# pictures and text, which ffmpeg is glad to play as videos.
VIDEO_FORMATS: Final = (
    *("mov", "mp4", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "asf", "ogg", "mxf"),
    *("gif", "apng", "nut", "yuv4mpegpipe", "ivf", "obu", "dv", "rm", "wtv"),
    *("h264", "hevc", "mpegvideo", "m4v"),
)
_AUDIO_FORMATS: Final = ("mp3", "wav", "flac", "aac", "aiff", "ac3", "w64", "caf", "amr")
INPUT_OPTIONS: Final = {
    "format_whitelist": ",".join((*VIDEO_FORMATS, *_AUDIO_FORMATS)),
    "protocol_whitelist": "file",
    "fflags": "+genpts",  # MPEG program streams leave most time stamps out, Matroska wants them
}


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source that can be worked on.

    Attributes:
        container: ffmpeg's name of its format, ``"mov"`` for QuickTime and ``"mp4"`` for the rest
            of that family.
        may_change: whether such streams may change their format or jump in time on the way.
        video_index: which of the container's streams is the video.
        picture: how its pictures are stored and shown.
        timing: when they are shown.
        sound: None if there is none.
        warnings: what could not be kept of the source.
    """

    container: str
    may_change: bool
    video_index: int
    picture: Picture
    timing: Timing
    sound: Sound | None
    warnings: tuple[SourceWarning, ...]


def probe(path: Path, *, name: str | None = None) -> SourceInfo:
    """Read all packets of ``path`` and decode its first picture: 0.2 s per minute of 1080p.

    Args:
        path: the file.
        name: what refusals call it; default: its file name.

    Raises:
        InvalidInput: it is not a video that can be worked on; the message says why.
    """
    name = repr(name or path.name)
    if not path.is_file() or path.stat().st_size == 0:
        raise InvalidInput(f"{name} is not a file, or is empty")
    try:
        with av.open(
            f"file:{path.absolute()}", options=INPUT_OPTIONS, metadata_errors="ignore"
        ) as container:
            return _read(container, name)
    except ArgumentError as error:
        raise InvalidInput(f"{name} is not a video in a format that Heaters reads") from error
    except FFmpegError as error:
        raise InvalidInput(
            f"{name} is not a video, or its beginning is broken ({error.strerror}): was its"
            " download or upload cut off?"
        ) from error


def _read(container: InputContainer, name: str) -> SourceInfo:
    video, audio = video_stream(container, name), audio_stream(container)
    scan = scan_packets(container, video, audio)
    if scan.picture is None:
        kind = video.codec_context.name
        raise InvalidInput(f"{name}: no picture of its {kind} video can be decoded")
    warnings = list(scan.warnings)
    if not scan.has_sound:
        audio = None
    if audio is None and container.streams.audio:
        text = "The sound cannot be decoded and is left out."
        warnings.append(SourceWarning(WarningCode.SOUND_LEFT_OUT, text))
    return SourceInfo(
        container=_format_name(container),
        may_change=may_jump(container),
        video_index=video.index,
        picture=read_picture(video, scan.picture),
        timing=read_timing(video, scan),
        sound=read_sound(audio) if audio else None,
        warnings=tuple(warnings),
    )


def _format_name(container: InputContainer) -> str:
    name = container.format.name.split(",")[0]
    if name == "mov":
        return "mov" if container.metadata.get("major_brand") == "qt  " else "mp4"
    return name
