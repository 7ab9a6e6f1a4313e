"""What has to be known of a source's picture to show it right: its shape, its turn, its colours."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.colour import Colour, ColourTags, plan_colours
from heaters.media.ffmpeg import FfmpegFailed, run_ffmpeg
from heaters.media.inputs import INPUT_OPTIONS, file_url

_INTERLACED_FIELD_ORDERS = range(2, 6)  # AV_FIELD_TT to AV_FIELD_BT
_PLAUSIBLE_ASPECT = 16
_FULL_RANGE = 2
_CROPPING_FORMATS: Final = frozenset({"mov", "mp4", "matroska", "webm"})


@dataclass(frozen=True, slots=True)
class Picture:
    """How a video's pictures are stored, and how they are shown.

    Attributes:
        codec: e.g. ``"h264"``.
        pixel_format: e.g. ``"yuv420p10le"``; the stored one, if ffmpeg can write it.
        coded_width: pixels as stored, without what stream and container crop.
        coded_height: pixels as stored, without what stream and container crop.
        rotation: degrees counterclockwise that a player turns the picture: 0, 90, 180 or 270.
        turn_ignored: whether it asks for another turn, which browsers do not make.
        sample_aspect_ratio: width of a stored pixel over its height.
        width: pixels as shown: made square at the stored height, then turned.
        height: pixels as shown.
        interlaced: whether the stream says that its frames are made of two fields.
        has_alpha: whether pixels may be transparent.
        colour: what has to be done with its colours.
        tags: which colours its values are taken for.
    """

    codec: str
    pixel_format: str
    coded_width: int
    coded_height: int
    rotation: int
    turn_ignored: bool
    sample_aspect_ratio: Fraction
    width: int
    height: int
    interlaced: bool
    has_alpha: bool
    colour: Colour
    tags: ColourTags


def read_picture(
    stream: VideoStream, first: VideoFrame, size: tuple[int, int], container_tags: ColourTags
) -> tuple[Picture, tuple[SourceWarning, ...]]:
    """Describe a stream's pictures, and say what of them cannot be kept.

    Args:
        stream: what declares them.
        first: the first one, decoded.
        size: its width and height in pixels without what the container crops.
        container_tags: the colours that the container tells.
    """
    context, stored = stream.codec_context, first.format
    degrees, aspect = _degrees(first), _plausible(stream.sample_aspect_ratio)
    turn_ignored = degrees % 90 != 0
    rotation = 0 if turn_ignored else degrees
    width, height = max(1, round(size[0] * aspect)), size[1]
    if rotation in (90, 270):
        width, height = height, width
    has_alpha = stored.has_palette or any(part.is_alpha for part in stored.components)
    told = _tags(first).or_else(container_tags)
    colours = plan_colours(told, rgb=stored.is_rgb or stored.has_palette, height=size[1])
    picture = Picture(
        codec=context.codec.canonical_name,
        pixel_format=_writable(stored),
        coded_width=size[0],
        coded_height=size[1],
        rotation=rotation,
        turn_ignored=turn_ignored,
        sample_aspect_ratio=aspect,
        width=width,
        height=height,
        interlaced=first.interlaced_frame or context.field_order in _INTERLACED_FIELD_ORDERS,
        has_alpha=has_alpha,
        colour=colours.kind,
        tags=colours.tags,
    )

    warnings: list[SourceWarning] = []
    if turn_ignored:
        text = (
            f"The picture asks to be turned by {degrees}°, which is no quarter turn: left unturned."
        )
        warnings.append(SourceWarning(WarningCode.TURN_IGNORED, text))
    if has_alpha and _is_transparent(first):
        text = "Parts of the picture are transparent: shown on black."
        warnings.append(SourceWarning(WarningCode.ALPHA_ON_BLACK, text))
    elif not has_alpha and stream.metadata.get("alpha_mode") == "1":
        text = "The channel of transparency cannot be decoded and is left out."
        warnings.append(SourceWarning(WarningCode.ALPHA_LEFT_OUT, text))
    if colours.doubt:
        warnings.append(SourceWarning(WarningCode.COLOURS_DOUBTFUL, colours.doubt))
    return picture, tuple(warnings)


def is_convertible(stored: VideoFormat) -> bool:
    """Tell whether pixels stored so can be read: a few formats can only be written."""
    return _converts(stored.name, "yuv420p")


def context_tags(context: VideoCodecContext) -> ColourTags:
    """Return the colours that a stream's parameters tell; before decoding, the container's."""
    return ColourTags(
        context.color_primaries,
        context.color_trc,
        context.colorspace,
        context.color_range == _FULL_RANGE,
    )


def cropped_size(
    path: Path,
    index: int,
    container: str,
    picture: VideoFrame,
    *,
    options: Mapping[str, str],
    ffmpeg: Path,
) -> tuple[int, int]:
    """Return a picture's width and height after the container's crop, as ``ffmpeg`` applies it.

    PyAV does not tell that crop, and which crops a container may have is ffmpeg's knowledge: so it
    is asked for the first picture's size (60 ms).
    """
    size = picture.width, picture.height
    if container not in _CROPPING_FORMATS:
        return size
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "picture.crc"
        every = {**INPUT_OPTIONS, **options}
        before = [text for key, value in every.items() for text in (f"-{key}", value)]
        arguments = [*before, "-noautorotate", "-i", file_url(path), "-map", f"0:{index}"]
        arguments += ["-frames:v", "1", "-c:v", "rawvideo", "-f", "framecrc", file_url(report)]
        try:
            run_ffmpeg(arguments, ffmpeg=ffmpeg)
        except FfmpegFailed as error:
            if error.heals:
                raise
            return size  # it has no decoder, or no picture: preprocessing says so
        for line in report.read_text().splitlines():
            if line.startswith("#dimensions 0: "):
                width, _, height = line.rpartition(" ")[2].partition("x")
                return int(width), int(height)
    return size


def _writable(stored: VideoFormat) -> str:
    """Return the pixel format; one that keeps all of it if swscale reads it only (sensors' raw)."""
    return stored.name if _converts("yuv420p", stored.name) else "rgba64le"


def _converts(read: str, written: str) -> bool:
    try:
        VideoReformatter().reformat(VideoFrame(16, 16, read), format=written)
    except FFmpegError:
        return False
    return True


def _tags(picture: VideoFrame) -> ColourTags:
    return ColourTags(
        picture.color_primaries,
        picture.color_trc,
        picture.colorspace,
        picture.color_range == _FULL_RANGE,
    )


def _degrees(picture: VideoFrame) -> int:
    """Return by how much a player turns the picture, 0 to 359 degrees counterclockwise.

    As ffmpeg does it: to the nearest degree, and mirrored where the matrix mirrors.
    """
    data = picture.side_data.get("DISPLAYMATRIX")
    if data is None:
        return 0
    matrix = memoryview(bytes(data)).cast("i")
    across, down = math.hypot(matrix[0], matrix[3]), math.hypot(matrix[1], matrix[4])
    if not across or not down:
        return 0
    return round(math.degrees(-math.atan2(matrix[1] / down, matrix[0] / across))) % 360


def _plausible(aspect: Fraction | None) -> Fraction:
    """Return the pixel aspect ratio; 1 where there is none, or where it is plainly wrong."""
    if not aspect or not 1 / _PLAUSIBLE_ASPECT <= aspect <= _PLAUSIBLE_ASPECT:
        return Fraction(1)
    return aspect


def _is_transparent(picture: VideoFrame) -> bool:
    """Tell whether any pixel is not opaque."""
    return bool((picture.to_ndarray(format="rgba")[:, :, 3] < 255).any())
