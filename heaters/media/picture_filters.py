"""ffmpeg's filters that turn a source's pictures into the proxy's: shape, fields, colours."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, sqrt
from typing import Any, Final

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.colour import HLG, Colour
from heaters.media.picture import Picture

_REFERENCE_WHITE_NITS = 203  # ITU-R BT.2408

# H.264 level 6.2 has 139,264 macroblocks of 16 x 16 pixels. Any GPU has textures of 8192 pixels.
_LONGEST_SIDE = 8192
_MOST_MACROBLOCKS = 139_264
_LUMA_OF_SCALED = 35_000_000  # less than those macroblocks, which sides do not fill

_ZIMG_FORMATS: Final = (
    "yuv420p|yuv422p|yuv444p|yuv420p10le|yuv422p10le|yuv444p10le|yuv420p12le|yuv422p12le"
    "|yuv444p12le|yuv444p16le|gbrp|gbrp10le|gbrp12le|gbrp16le|gbrpf32le"
)
"""What zimg reads without a conversion before it, which would have to understand the colours."""

_NEUTRAL: Final = 1
"""The YUV matrix that pictures are said to have while they are scaled, which changes no colour."""


def proxy_size(picture: Picture, max_height: int | None) -> tuple[int, int]:
    """Return the proxy's width and height: even, the source's own unless capped, never less than 2.

    An odd side is scaled by one pixel: cropping would lose a line, padding would show a black one.
    """
    scale = _codec_scale(picture)
    if max_height is not None and picture.height > max_height:
        scale = min(scale, Fraction(max_height // 2 * 2, picture.height))
    width, height = ((side * scale + 1) // 2 * 2 for side in (picture.width, picture.height))
    return max(2, width), max(2, height)


def size_warnings(picture: Picture, max_height: int | None) -> tuple[SourceWarning, ...]:
    """Say so if the proxy is smaller than the picture although nobody asked for that."""
    width, height = proxy_size(picture, max_height)
    if _codec_scale(picture) == 1 or height == max_height:
        return ()
    text = (
        f"The picture is scaled down from {picture.width}x{picture.height} to {width}x{height}:"
        " a larger one does not play in every browser."
    )
    return (SourceWarning(WarningCode.SCALED_DOWN, text),)


def _codec_scale(picture: Picture) -> Fraction:
    """Return by how much a picture has to be scaled for H.264 and browsers; 1 if it need not be."""
    width, height = picture.width, picture.height
    if max(width, height) <= _LONGEST_SIDE:
        if ceil(width / 16) * ceil(height / 16) <= _MOST_MACROBLOCKS:
            return Fraction(1)
        return Fraction(sqrt(_LUMA_OF_SCALED / (width * height)))
    scale = Fraction(_LONGEST_SIDE, max(width, height))
    if width * height * scale**2 <= _LUMA_OF_SCALED:
        return scale
    return min(scale, Fraction(sqrt(_LUMA_OF_SCALED / (width * height))))


def proxy_pictures(frames: Any, picture: Picture, max_height: int | None) -> Any:
    """Chain the filters that make each picture what a screen shows: 4:2:0, square pixels.

    ffmpeg has cropped the picture and turned it upright before. Size and format change only where
    the source changes them on the way.
    """
    size = proxy_size(picture, max_height)
    converted = picture.colour in (Colour.WIDE, Colour.HDR)
    is_rgb = picture.tags.matrix == 0
    if not is_rgb:
        frames = _tagged(frames, picture, _NEUTRAL if converted else picture.tags.matrix)
    turned = picture.rotation in (90, 270)
    coded_size = (picture.coded_width, picture.coded_height)
    frames = frames.filter("scale", *(reversed(coded_size) if turned else coded_size))
    frames = frames.filter("format", picture.pixel_format)
    if picture.interlaced:
        frames = frames.filter("bwdif", mode="send_frame", deint="interlaced")
    if picture.has_alpha:
        frames = frames.filter("premultiply", inplace=1)
    if converted:
        frames = frames.filter("scale", *size).filter("format", _ZIMG_FORMATS)
        frames = _to_bt709(_tagged(frames, picture, picture.tags.matrix), picture)
    else:
        values: dict[str, str] = {"out_range": "tv"} if picture.tags.full_range else {}
        if is_rgb:
            values["out_color_matrix"] = "bt709"
        frames = frames.filter("scale", *size, **values)
        if is_rgb:
            frames = frames.filter("setparams", colorspace=1, color_primaries=1, color_trc=1)
    return frames.filter("format", "yuv420p").filter("setsar", 1)


def _tagged(frames: Any, picture: Picture, matrix: int) -> Any:
    """Say of which kind the colours are, in full: browsers guess all of what is told in part."""
    tags = picture.tags
    return frames.filter(
        "setparams",
        range="pc" if tags.full_range else "auto",
        color_primaries=tags.primaries,
        color_trc=tags.transfer,
        colorspace=matrix,
    )


def _to_bt709(frames: Any, picture: Picture) -> Any:
    """Convert to BT.709: screens, JPEG files and embedders after the proxy know nothing else."""
    bt709 = {"transfer": "bt709", "matrix": "bt709", "range": "limited"}
    if picture.colour is Colour.WIDE:
        return frames.filter("zscale", primaries="bt709", **bt709)
    # HLG's brightness depends on all three colours; the approximation, three times as fast, takes
    # them one by one: a red of (124, 32, 32) becomes (135, 13, 25).
    exact = picture.tags.transfer == HLG
    return (
        frames.filter("zscale", transfer="linear", npl=_REFERENCE_WHITE_NITS, agamma=int(not exact))
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", "hable", desat=0)
        .filter("zscale", **bt709)
    )
