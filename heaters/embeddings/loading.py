"""Opening an embedding model by what the settings call it."""

from __future__ import annotations

from pathlib import Path

from heaters.domain.errors import InvalidConfiguration
from heaters.embeddings.clip_folder import ClipFolder
from heaters.embeddings.efficientnet import EfficientNetLite0
from heaters.embeddings.embedder import Embedder


class UnknownEmbedder(InvalidConfiguration):
    """No embedding model has this name."""


def load_embedder(spec: str, model_cache: Path) -> Embedder:
    """Open a model; that takes up to seconds, so a process keeps what it gets.

    Args:
        spec: ``efficientnet-lite0``, or ``clip:FOLDER`` with image.onnx, text.onnx, tokenizer.json.
        model_cache: folder for models that are built on first use.

    Raises:
        UnknownEmbedder: the spec is neither.
        InvalidConfiguration: the model is not installed, or its files cannot be used.
    """
    kind, _, folder = spec.partition(":")
    if kind == "clip" and folder:
        return ClipFolder(Path(folder).expanduser())
    if spec == EfficientNetLite0.name:
        return EfficientNetLite0(model_cache)
    raise UnknownEmbedder(
        f"unknown embedder {spec!r}: use {EfficientNetLite0.name}, or clip:FOLDER with image.onnx,"
        " text.onnx and tokenizer.json"
    )
