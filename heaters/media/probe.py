"""What a source is: its picture, its sound, its timing; or why it cannot be used."""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

import av
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError
from av.video.stream import VideoStream

from heaters.domain.errors import InvalidInput
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.ffmpeg import find_ffmpeg
from heaters.media.inputs import INPUT_OPTIONS, file_url
from heaters.media.limits import MediaLimits, SourceTooLarge
from heaters.media.packet_scan import may_change, scan_packets, takes_a_jump_for_an_overflow
from heaters.media.picture import Picture, context_tags, cropped_size, is_convertible, read_picture
from heaters.media.sound import Sound, read_sound
from heaters.media.streams import (
    audio_stream,
    choose_video,
    count_pictures,
    known_sounds,
    video_streams,
)
from heaters.media.timing import Timing, read_timing


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source that can be worked on.

    Attributes:
        name: what refusals call it, in quotes.
        container: ffmpeg's name of its format, ``"mov"`` for QuickTime and ``"mp4"`` for the rest
            of that family.
        may_change: whether such streams may change their format on the way.
        overflows: whether libav may take a clock that goes back for one that overflows.
        video_index: which of the container's streams is the video.
        picture: how its pictures are stored and shown.
        timing: when they are shown.
        sound: None if there is none.
        known_sounds: the indexes of all sound tracks whose kind is known.
        sound_count: how many sound tracks there are.
        limits: what it was found to keep to.
        warnings: what could not be kept of the source.
    """

    name: str
    container: str
    may_change: bool
    overflows: bool
    video_index: int
    picture: Picture
    timing: Timing
    sound: Sound | None
    known_sounds: tuple[str, ...]
    sound_count: int
    limits: MediaLimits
    warnings: tuple[SourceWarning, ...]


def probe(
    path: Path,
    *,
    name: str | None = None,
    limits: MediaLimits | None = None,
    ffmpeg: Path | None = None,
) -> SourceInfo:
    """Read all packets of ``path`` and decode its first picture: 0.2 s per minute of 1080p.

    Args:
        path: the file.
        name: what refusals call it; default: its file name.
        limits: the most that it may have; default: those of ``MediaLimits``.
        ffmpeg: the program that is going to decode it; default: the packaged one.

    Raises:
        InvalidInput: it is not a video that can be worked on; the message says why.
        SourceTooLarge: it has more of something than ``limits`` allow.
    """
    name, limits = repr(name or path.name), limits or MediaLimits()
    if not path.is_file() or path.stat().st_size == 0:
        raise InvalidInput(f"{name} is not a file, or is empty")
    try:
        with _open(path, limits) as container:
            limits.check_streams(len(container.streams), name)
            video, warnings = _choose_video(container, limits, name)
            index, has_size = video.index, video.width > 0
        if not has_size:
            _check_declared_size(path, limits, index, name)
        info = _read(path, index, limits, name, ffmpeg=ffmpeg or find_ffmpeg())
    except ArgumentError as error:
        raise InvalidInput(f"{name} {_what_else(path)}") from error
    except FFmpegError as error:
        if error.errno == errno.ENOMEM:  # what some demuxers say when max_streams is reached
            raise SourceTooLarge(
                f"{name} has more than {limits.streams} streams, or is broken: remux it, or raise"
                " HEATERS_MEDIA_MAX_STREAMS"
            ) from error
        raise InvalidInput(
            f"{name} is not a video, or its beginning is broken: was its download or upload cut"
            " off?",
            detail=error.strerror or "",
        ) from error
    return replace(info, warnings=warnings + info.warnings)


def _open(path: Path, limits: MediaLimits, **more: str) -> InputContainer:
    options = INPUT_OPTIONS | limits.input_options() | more
    return av.open(file_url(path), options=options, metadata_errors="ignore")


def _check_declared_size(path: Path, limits: MediaLimits, index: int, name: str) -> None:
    """Refuse a picture that is too large by its header; libav has no size for what it refuses."""
    with _open(path, limits, codec_whitelist="none") as container:
        for video in container.streams.video:
            if video.index == index:
                limits.check_pixels(video.width, video.height, name)


def _choose_video(
    container: InputContainer, limits: MediaLimits, name: str
) -> tuple[VideoStream, tuple[SourceWarning, ...]]:
    videos = video_streams(container, name)
    if len(videos) == 1:
        return videos[0], ()
    chosen, warning = choose_video(videos, count_pictures(container, videos, limits, name))
    return chosen, (warning,)


def _read(
    path: Path,
    index: int,
    limits: MediaLimits,
    name: str,
    *,
    ffmpeg: Path,
    overflows: bool = True,
) -> SourceInfo:
    with _open(path, limits, correct_ts_overflow=str(int(overflows))) as container:
        video = container.streams[index]
        assert isinstance(video, VideoStream)
        container_tags, audio = context_tags(video.codec_context), audio_stream(container)
        limits.check_pixels(video.width, video.height, name)
        video.codec_context.options = {"max_pixels": str(limits.pixels)}
        scan = scan_packets(container, video, audio, limits, name)
        if overflows and takes_a_jump_for_an_overflow(container, scan):
            return _read(path, index, limits, name, ffmpeg=ffmpeg, overflows=False)
        if scan.picture is None:
            limits.check_pixels(video.width, video.height, name)
            kind = video.codec_context.name
            raise InvalidInput(f"{name}: no picture of its {kind} video can be decoded")
        if not is_convertible(scan.picture.format):
            raise InvalidInput(
                f"{name}: its pixels are stored as {scan.picture.format.name}, which cannot be"
                " converted: write it again in another pixel format"
            )
        warnings = list(scan.warnings)
        if scan.sound is None:
            audio = None
        if audio is None and container.streams.audio:
            text = "The sound cannot be decoded and is left out."
            warnings.append(SourceWarning(WarningCode.SOUND_LEFT_OUT, text))
        timing, timing_warnings = read_timing(container, video, audio, scan, name)
        limits.check_length(timing.frame_count / timing.fps, name)
        format_name = _format_name(container)
        size = cropped_size(
            path,
            video.index,
            format_name,
            scan.picture,
            options=limits.input_options(),
            ffmpeg=ffmpeg,
        )
        picture, picture_warnings = read_picture(video, scan.picture, size, container_tags)
        return SourceInfo(
            name=name,
            container=format_name,
            may_change=may_change(container),
            overflows=overflows,
            video_index=video.index,
            picture=picture,
            timing=timing,
            sound=read_sound(audio) if audio else None,
            known_sounds=tuple(str(stream.index) for stream in known_sounds(container)),
            sound_count=len(container.streams.audio),
            limits=limits,
            warnings=(*warnings, *timing_warnings, *picture_warnings),
        )


def _what_else(path: Path) -> str:
    """Say what a file is that is no video: phones save short videos inside of pictures."""
    with path.open("rb") as file:
        if file.read(3) != b"\xff\xd8\xff":
            return "is not a video in a format that Heaters reads"
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            if content.find(b"ftyp") < 0:
                return "is not a video, but a picture"
    return "is a motion photo: save the video in it as a file of its own"


def _format_name(container: InputContainer) -> str:
    name = container.format.name.split(",")[0]
    if name == "mov":
        return "mov" if container.metadata.get("major_brand") == "qt  " else "mp4"
    return name
