"""Building a shipped model once into a cache folder, and opening models for inference."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from heaters.data_packages import locate
from heaters.domain.errors import InvalidConfiguration
from heaters.onnx_models.graph import Weights
from heaters.onnx_models.torch_files import read_tensors

_THREADS = min(2, os.cpu_count() or 1)
"""A worker runs several jobs at a time, next to ffmpeg: one model does not get the machine."""

_TOLERANCE = 2e-3
"""Largest difference from a reference number; other processors' float32 differs by about 1e-5."""


class WrongModel(InvalidConfiguration):
    """A model's file or its answers are not those that this version of Heaters was made for."""


@dataclass(frozen=True)
class ShippedModel:
    """A model whose weights another package ships.

    Attributes:
        name: part of the cached file's name.
        weights: path of the torch weight file among the data packages.
        weights_sha256: the only file content that is accepted.
        build: makes the ONNX model from the tensors of the weight file.
        reference_shape: shape of the input ``reference_images`` for the self-check.
        reference_step: which numbers of each flattened output are compared: every n-th.
        reference: by output name, those numbers as the original torch code computes them.
    """

    name: str
    weights: str
    weights_sha256: str
    build: Callable[[Weights], onnx.ModelProto]
    reference_shape: tuple[int, int, int, int]
    reference_step: int
    reference: Mapping[str, tuple[float, ...]]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU, with few threads that sleep while there is nothing to do."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def open_shipped(model: ShippedModel, cache_dir: Path) -> onnxruntime.InferenceSession:
    """Open a shipped model, building it into ``cache_dir`` first if it is not there.

    The file's name holds a hash of the weights and of the code that builds the graph, so neither
    can change without a new file. Two processes that build at once write the same file twice.

    Raises:
        InvalidConfiguration: the package with the weights is not installed.
        WrongModel: the weights are not the known ones, or the built model answers wrongly.
    """
    path = cache_dir / f"{model.name}-{_build_hash(model)}.onnx"
    if not path.is_file():
        _build_into(path, model)
    return open_session(path)


def reference_images(shape: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return moving test pictures of (frame, row, column, colour), with a cut every 40 frames."""
    frame, row, column, colour = np.ogrid[tuple(slice(size) for size in shape)]
    scene = frame // 40
    wave = row * (colour + 1 + 2 * scene) + (column + 2 * frame) * (4 - scene)
    return (wave % 256).astype(np.uint8)


def _build_hash(model: ShippedModel) -> str:
    digest = hashlib.sha256(model.weights_sha256.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _build_into(path: Path, model: ShippedModel) -> None:
    content = locate(model.weights).read_bytes()
    if hashlib.sha256(content).hexdigest() != model.weights_sha256:
        raise WrongModel(f"{model.weights} is not the weight file that Heaters knows: reinstall it")
    built = model.build(read_tensors(content)).SerializeToString()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part_path = Path(part.name)
        try:
            part.write(built)
            part.flush()
            os.fsync(part.fileno())
            _check_answers(open_session(part_path), model)
            part_path.replace(path)
        except BaseException:
            part_path.unlink(missing_ok=True)
            raise


def _check_answers(session: onnxruntime.InferenceSession, model: ShippedModel) -> None:
    inputs = {"images": reference_images(model.reference_shape)}
    for name, expected in model.reference.items():
        (answer,) = session.run([name], inputs)
        found = np.asarray(answer, np.float64).ravel()[:: model.reference_step]
        difference = _largest_difference(found, expected)
        if not difference <= _TOLERANCE:
            raise WrongModel(
                f"{model.name} answers wrongly on this machine ({name} is off by {difference:.3g})"
            )


def _largest_difference(found: NDArray[Any], expected: tuple[float, ...]) -> float:
    if found.shape != (len(expected),):
        return float("inf")
    return float(np.abs(found - np.array(expected)).max())
