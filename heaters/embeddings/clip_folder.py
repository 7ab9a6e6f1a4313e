"""A CLIP-style model from a folder: image.onnx, text.onnx, tokenizer.json."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from heaters.embeddings.clip_images import ImagePreparation
from heaters.embeddings.embedder import Image, Vectors
from heaters.embeddings.onnx_network import OnnxNetwork, UnusableModelFolder
from heaters.embeddings.vectors import normalise

_CONTEXT_TOKENS = 77
_PADDING_TOKENS = ("<pad>", "[PAD]", "<|endoftext|>")


class ClipFolder:
    """Pictures and text in one space.

    Names and sizes of inputs and outputs are the files' own. A preprocessor_config.json beside
    them says how pictures are prepared; without it, as for CLIP.
    """

    def __init__(self, folder: Path) -> None:
        for name in ("image.onnx", "text.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise UnusableModelFolder(f"clip:{folder} cannot be used: it has no {name}")
        self._image_network = OnnxNetwork(folder / "image.onnx")
        self._text_network = OnnxNetwork(folder / "text.onnx")
        self._pixels = self._image_network.input_of_rank(4)
        self._token_ids = self._text_network.input_of_rank(2, "input_ids")
        self._prepare = ImagePreparation.read(
            folder / "preprocessor_config.json", self._image_network.shapes[self._pixels][2:]
        )
        length = self._text_network.shapes[self._token_ids][1]
        self._tokenizer = _open_tokenizer(folder / "tokenizer.json", length)
        self.name = _name(folder)
        self.dim = self._image_vector(np.full((8, 8, 3), 128, np.uint8)).shape[1]
        if self._text_vector("a").shape[1] != self.dim:
            raise UnusableModelFolder(f"{folder}: vectors of pictures and of text differ in length")

    def embed_images(self, images: Sequence[Image]) -> Vectors:
        """Return one vector for each picture."""
        return self._stack(map(self._image_vector, images))

    def embed_text(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text; what is too long for the model is cut off."""
        return self._stack(map(self._text_vector, texts))

    def _stack(self, vectors: Iterable[NDArray[np.float32]]) -> Vectors:
        return normalise(np.concatenate([np.empty((0, self.dim), np.float32), *vectors]))

    def _image_vector(self, image: Image) -> NDArray[np.float32]:
        return self._image_network.embed({self._pixels: self._prepare(image)[None]})

    def _text_vector(self, text: str) -> NDArray[np.float32]:
        return self._text_network.embed(self._tokens(text))

    def _tokens(self, text: str) -> dict[str, NDArray[Any]]:
        encoding = self._tokenizer.encode(text)
        known = {
            self._token_ids: encoding.ids,
            "attention_mask": encoding.attention_mask,
        }
        wanted = self._text_network.shapes
        return {name: np.array([values]) for name, values in known.items() if name in wanted}


def _name(folder: Path) -> str:
    """Return a name that changes with the model, so that its vectors are told from another's."""
    readable = re.sub(r"[^\w.-]", "-", folder.resolve().name)[:60]
    with (folder / "image.onnx").open("rb") as file:
        return f"clip:{readable}-{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"


def _open_tokenizer(path: Path, length: int | str) -> Tokenizer:
    """Open a tokenizer that cuts text to what the model takes, and pads it if that is fixed."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises Exception itself
        raise UnusableModelFolder(f"{path} is not a tokenizer: {error}") from error
    own = tokenizer.truncation or {}
    tokenizer.enable_truncation(
        length if isinstance(length, int) else own.get("max_length", _CONTEXT_TOKENS)
    )
    padding = tokenizer.padding
    tokenizer.no_padding()
    if isinstance(length, int):
        ids = [tokenizer.token_to_id(token) for token in _PADDING_TOKENS]
        pad_id = padding["pad_id"] if padding else next((i for i in ids if i is not None), 0)
        tokenizer.enable_padding(length=length, pad_id=pad_id)
    return tokenizer
