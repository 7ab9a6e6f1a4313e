"""What ffmpeg says while it works, as warnings with facts."""

from __future__ import annotations

import re
from collections import Counter

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.picture import Picture

_UNDECODED = re.compile(
    r"^\[(?P<kind>[av])ist#.*(?:Error submitting packet to decoder|Decoding error)"
)
_RESIZED = re.compile(r"incoming frame - w: (\d+) h: (\d+)")


class Complaints:
    """Counts packets that could not be decoded, and sizes that pictures changed to."""

    def __init__(self) -> None:
        self._undecoded: Counter[str] = Counter()
        self._sizes: list[tuple[int, int]] = []

    def hear(self, line: str) -> None:
        """Take a line that ffmpeg wrote."""
        if found := _UNDECODED.search(line):
            self._undecoded[found["kind"]] += 1
        elif found := _RESIZED.search(line):
            self._sizes.append((int(found[1]), int(found[2])))

    def warnings(self, picture: Picture, errors: tuple[str, ...]) -> list[SourceWarning]:
        """Return what a person should know.

        Args:
            picture: the pictures that the video began with.
            errors: lines that ffmpeg wrote about anything.
        """
        told: list[SourceWarning] = []
        own = (picture.coded_width, picture.coded_height)
        others = dict.fromkeys(size for size in self._sizes if size not in (own, own[::-1]))
        if others:
            names = ", ".join(f"{width}x{height}" for width, height in others)
            text = (
                f"The pictures change their size on the way, from {own[0]}x{own[1]} to {names};"
                " all are scaled to the first."
            )
            told.append(SourceWarning(WarningCode.SIZE_CHANGES, text))
        if number := self._undecoded["v"]:
            text = f"{_packets(number)} of the video cannot be decoded; earlier pictures stay."
            told.append(SourceWarning(WarningCode.PICTURES_BROKEN, text))
        if number := self._undecoded["a"]:
            text = f"{_packets(number)} of the sound cannot be decoded; it is silent there."
            told.append(SourceWarning(WarningCode.SOUND_BROKEN, text))
        if errors and not self._undecoded:
            text = f"ffmpeg got over errors, such as: {errors[0].rstrip('.')}."
            told.append(SourceWarning(WarningCode.DECODER_ERRORS, text))
        return told


def _packets(number: int) -> str:
    return "1 packet" if number == 1 else f"{number} packets"
