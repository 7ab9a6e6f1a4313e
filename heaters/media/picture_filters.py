"""ffmpeg's filters that turn a source's pictures into the proxy's: shape, fields, colours."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from heaters.media.picture import Colour, Picture

_LEAST_HD_HEIGHT = 720
_REFERENCE_WHITE_NITS = 203  # ITU-R BT.2408


def proxy_size(picture: Picture, max_height: int | None) -> tuple[int, int]:
    """Return the proxy's width and height: even, the source's own unless capped, never less than 2.

    An odd side is scaled by one pixel: cropping would lose a line, padding would show a black one.
    """
    scale = Fraction(1)
    if max_height is not None and picture.height > max_height:
        scale = Fraction(max_height // 2 * 2, picture.height)
    width, height = ((side * scale + 1) // 2 * 2 for side in (picture.width, picture.height))
    return max(2, width), max(2, height)


def proxy_pictures(frames: Any, picture: Picture, max_height: int | None) -> Any:
    """Chain the filters that make each picture what a screen shows: 4:2:0, square pixels.

    ffmpeg has turned the picture upright before. The first two do nothing unless the source changes
    its size or format on the way.
    """
    turned = picture.rotation in (90, 270)
    coded_size = (picture.coded_width, picture.coded_height)
    frames = frames.filter("scale", *(reversed(coded_size) if turned else coded_size))
    frames = frames.filter("format", picture.pixel_format)
    if picture.interlaced:
        frames = frames.filter("bwdif", mode="send_frame", deint="interlaced")
    if picture.colour is Colour.HDR:
        frames = _to_standard_range(frames)
    elif picture.colour is Colour.UNTAGGED_YUV:
        frames = _tagged(
            frames, "bt709" if picture.coded_height >= _LEAST_HD_HEIGHT else "smpte170m"
        )
    values = {"out_range": "tv"} if picture.full_range else {}
    if picture.colour is Colour.RGB:
        values["out_color_matrix"] = "bt709"
    frames = frames.filter("scale", *proxy_size(picture, max_height), **values)
    if picture.colour is Colour.RGB:
        frames = _tagged(frames, "bt709")
    return frames.filter("format", "yuv420p").filter("setsar", 1)


def _tagged(frames: Any, kind: str) -> Any:
    """Say of which kind the colours are, in full: browsers guess all of what is told in part."""
    return frames.filter("setparams", colorspace=kind, color_primaries=kind, color_trc=kind)


def _to_standard_range(frames: Any) -> Any:
    """Map HDR to BT.709: screens, JPEG files and embedders after the proxy know nothing else."""
    return (
        frames.filter("zscale", transfer="linear", npl=_REFERENCE_WHITE_NITS)
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", "hable", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="limited")
    )
