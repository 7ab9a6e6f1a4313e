"""Writes H.264 in which every picture is two field pictures, which no encoder here can make.

Each macroblock is I_PCM, so that nothing has to be predicted or transformed: ITU-T H.264, 7.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.support.barcodes import draw_barcode

WIDTH, HEIGHT = 320, 192
_MACROBLOCK = 16
_SPS, _PPS, _IDR, _SLICE, _DELIMITER = 0x67, 0x68, 0x65, 0x61, 0x09


def write_field_pictures(path: Path, frame_count: int) -> Path:
    """Write a raw H.264 stream of 25 frames a second; frame i shows the barcode of i."""
    with path.open("wb") as file:
        for number in range(frame_count):
            for unit in _frame(number):
                file.write(unit)
    return path


def _frame(number: int) -> Iterator[bytes]:
    image = np.ascontiguousarray(draw_barcode(number, WIDTH, HEIGHT).mean(axis=2))
    luma = (image * 219 / 255 + 16).astype(np.uint8)
    for bottom in (0, 1):
        yield _unit(_DELIMITER, _Bits().fixed(7, 3))
        if not bottom:
            yield _unit(_SPS, _sequence())
            yield _unit(_PPS, _picture_parameters())
        yield _unit(_SLICE if bottom else _IDR, _field(luma[bottom::2], number, bottom))


def _sequence() -> _Bits:
    bits = _Bits().fixed(77, 8).fixed(0, 8).fixed(30, 8)  # Main profile, level 3
    bits.golomb(0, 0, 0, 0, 1).fixed(0, 1)  # 4 bits of frame number and of order, one reference
    bits.golomb(WIDTH // _MACROBLOCK - 1, HEIGHT // _MACROBLOCK // 2 - 1)
    bits.fixed(0, 1).fixed(0, 1).fixed(1, 1).fixed(0, 1)  # not only frames, none adaptive
    bits.fixed(1, 1).fixed(0, 4).fixed(1, 1)  # usability information: nothing but the timing
    bits.fixed(1, 32).fixed(50, 32).fixed(1, 1)
    return bits.fixed(0, 4)


def _picture_parameters() -> _Bits:
    bits = _Bits().golomb(0, 0).fixed(0, 2).golomb(0, 0, 0).fixed(0, 3).golomb(0, 0, 0)
    return bits.fixed(1, 1).fixed(0, 2)  # the deblocking filter can be switched off


def _field(luma: np.ndarray, number: int, bottom: int) -> _Bits:
    bits = _Bits().golomb(0, 7, 0).fixed(0, 4).fixed(1, 1).fixed(bottom, 1)  # an I slice, a field
    if not bottom:
        bits.golomb(number % 2)
    bits.fixed(bottom, 4)
    bits.fixed(0, 1 if bottom else 2)  # no marking of references
    bits.golomb(0, 1)  # no change of quality, no deblocking
    gray = bytes([128]) * (2 * 64)
    for y in range(0, len(luma), _MACROBLOCK):
        for x in range(0, WIDTH, _MACROBLOCK):
            block = luma[y : y + _MACROBLOCK, x : x + _MACROBLOCK]
            bits.golomb(25).align().append(block.tobytes() + gray)
    return bits


class _Bits:
    """A raw byte sequence payload, written bit by bit."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._rest = ""

    def fixed(self, value: int, width: int) -> _Bits:
        self._rest += f"{value:0{width}b}"
        return self

    def golomb(self, *values: int) -> _Bits:
        for value in values:
            self._rest += "0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}"
        return self

    def align(self) -> _Bits:
        self._rest += "0" * (-len(self._rest) % 8)
        self._flush()
        return self

    def append(self, content: bytes) -> _Bits:
        self._bytes += content
        return self

    def finished(self) -> bytes:
        self._rest += "1"
        self.align()
        return bytes(self._bytes)

    def _flush(self) -> None:
        whole = len(self._rest) // 8 * 8
        self._bytes += bytes(int(self._rest[at : at + 8], 2) for at in range(0, whole, 8))
        self._rest = self._rest[whole:]


def _unit(kind: int, payload: _Bits) -> bytes:
    """Return a unit with its start code, its content escaped (7.4.1)."""
    escaped, zeros = bytearray(), 0
    for byte in payload.finished():
        if zeros == 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\0\0\0\1" + bytes([kind]) + bytes(escaped)
