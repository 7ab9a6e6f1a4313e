"""Preparing pictures for a CLIP-style model as its preprocessor_config.json says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from heaters.domain.errors import InvalidConfiguration
from heaters.embeddings.embedder import Image

_CLIP_SIDE_PX = 224
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_DEVIATION = (0.26862954, 0.26130258, 0.27577711)


class UnusablePreparation(InvalidConfiguration):
    """A preprocessor_config.json does not say how pictures are prepared."""


@dataclass(frozen=True)
class ImagePreparation:
    """Scales, crops and normalises a picture.

    Attributes:
        size_px: width and height that the model takes.
        shortest_px: the picture's shorter side before its middle is cut out; None squeezes the
            whole picture into ``size_px``.
        resample: the filter, a number of Pillow's.
        scale: what turns 0 to 255 into the numbers that mean and deviation are of.
        mean: by colour, subtracted.
        deviation: by colour, divided by.
    """

    size_px: tuple[int, int]
    shortest_px: int | None
    resample: PIL.Image.Resampling
    scale: float
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def read(cls, path: Path, model_size: Sequence[int | str]) -> ImagePreparation:
        """Read the file at ``path``; what it, or the whole file, leaves out is as in CLIP.

        Args:
            path: the file, which may be missing.
            model_size: height and width of the model's input; a number there beats the file's.

        Raises:
            UnusablePreparation: the file is broken, or its keys have values of other kinds.
        """
        try:
            config = json.loads(path.read_text("utf-8")) if path.is_file() else {}
            return cls._from_config(config, model_size)
        except (ValueError, TypeError, AttributeError) as error:
            raise UnusablePreparation(f"{path} cannot be used: {error}") from error

    @classmethod
    def _from_config(
        cls, config: dict[str, Any], model_size: Sequence[int | str]
    ) -> ImagePreparation:
        resized = config.get("size", _CLIP_SIDE_PX)
        crop = bool(config.get("do_center_crop", True))
        target = config.get("crop_size", resized) if crop else resized
        height, width = (
            side if isinstance(side, int) else int(_side(target, key))
            for side, key in zip(model_size, ("height", "width"), strict=True)
        )
        return cls(
            size_px=(width, height),
            shortest_px=int(_side(resized, "shortest_edge")) if crop else None,
            resample=PIL.Image.Resampling(config.get("resample", PIL.Image.Resampling.BICUBIC)),
            scale=float(config.get("rescale_factor", 1 / 255)),
            mean=tuple(map(float, config.get("image_mean", _CLIP_MEAN))),
            deviation=tuple(map(float, config.get("image_std", _CLIP_DEVIATION))),
        )

    def __call__(self, image: Image) -> NDArray[np.float32]:
        """Return the picture as float32 of shape (3, height, width)."""
        picture, (width, height) = PIL.Image.fromarray(image), self.size_px
        if self.shortest_px is None:
            picture = picture.resize(self.size_px, self.resample)
        else:
            shortest = max(self.shortest_px, width, height)
            sides = [side * shortest // min(picture.size) for side in picture.size]
            left, top = (sides[0] - width) // 2, (sides[1] - height) // 2
            picture = picture.resize(sides, self.resample)
            picture = picture.crop((left, top, left + width, top + height))
        pixels = np.asarray(picture, np.float32) * np.float32(self.scale)
        normal = (pixels - np.array(self.mean)) / np.array(self.deviation)
        return np.ascontiguousarray(normal.transpose(2, 0, 1), np.float32)


def _side(size: int | dict[str, int], key: str) -> int:
    """Return a side of a size that is written as a number or as named sides."""
    if isinstance(size, int):
        return size
    return size.get(key) or size.get("shortest_edge") or min(size.values())
