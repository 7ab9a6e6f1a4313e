"""How much of everything a source may have: what is beyond is refused before it is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from heaters.domain.errors import InvalidInput


class SourceTooLarge(InvalidInput):
    """A source has more of something than the settings allow."""


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """The most that a source may have. ``docs/configuration.md`` names the settings.

    Attributes:
        pixels: of one stored picture. The default is 8192 x 8192; libav's own limit is four times
            as much, which HDR would turn into 3 GB.
        streams: of any type. The default is libav's own.
        packets: of the picture and the sound; each takes 34 bytes of memory while it is read, and
            125 while its stamps are judged.
        hours: that the picture lasts.
    """

    pixels: int = 8192 * 8192
    streams: int = 1000
    packets: int = 20_000_000
    hours: float = 48

    def input_options(self) -> dict[str, str]:
        """Return what makes libav keep to the limits; of streams it takes one more, to be told."""
        return {"max_pixels": str(self.pixels), "max_streams": str(self.streams + 1)}

    def check_streams(self, count: int, name: str) -> None:
        """Refuse too many streams.

        Raises:
            SourceTooLarge: there are more than allowed.
        """
        if count > self.streams:
            raise SourceTooLarge(
                f"{name} has more than {self.streams} streams: remux it, or raise"
                " HEATERS_MEDIA_MAX_STREAMS"
            )

    def check_pixels(self, width: int, height: int, name: str) -> None:
        """Refuse a picture that is too large.

        Raises:
            SourceTooLarge: it has more pixels than allowed.
        """
        if width * height > self.pixels:
            raise SourceTooLarge(
                f"{name} is {width}x{height}, which is more than {self.pixels} pixels: scale it"
                " down, or raise HEATERS_MEDIA_MAX_PIXELS"
            )

    def check_packets(self, count: int, name: str) -> None:
        """Refuse too many packets.

        Raises:
            SourceTooLarge: there are more than allowed.
        """
        if count > self.packets:
            raise SourceTooLarge(
                f"{name} has more than {self.packets} packets: cut it into parts, or raise"
                " HEATERS_MEDIA_MAX_PACKETS"
            )

    def check_length(self, length_s: Fraction, name: str) -> None:
        """Refuse a picture that lasts too long.

        Raises:
            SourceTooLarge: it lasts longer than allowed.
        """
        if length_s > self.hours * 3600:
            raise SourceTooLarge(
                f"{name} lasts {float(length_s) / 3600:.1f} hours, longer than {self.hours:g}:"
                " cut it into parts, or raise HEATERS_MEDIA_MAX_HOURS"
            )
