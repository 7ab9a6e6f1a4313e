"""What a source's colours are, and what has to be done to show them right on a screen of BT.709."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

# Code points of ITU-T H.273.
UNTOLD: Final = 2
_BT709, _BT470BG, _SMPTE170M, _BT2020, _SRGB = 1, 5, 6, 9, 13
_PQ: Final = 16
HLG: Final = 18
_RGB_MATRIX, _ICTCP = 0, 14
_BT2020_MATRICES: Final = frozenset({9, 10, _ICTCP})

# Every screen and browser shows these as they are.
_PLAIN_PRIMARIES: Final = frozenset({_BT709, _BT470BG, _SMPTE170M})
_PLAIN_TRANSFERS: Final = frozenset({1, 4, 5, 6, 7, 11, 13, 14, 15})
_PLAIN_MATRICES: Final = frozenset({_BT709, _BT470BG, _SMPTE170M})

# What zimg converts right (tests/media/test_colour.py tries each). BT.2020's constant luminance is
# not among them: zimg refuses it with PQ, and lifts its grays without.
_KNOWN_PRIMARIES: Final = frozenset({1, *range(4, 13), 22})
_KNOWN_TRANSFERS: Final = frozenset({1, *range(4, 12), 13, 14, 15, _PQ, HLG})
_KNOWN_MATRICES: Final = frozenset({1, *range(4, 10), 12, 13, _ICTCP})

_LEAST_HD_HEIGHT = 720


@dataclass(frozen=True, slots=True)
class ColourTags:
    """Which colours stored values stand for, by code points of ITU-T H.273; 2 is "not told".

    Attributes:
        primaries: what red, green and blue are.
        transfer: how brightness is coded.
        matrix: how YUV is made of RGB; 0 is RGB itself.
        full_range: whether black is stored as 0, rather than as 16.
    """

    primaries: int
    transfer: int
    matrix: int
    full_range: bool

    def or_else(self, other: ColourTags) -> ColourTags:
        """Return these tags; those of ``other`` where nothing is told."""
        return ColourTags(
            other.primaries if self.primaries == UNTOLD else self.primaries,
            other.transfer if self.transfer == UNTOLD else self.transfer,
            other.matrix if self.matrix == UNTOLD else self.matrix,
            self.full_range or other.full_range,
        )


class Colour(Enum):
    """What has to be done with a video's colours."""

    TAGGED_YUV = "YUV that screens show as it is, and the source says of which kind"
    UNTAGGED_YUV = "YUV, and the source does not say of which kind"
    RGB = "RGB that screens show as it is"
    WIDE = "other primaries or another coding than screens take: converted to BT.709"
    HDR = "brightness is coded by PQ or HLG: mapped to the range of BT.709"


@dataclass(frozen=True, slots=True)
class ColourPlan:
    """How a source's colours are taken.

    Attributes:
        kind: what has to be done with them.
        tags: what the frames are declared to be; nothing in it is untold.
        doubt: why the result may be wrong, as a sentence; empty if it is right.
    """

    kind: Colour
    tags: ColourTags
    doubt: str


def plan_colours(told: ColourTags, *, rgb: bool, height: int) -> ColourPlan:
    """Decide how to take colours of which ``told`` is what stream and container say.

    What is not told is what is usual beside the rest: BT.2020 for HDR, else BT.709 from 720 lines
    on, else SMPTE 170M. What is told and cannot be converted is taken for that too, with a doubt.

    Args:
        told: the tags; nothing of them needs to be true.
        rgb: whether the values are RGB by their pixel format.
        height: of the stored picture in pixels.
    """
    hdr = told.transfer in (_PQ, HLG)
    tags = _completed(told, rgb=rgb, height=height)
    changed = [
        f"{name} {was}"
        for name, was, now in (
            ("primaries", told.primaries, tags.primaries),
            ("transfer", told.transfer, tags.transfer),
            ("matrix", told.matrix, told.matrix if rgb else tags.matrix),
        )
        if was not in (now, UNTOLD)
    ]
    doubt = ""
    if changed:
        doubt = (
            f"The colours are coded in a way that cannot be converted exactly"
            f" ({', '.join(changed)}, as ITU-T H.273 numbers them): they may look a little wrong."
        )
    elif hdr and (told.primaries == UNTOLD or (told.matrix == UNTOLD and not rgb)):
        doubt = "The source says that it is HDR, but not of which colours: taken for BT.2020."

    plain = tags.primaries in _PLAIN_PRIMARIES and tags.transfer in _PLAIN_TRANSFERS
    if hdr:
        kind = Colour.HDR
    elif not plain or (not rgb and tags.matrix not in _PLAIN_MATRICES):
        kind = Colour.WIDE
    elif rgb:
        kind = Colour.RGB
    elif told.matrix in (UNTOLD, _RGB_MATRIX):
        kind = Colour.UNTAGGED_YUV
    else:
        kind = Colour.TAGGED_YUV
    if kind is Colour.WIDE and tags.transfer == _SRGB:
        tags = replace(tags, transfer=_BT709)  # screens show both alike
    return ColourPlan(kind, tags, doubt)


def _completed(told: ColourTags, *, rgb: bool, height: int) -> ColourTags:
    """Fill in what is not told, and replace what cannot be converted."""
    hdr = told.transfer in (_PQ, HLG)
    usual = _BT709 if rgb or height >= _LEAST_HD_HEIGHT else _SMPTE170M
    if hdr or told.primaries == _BT2020 or told.matrix in _BT2020_MATRICES:
        usual = _BT2020
    transfer = told.transfer if told.transfer in _KNOWN_TRANSFERS else _BT709
    matrix = told.matrix if told.matrix in _KNOWN_MATRICES else usual
    primaries = told.primaries if told.primaries in _KNOWN_PRIMARIES else usual
    if primaries != told.primaries and matrix in _PLAIN_MATRICES:
        primaries = matrix
    if transfer != told.transfer and {primaries, matrix} == {_SMPTE170M}:
        transfer = _SMPTE170M
    if matrix == _ICTCP and not (hdr and primaries == _BT2020):
        matrix = _BT2020
    return ColourTags(primaries, transfer, _RGB_MATRIX if rgb else matrix, told.full_range)
