"""What a source's picture is like: its coding, its shape, its colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

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
class Picture:
    """How a video's pictures are stored, and how they are shown.

    Attributes:
        codec: e.g. ``"h264"``.
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
    """

    codec: str
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


def read_picture(stream: VideoStream, first: VideoFrame) -> Picture:
    """Describe a stream's pictures by what it declares and by the first one that was decoded."""
    context = stream.codec_context
    rotation, aspect = _rotation(first), _aspect(stream.sample_aspect_ratio)
    width, height = max(1, round(first.width * aspect)), first.height
    turned = rotation in (90, 270)
    return Picture(
        codec=context.codec.canonical_name,
        pixel_format=first.format.name,
        coded_width=first.width,
        coded_height=first.height,
        rotation=rotation,
        sample_aspect_ratio=aspect,
        width=height if turned else width,
        height=width if turned else height,
        interlaced=first.interlaced_frame or context.field_order in _INTERLACED_FIELD_ORDERS,
        colour=_colour(context, first),
        full_range=context.color_range == _FULL_RANGE,
    )


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
