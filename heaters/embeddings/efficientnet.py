"""The default model: EfficientNet-Lite0's features, from weights that a package ships."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from heaters.embeddings.embedder import Image, Vectors
from heaters.embeddings.vectors import normalise
from heaters.onnx_models.efficientnet_lite0 import FEATURES, IMAGE_PX, MODEL
from heaters.onnx_models.store import open_shipped


class EfficientNetLite0:
    """Pictures only; each is squeezed into a square, so that nothing at its edges is lost."""

    name = MODEL.name
    dim = FEATURES

    def __init__(self, model_cache: Path) -> None:
        self._session = open_shipped(MODEL, model_cache)

    def embed_images(self, images: Sequence[Image]) -> Vectors:
        """Return one vector for each picture."""
        features = np.empty((len(images), FEATURES), np.float32)
        for row, image in zip(features, images, strict=True):
            square = cv2.resize(image, (IMAGE_PX, IMAGE_PX), interpolation=cv2.INTER_AREA)
            (answer,) = self._session.run(["features"], {"images": square[None]})
            row[:] = np.asarray(answer)[0]
        return normalise(features)
