"""A still picture made of tiles, as phones save them: an AVIF file with a grid."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.media.sources import make


def _box(kind: str, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind.encode()) + content


def _full(kind: str, version: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24), *parts)


def write_tiled_picture(path: Path, *, columns: int = 2, side_px: int = 64) -> Path:
    """Write a picture of ``columns`` equal tiles side by side."""
    tile = path.with_name("tile.avif")
    make("-f", "lavfi", "-i", f"color=red:s={side_px}x{side_px}", "-frames:v", "1",
         "-c:v", "libaom-av1", "-cpu-used", "8", "-still-picture", "1", tile)  # fmt: skip
    content = tile.read_bytes()
    at = content.index(b"av1C") - 4
    av1c = content[at : at + int.from_bytes(content[at : at + 4], "big")]
    data = content[content.index(b"mdat") + 4 :]

    tiles = range(1, columns + 1)
    grid_id = columns + 1
    grid = struct.pack(">BBBBHH", 0, 0, 0, columns - 1, side_px * columns, side_px)
    entries = [_full("infe", 2, struct.pack(">HH4sB", n, 0, b"av01", 0)) for n in tiles]
    entries.append(_full("infe", 2, struct.pack(">HH4sB", grid_id, 0, b"grid", 0)))
    sizes = [(side_px, side_px), (side_px * columns, side_px)]
    properties = [_full("ispe", 0, struct.pack(">II", *size)) for size in sizes]
    uses = b"".join(struct.pack(">HBBB", n, 2, 1, 0x83) for n in tiles)
    uses += struct.pack(">HBB", grid_id, 1, 2)

    def meta(data_at: int) -> bytes:
        places = [(n, data_at, len(data)) for n in tiles]
        places.append((grid_id, data_at + len(data), len(grid)))
        located = b"".join(struct.pack(">HHHII", n, 0, 1, start, size) for n, start, size in places)
        return _full(
            "meta",
            0,
            _full("hdlr", 0, struct.pack(">I4s12xB", 0, b"pict", 0)),
            _full("pitm", 0, struct.pack(">H", grid_id)),
            _full("iloc", 0, struct.pack(">BBH", 0x44, 0, len(places)), located),
            _full("iinf", 0, struct.pack(">H", len(entries)), *entries),
            _full("iref", 0, _box("dimg", struct.pack(f">HH{columns}H", grid_id, columns, *tiles))),
            _box(
                "iprp",
                _box("ipco", *properties, av1c),
                _full("ipma", 0, struct.pack(">I", columns + 1), uses),
            ),
        )

    ftyp = _box("ftyp", b"avif", struct.pack(">I", 0), b"avifmif1miaf")
    data_at = len(ftyp) + len(meta(0)) + 8
    path.write_bytes(ftyp + meta(data_at) + _box("mdat", data, grid))
    return path
