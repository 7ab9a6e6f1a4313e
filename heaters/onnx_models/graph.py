"""Writing ONNX graphs by hand: nodes in, the name of their output back."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_OPSET = 18
_IR_VERSION = 10

Weights = dict[str, NDArray[Any]]
"""Tensors by their name in the weight file."""


class Graph:
    """Collects the nodes and constants of one graph, in the order in which they compute."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[TensorProto] = []

    def constant(self, value: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node with one output and return that output's name, made up if none is given."""
        name = output or f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def linear(self, x: str, weight: NDArray[Any], bias: NDArray[Any], output: str = "") -> str:
        """Add ``x @ weight.T + bias`` for x of shape (n, inputs), weight (outputs, inputs)."""
        return self.add(
            "Gemm", x, self.constant(weight), self.constant(bias), output=output, transB=1
        )

    def model(
        self, name: str, input_shape: tuple[str | int, ...], outputs: dict[str, tuple[Any, ...]]
    ) -> onnx.ModelProto:
        """Return the checked model: one uint8 input ``images``, float32 outputs by name."""
        images = helper.make_tensor_value_info("images", TensorProto.UINT8, input_shape)
        results = [
            helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
            for output, shape in outputs.items()
        ]
        graph = helper.make_graph(self._nodes, name, [images], results, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def fold_batch_norm(
    weights: Weights, name: str, kernel: NDArray[Any], epsilon: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the kernel and bias of a convolution that includes the batch norm after it.

    ``y = (conv(x) - mean) / sqrt(var + epsilon) * weight + bias`` is linear in the kernel, whose
    first axis is the output channel.
    """
    scale = weights[f"{name}.weight"] / np.sqrt(weights[f"{name}.running_var"] + epsilon)
    bias = weights[f"{name}.bias"] - weights[f"{name}.running_mean"] * scale
    folded = kernel * scale.reshape(-1, *[1] * (kernel.ndim - 1))
    return folded.astype(np.float32), bias.astype(np.float32)
