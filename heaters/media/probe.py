"""What a source is: its picture, its sound, its timing; or why it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.frame_rate import constant_rate
from heaters.media.packet_scan import may_jump, scan_packets

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

_INTERLACED_FIELD_ORDERS = range(2, 6)  # AV_FIELD_TT to AV_FIELD_BT
_HDR_TRANSFERS = (16, 18)  # SMPTE ST 2084 (PQ), ARIB STD-B67 (HLG)
_UNTAGGED = 2
_FULL_RANGE = 2
_PLAUSIBLE_ASPECT = 16


class Colour(Enum):
    """What has to be known of a video's colours to show them right."""

    TAGGED_YUV = "YUV, and the stream says of which kind"
    UNTAGGED_YUV = "YUV, and the stream does not say of which kind"
    RGB = "RGB"
    HDR = "brightness is coded by PQ or HLG, and the stream says how the rest is"


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source that can be worked on.

    Attributes:
        container: ffmpeg's name of its format, ``"mov"`` for QuickTime and ``"mp4"`` for the rest
            of that family.
        may_change: whether such streams may change their format or jump in time on the way.
        video_index: which of the container's streams is the video.
        video_codec: e.g. ``"h264"``.
        pixel_format: e.g. ``"yuv420p10le"``.
        coded_width: pixels as stored.
        coded_height: pixels as stored.
        rotation: degrees counterclockwise that a player turns the picture: 0, 90, 180 or 270.
        sample_aspect_ratio: width of a stored pixel over its height.
        width: pixels as shown: made square at the stored height, then turned.
        height: pixels as shown.
        interlaced: whether the stream says that its frames are made of two fields.
        colour: what kind of colour values it stores.
        full_range: whether black is stored as 0, rather than as 16.
        fps: rate of the proxy's timeline; the source's own where it has one.
        variable_rate: whether frames are missing from that timeline or off it.
        frame_count: frames of that timeline, as far as packets tell before they are decoded.
        start_s: when the first picture is shown, in seconds after the container's start.
        audio_index: which of the container's streams is the sound; None if there is none.
        audio_codec: e.g. ``"aac"``.
        warnings: what could not be kept of the source.
    """

    container: str
    may_change: bool
    video_index: int
    video_codec: str
    pixel_format: str
    coded_width: int
    coded_height: int
    rotation: int
    sample_aspect_ratio: Fraction
    width: int
    height: int
    interlaced: bool
    colour: Colour
    full_range: bool
    fps: Fraction
    variable_rate: bool
    frame_count: int
    start_s: Fraction
    audio_index: int | None
    audio_codec: str | None
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
    video, audio = _video_stream(container, name), _audio_stream(container)
    scan = scan_packets(container, video, audio)
    context, picture = video.codec_context, scan.picture
    if picture is None:
        raise InvalidInput(f"{name}: no picture of its {context.name} video can be decoded")

    warnings = list(scan.warnings)
    if not scan.has_sound:
        audio = None
    if audio is None and container.streams.audio:
        text = "The sound cannot be decoded and is left out."
        warnings.append(SourceWarning(WarningCode.SOUND_LEFT_OUT, text))
    rates = (video.guessed_rate, video.base_rate, video.average_rate)
    fps, variable_rate = constant_rate(scan.times, scan.time_base, rates)
    rotation, aspect = _rotation(picture), _aspect(video.sample_aspect_ratio)
    width, height = max(1, round(picture.width * aspect)), picture.height
    return SourceInfo(
        container=_format_name(container),
        may_change=may_jump(container),
        video_index=video.index,
        video_codec=context.codec.canonical_name,
        pixel_format=picture.format.name,
        coded_width=picture.width,
        coded_height=picture.height,
        rotation=rotation,
        sample_aspect_ratio=aspect,
        width=height if rotation in (90, 270) else width,
        height=width if rotation in (90, 270) else height,
        interlaced=picture.interlaced_frame or context.field_order in _INTERLACED_FIELD_ORDERS,
        colour=_colour(context, picture),
        full_range=context.color_range == _FULL_RANGE,
        fps=fps,
        variable_rate=variable_rate,
        frame_count=scan.frame_count(fps),
        start_s=scan.start_s,
        audio_index=audio.index if audio else None,
        audio_codec=audio.codec_context.codec.canonical_name if audio else None,
        warnings=tuple(warnings),
    )


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    """Return the default video stream, the largest if there are several; never a cover picture."""
    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not videos:
        if container.streams.audio:
            raise InvalidInput(f"{name} has sound only: Heaters needs a video")
        raise InvalidInput(f"{name} has no video: was its download or upload cut off?")
    return max(
        videos,
        key=lambda s: (bool(s.disposition & Disposition.default), s.width * s.height, -s.index),
    )


def _audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the default audio stream, else the first, of those that have a known codec."""
    sounds = [s for s in container.streams.audio if s.codec_context and s.codec_context.sample_rate]
    return max(
        sounds, key=lambda s: (bool(s.disposition & Disposition.default), -s.index), default=None
    )


def _format_name(container: InputContainer) -> str:
    name = container.format.name.split(",")[0]
    if name == "mov":
        return "mov" if container.metadata.get("major_brand") == "qt  " else "mp4"
    return name


def _colour(context: VideoCodecContext, picture: VideoFrame) -> Colour:
    tagged = context.colorspace != _UNTAGGED
    if context.color_trc in _HDR_TRANSFERS and context.color_primaries != _UNTAGGED and tagged:
        return Colour.HDR
    if picture.format.is_rgb or picture.format.has_palette:
        return Colour.RGB
    return Colour.TAGGED_YUV if tagged else Colour.UNTAGGED_YUV


def _rotation(picture: VideoFrame) -> int:
    """Return the quarter turn that ffmpeg applies: none unless within a degree of one."""
    degrees = picture.rotation % 360
    quarter = round(degrees / 90) * 90
    return quarter % 360 if abs(degrees - quarter) < 1 else 0


def _aspect(stored: Fraction | None) -> Fraction:
    """Return the pixel aspect ratio; 1 where there is none, or where it is plainly wrong."""
    if not stored or not 1 / _PLAUSIBLE_ASPECT <= stored <= _PLAUSIBLE_ASPECT:
        return Fraction(1)
    return stored
