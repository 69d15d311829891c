"""The arrays that a network starts with, from its specification and seeds alone: those of Keras under TensorFlow.

Whatever computes with a network, ONNX Runtime or Keras, takes its arrays from `network_arrays`: there is one start.

`glorot_uniform` and `he_uniform` are equal to the last bit everywhere, `glorot_normal` and `he_normal` on Linux.

References:
    Glorot and Bengio 2010 (variance 2 / (inputs + outputs)), He et al. 2015, arXiv:1502.01852 (variance 2 / inputs).
    Keras 3.15, `initializers.VarianceScaling`: limit √(3 · variance) for uniform numbers, and for normal ones the
    deviation divided by 0.87962566…, what is left of 1 when the tails beyond 2 are cut off.
"""

import math
from collections.abc import Mapping
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.spec.layers import Conv, Dense, Shape
from resnet_viz.weights.fit import expected_arrays, fit
from resnet_viz.weights.philox import truncated_normal, uniform

Array = npt.NDArray[np.float32]

_CUT_DEVIATION = 0.87962566103423978
_ONES = ("gamma", "moving_variance")

# Kernels as long as some network has them: a changed field makes a network of which nearly every kernel stands already, and
# drawing them anew takes longer than computing its maps. Whoever loses a race draws once more, to the same bits.
_drawn: WeakValueDictionary[tuple[str, int, Shape], Array] = WeakValueDictionary()


def network_arrays(summary: NetworkSummary, own: Mapping[str, Array] | None = None) -> dict[str, Array]:
    """Return every array of a network: those of a file that fit it, and its random start in place of all others.

    Args:
        summary: The network.
        own: Arrays by ``layer/array``; those that do not fit are passed over. None for the random start alone.
    """
    fitting = {name: own[name] for name in fit(summary, {k: a.shape for k, a in own.items()}).fitting} if own else {}
    if len(fitting) == len(expected_arrays(summary)):
        return fitting
    return starting_arrays(summary) | fitting


def starting_arrays(summary: NetworkSummary) -> dict[str, Array]:
    """Return every array of a network as Keras starts it, by ``layer/array``, in Keras's layout and order: float32.

    A convolution's kernel is ``(height, width, inputs, outputs)``, a dense layer's ``(inputs, outputs)``, all else a vector.
    Kernels of one shape, initializer and seed are one array, so none may be written to.
    """
    arrays: dict[str, Array] = {}
    kernels: dict[tuple[str, int, Shape], Array] = {}
    for name, shape in expected_arrays(summary).items():
        node, _slash, array = name.rpartition("/")
        layer = summary.graph.by_id[node].layer
        if array == "kernel" and isinstance(layer, (Conv, Dense)):
            key = layer.kernel_initializer, layer.seed, shape
            arrays[name] = kernels[key] if key in kernels else kernels.setdefault(key, starting_kernel(*key))
        else:
            arrays[name] = np.full(shape, 1.0 if array in _ONES else 0.0, np.float32)
            arrays[name].setflags(write=False)
    return arrays


def starting_kernel(initializer: str, seed: int, shape: Shape) -> Array:
    """Return a kernel ``(…, inputs, outputs)`` as a Keras initializer of that name and seed draws it.

    Args:
        initializer: ``glorot_uniform``, ``glorot_normal``, ``he_uniform`` or ``he_normal``; the formulas stand in the module's
            references.
        seed: The layer's seed.
        shape: Of the kernel.

    Returns:
        float32, read-only. A convolution's lies in memory as ``(outputs, inputs, height, width)``, which is how a convolution
        is computed: who needs it so gets it without a copy.
    """
    key = initializer, seed, shape
    owner = _drawn.get(key)
    if owner is None:
        owner = _drawn[key] = _laid(_drawn_kernel(*key))
    return owner.transpose(2, 3, 1, 0) if owner.ndim == 4 else owner.view()


def _laid(kernel: Array) -> Array:
    """Return a kernel as it is kept: an array that owns its memory."""
    laid = np.array(kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel, order="C")
    laid.setflags(write=False)
    return laid


def _drawn_kernel(initializer: str, seed: int, shape: Shape) -> Array:
    cells = math.prod(shape[:-2])
    inputs, outputs = shape[-2] * cells, shape[-1] * cells
    family, _underscore, distribution = initializer.partition("_")
    variance = 2.0 / inputs if family == "he" else 2.0 / (inputs + outputs)
    count = math.prod(shape)
    if distribution == "uniform":
        limit = np.float32(math.sqrt(3.0 * variance))
        return (uniform(seed, count) * (limit - -limit) + -limit).reshape(shape)
    return (truncated_normal(seed, count) * np.float32(math.sqrt(variance) / _CUT_DEVIATION)).reshape(shape)
