"""Colour patches coded as HDR and other video codes them, by the formulas of ITU-R and ITU-T."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

SIDE_PX = 32
LINEAR = np.array(
    [
        *([0.02, 0.02, 0.02], [0.18, 0.18, 0.18], [1.0, 1.0, 1.0], [0.5, 0.02, 0.02]),
        *([0.02, 0.5, 0.02], [0.02, 0.02, 0.5], [0.45, 0.25, 0.18], [0.1, 0.3, 0.5]),
    ]
)
"""Linear RGB of BT.709, a row a patch; 1 is reference white."""

WHITE_NITS = 203.0  # ITU-R BT.2408
BT709, BT470BG, SMPTE240M, BT2020, P3 = 1, 5, 7, 9, 12
PQ, HLG = 16, 18

_XY = {
    BT709: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_KR_KB = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 7: (0.212, 0.087)}
_KR_KB |= {6: _KR_KB[5], 9: (0.2627, 0.0593), 12: (0.2627, 0.0593)}
_LMS = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
_ICTCP = np.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096


def _to_xyz(primaries: int) -> Floats:
    white = np.array([0.3127, 0.3290, 1 - 0.3127 - 0.3290]) / 0.3290
    columns = np.array([(x, y, 1 - x - y) for x, y in _XY[primaries]]).T
    return columns * np.linalg.solve(columns, white)


def _pq(nits: Floats) -> Floats:
    power = (nits.clip(0) / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def _hlg(nits: Floats, luminance: Floats) -> Floats:
    """Return HLG's signal for what a display of 1000 nits is to show (ITU-R BT.2100)."""
    display = nits / 1000
    bright = (display @ luminance).clip(1e-9)[:, None]
    scene = display * bright ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(
        scene <= 1 / 12, np.sqrt(3 * scene.clip(0)), a * np.log((12 * scene - b).clip(1e-9)) + c
    )


def coded(primaries: int, transfer: int, matrix: int) -> Floats:
    """Return the patches' signal, as Y' 0 to 1 and C -1/2 to 1/2 (or R'G'B' for matrix 0)."""
    to_other = np.linalg.solve(_to_xyz(primaries), _to_xyz(BT709))
    linear = LINEAR @ to_other.T
    luminance = _to_xyz(primaries)[1]
    if matrix == 14:
        return _pq(linear * WHITE_NITS @ _LMS.T) @ _ICTCP.T
    if transfer == PQ:
        signal = _pq(linear * WHITE_NITS)
    elif transfer == HLG:
        signal = _hlg(linear * WHITE_NITS, luminance)
    else:
        signal = linear.clip(0) ** (1 / 2.4)
    red, green, blue = signal.T
    if matrix == 0:
        return signal
    if matrix == 8:
        luma = red / 4 + green / 2 + blue / 4
        return np.stack([luma, green / 2 - (red + blue) / 4, (red - blue) / 2], axis=1)
    if matrix == 10:
        luma = (linear @ luminance).clip(0) ** (1 / 2.4)
        cb, cr = blue - luma, red - luma
        cb = np.where(cb <= 0, cb / 1.9404, cb / 1.5816)
        cr = np.where(cr <= 0, cr / 1.7184, cr / 0.9936)
        return np.stack([luma, cb, cr], axis=1)
    kr, kb = _KR_KB[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    return np.stack([luma, (blue - luma) / 2 / (1 - kb), (red - luma) / 2 / (1 - kr)], axis=1)


def write_patches(
    path: Path,
    *tags: int,
    full_range: bool = False,
    told: tuple[int, ...] | None = None,
    pix_fmt: str | None = None,
    options: tuple[str, ...] = ("-c:v", "ffv1"),
    height: int = SIDE_PX,
) -> Path:
    """Write two pictures of the patches side by side.

    Args:
        path: the file; in Matroska with FFV1, the container alone tells the colours.
        tags: primaries, transfer and matrix of ITU-T H.273, by which they are coded.
        full_range: whether black is 0.
        told: what the file says in place of ``tags``.
        pix_fmt: of the file; default: 4:4:4 of 10 bits.
        options: the encoder and its options.
        height: of the picture in pixels; an odd one has an odd width, too.
    """
    signal = coded(*tags)
    rgb = tags[2] == 0
    if rgb:
        levels = signal[:, [1, 2, 0]] * 1023
    elif full_range:
        levels = signal * 1023 + [0, 512, 512]
    else:
        levels = signal * [876, 896, 896] + [64, 512, 512]
    row = np.repeat(levels.round().clip(0, 1023).astype("<u2"), SIDE_PX, axis=0)
    if height % 2:
        row = np.concatenate([row, row[-1:]])
    planes = np.repeat(row.T[:, None, :], height, axis=1)
    primaries, transfer, matrix = told or tags
    layout = "gbrp10le" if rgb else "yuv444p10le"
    size = f"{len(row)}x{height}"
    names = f"color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}"
    arguments = ["-f", "rawvideo", "-pix_fmt", layout, "-s", size, "-r", "5", "-i", "pipe:"]
    filters = [f"setparams=range={'pc' if full_range or rgb else 'tv'}"]
    if pix_fmt:
        filters.append(f"format={pix_fmt}")
    filters.append(f"setparams={names}")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    command += ["-vf", ",".join(filters), *options, str(path)]
    subprocess.run(command, input=planes.tobytes() * 2, check=True)
    return path


def expected(*, hdr: bool) -> Floats:
    """Return R'G'B' of BT.709, 0 to 255, that a proxy of the patches has to show."""
    linear = LINEAR
    if hdr:
        brightest = linear.max(axis=1, keepdims=True)
        linear = linear * _hable(brightest) / _hable(np.array(10.0)) / brightest
    return 255 * linear ** (1 / 2.4)


def _hable(value: Floats) -> Floats:
    return (value * (0.15 * value + 0.05) + 0.004) / (value * (0.15 * value + 0.5) + 0.06) - 1 / 15


def shown(proxy: Path) -> Floats:
    """Return the mean R'G'B' of each patch in a proxy's first picture, by the colours it tells."""
    filters = "scale=flags=accurate_rnd+full_chroma_int"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(proxy), "-vf", filters]
    command += ["-frames:v", "1", "-pix_fmt", "gbrp", "-f", "rawvideo", "pipe:"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    width = len(LINEAR) * SIDE_PX
    picture = np.frombuffer(raw, np.uint8).reshape(3, -1)
    width += (picture.shape[1] % width) // (picture.shape[1] // width)
    planes = picture.reshape(3, -1, width)[[2, 0, 1]]
    return np.array(
        [
            planes[:, 8:-8, at + 8 : at + SIDE_PX - 8].mean(axis=(1, 2))
            for at in range(0, len(LINEAR) * SIDE_PX, SIDE_PX)
        ]
    )
