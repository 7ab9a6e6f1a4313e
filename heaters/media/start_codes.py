"""Whether a packet is still of the codec that its stream began with."""

from __future__ import annotations

from typing import Final

from av.packet import Packet

_START_CODE = b"\0\0\1"
_MPEG_STARTS: Final = frozenset((0x00, 0xB3, 0xB8))  # picture, sequence, group of pictures
_HEVC_STARTS: Final = frozenset((0x40, 0x42, 0x46, 0x4E))  # VPS, SPS, delimiter, SEI: H.264's never


def is_of_another_codec(packet: Packet, codec: str) -> bool:
    """Tell whether the first start code is one that a packet of ``codec`` cannot begin with.

    Sources: ITU-T H.262 table 6-1, H.264 7.4.1, H.265 7.3.1.2. Of other codecs nothing is told.
    """
    if codec not in ("h264", "hevc", "mpeg2video", "mpeg1video") or not packet.size:
        return False
    head = bytes(memoryview(packet)[:16])
    at = head.find(_START_CODE) + len(_START_CODE)
    if at < len(_START_CODE) or at + 1 >= len(head):
        return False  # a broken packet, for the decoder to judge
    first, second = head[at], head[at + 1]
    if codec == "h264":
        return first & 0x80 != 0 or (first in _HEVC_STARTS and second == 1)
    if codec == "hevc":
        return first & 0x81 != 0 or second & 7 == 0
    return first not in _MPEG_STARTS
