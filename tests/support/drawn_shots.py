"""Single shots that are drawn, and what makes a shot hard: flashes, shakes, whip pans, passers-by.

A shot is BGR uint8 of shape (frame_count, height, width, 3); none of them contains a scene change.
"""

from __future__ import annotations

import cv2
import numpy as np


def _texture(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Return a cloudy picture of two colours with some sharp rectangles: BGR uint8."""
    coarse = rng.random((height // 24 + 2, width // 24 + 2), np.float32)
    cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)[..., None]
    picture = (cloud * rng.integers(256, size=3) + (1 - cloud) * rng.integers(256, size=3)).astype(
        np.uint8
    )
    for _ in range(width * height // 6000):
        x, y, w, h = rng.integers((0, 0, 8, 8), (width, height, 60, 60)).tolist()
        cv2.rectangle(picture, (x, y), (x + w, y + h), rng.integers(256, size=3).tolist(), -1)
    return picture


def pan(rng: np.random.Generator, frame_count: int, width: int, height: int) -> np.ndarray:
    """A camera that glides over a scene by up to 3 pixels a frame."""
    reach = 3 * frame_count
    scene = _texture(rng, width + reach, height + reach)
    step = rng.uniform(0, 3, size=2)
    offsets = (np.arange(frame_count)[:, None] * step).astype(int)
    return np.stack([scene[y : y + height, x : x + width] for y, x in offsets])


def zoom(rng: np.random.Generator, frame_count: int, width: int, height: int) -> np.ndarray:
    """A slow zoom into the middle of a scene."""
    scene = _texture(rng, 2 * width, 2 * height)
    speed = rng.uniform(0.001, 0.008)
    frames = []
    for i in range(frame_count):
        scale = 1 / (1 + speed * i)
        w, h = int(2 * width * scale), int(2 * height * scale)
        x, y = width - w // 2, height - h // 2
        crop = scene[y : y + h, x : x + w]
        frames.append(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA))
    return np.stack(frames)


def balls(rng: np.random.Generator, frame_count: int, width: int, height: int) -> np.ndarray:
    """A still scene in which some balls roll."""
    scene = _texture(rng, width, height)
    starts, speeds = rng.random((5, 2)) * (width, height), rng.uniform(-3, 3, (5, 2))
    colours = rng.integers(256, size=(5, 3)).tolist()
    frames = []
    for i in range(frame_count):
        frame = scene.copy()
        centres = ((starts + i * speeds) % (width, height)).astype(int).tolist()
        for centre, colour in zip(centres, colours, strict=True):
            cv2.circle(frame, centre, height // 8, colour, -1, cv2.LINE_AA)
        frames.append(frame)
    return np.stack(frames)


KINDS = (pan, zoom, balls)


def regrade(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    """Return a shot cropped, perhaps mirrored, and with other colours: the same for all frames."""
    _count, height, width, _ = shot.shape
    scale = rng.uniform(0.6, 1)
    h, w = int(height * scale), int(width * scale)
    y, x = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    step = -1 if rng.random() < 0.5 else 1
    gain, lift = rng.uniform(0.75, 1.3, 3), rng.uniform(0, 40)
    crops = (cv2.resize(f[y : y + h, x : x + w][:, ::step], (width, height)) for f in shot)
    return np.stack([(f * gain + lift).clip(0, 255).astype(np.uint8) for f in crops])


def add_flashes(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    """Return a shot with up to three flashes of light that fade within five frames."""
    light = np.zeros(len(shot))
    for start in rng.choice(np.arange(6, len(shot) - 8), int(rng.integers(1, 4))):
        length = int(rng.integers(1, 6))
        light[start : start + length] += rng.uniform(0.4, 1) * np.linspace(1, 0.2, length)
    return np.stack(
        [
            (f + 255 * share * (1 - f / 510)).clip(0, 255).astype(np.uint8)
            for f, share in zip(shot, light, strict=True)
        ]
    )


def add_motion(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    """Return a shot with a whip pan, a shaking camera, or something passing close by."""
    change = (_whip_pan, _shake, _passer_by)[int(rng.integers(3))]
    return change(rng, shot)


def _moved(frame: np.ndarray, x: float, y: float) -> np.ndarray:
    """Shift a picture whose outside is its own mirror image."""
    shift = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return cv2.warpAffine(frame, shift, frame.shape[1::-1], borderMode=cv2.BORDER_REFLECT)


def _whip_pan(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    start, length = int(rng.integers(8, 14)), int(rng.integers(6, 12))
    total = rng.choice([-1, 1]) * rng.uniform(0.6, 1.5) * shot.shape[2]
    turn = np.clip((np.arange(len(shot)) - start) / length, 0, 1)
    position = total * (1 - np.cos(np.pi * turn)) / 2
    frames = []
    for frame, x, speed in zip(shot, position, np.gradient(position), strict=True):
        blur = max(1, int(abs(speed) / 2))
        frames.append(cv2.blur(_moved(frame, x, 0), (blur, 1)))
    return np.stack(frames)


def _shake(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    offsets = rng.normal(0, shot.shape[2] * 0.03, (len(shot), 2))
    return np.stack([_moved(frame, x, y) for frame, (x, y) in zip(shot, offsets, strict=True)])


def _passer_by(rng: np.random.Generator, shot: np.ndarray) -> np.ndarray:
    _, height, width, _ = shot.shape
    start, crossing = int(rng.integers(6, 14)), int(rng.integers(8, 16))
    body = (int(width * rng.uniform(0.3, 0.6)), height)
    colour = rng.integers(90, size=3).tolist()
    frames = shot.copy()
    for i in range(crossing):
        x = int(-body[0] + (width + body[0]) * i / crossing)
        cv2.rectangle(frames[start + i], (x, height // 10), (x + body[0], body[1]), colour, -1)
        frames[start + i] = cv2.blur(frames[start + i], (9, 1))
    return frames
