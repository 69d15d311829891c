"""Arrays as ONNX wants them, and a BatchNorm's arrays folded into the convolution's before it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from resnet_viz.spec.layers import BatchNorm

Array = npt.NDArray[np.float32]


def laid_out(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return a network's arrays in ONNX's layout, by the same ``layer/array`` names.

    A convolution's kernel ``(height, width, inputs, outputs)`` becomes ``(outputs, inputs, height, width)``; all others
    are the arrays given, not copies. Equal kernels that are one array stay one.
    """
    turned: dict[int, Array] = {}
    laid = {}
    for name, array in arrays.items():
        if array.ndim != 4:
            laid[name] = np.asarray(array, np.float32)
        elif id(array) in turned:
            laid[name] = turned[id(array)]
        else:
            laid[name] = turned[id(array)] = np.ascontiguousarray(array.transpose(3, 2, 0, 1), np.float32)
    return laid


def in_keras_layout(laid: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays as Keras lays them out: views, not copies."""
    return {name: array.transpose(2, 3, 1, 0) if array.ndim == 4 else array for name, array in laid.items()}


def folded(convolution: str, norm: str, layer: BatchNorm, laid: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return kernel and bias of one convolution that does what a convolution and its BatchNorm do in inference.

    With s = γ / √(σ² + ε): kernel · s and (bias − μ) · s + β, computed in double precision.
    """
    gamma, beta, mean, variance = (
        laid[f"{norm}/{name}"].astype(np.float64) for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + layer.epsilon)
    kernel = laid[f"{convolution}/kernel"] * scale[:, np.newaxis, np.newaxis, np.newaxis]
    bias = (laid.get(f"{convolution}/bias", np.float32(0)) - mean) * scale + beta
    return kernel.astype(np.float32), bias.astype(np.float32)
