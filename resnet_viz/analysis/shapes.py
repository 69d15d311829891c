"""Shapes: what each layer makes of its input's size, by the convolution arithmetic of Dumoulin and Visin 2016.

References:
    Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
    Keras's `same`: output ceil(n / s), the odd cell of padding goes to the end.
"""

import math

from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    Input,
    Layer,
    MaxPool,
    Padding,
    Relu,
    Shape,
    Softmax,
)

# Two layers in three keep the shape: they are passed over before the kinds are told apart.
_KEEPING = frozenset((BatchNorm, Relu, Add, Softmax))


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """Return the output shape of a layer for the shape of its first input, without the batch axis.

    A size below 1 in the result means that the layer starves: its window does not fit on the map.
    """
    if type(layer) in _KEEPING:
        return shape
    match layer:
        case Conv(filters=filters, kernel_size=kernel, strides=strides, padding=padding):
            return *(windows(n, kernel, strides, padding) for n in shape[:2]), filters
        case MaxPool(pool_size=size, strides=strides) | AveragePool(pool_size=size, strides=strides):
            return *(windows(n, size, strides, "valid") for n in shape[:2]), shape[2]
        case Padding(size=size):
            return shape[0] + 2 * size, shape[1] + 2 * size, shape[2]
        case ChannelPad(filters=filters, strides=strides):
            return *(windows(n, 1, strides, "valid") for n in shape[:2]), filters
        case GlobalAveragePool():
            return (shape[2],)
        case Flatten():
            return (math.prod(shape),)
        case Dense(units=units):
            return (units,)
        case Input(shape=own):
            return own
    return shape


def windows(cells: int, size: int, strides: int, padding: str) -> int:
    """Return how many windows fit along an axis: floor((n − k) / s) + 1, or ceil(n / s) for `same`.

    In cells, n along the axis, k a window's side, s its stride: Dumoulin and Visin 2016, arXiv:1603.07285, section 2.

    >>> windows(70, 7, 2, "valid"), windows(32, 3, 2, "valid"), windows(15, 1, 2, "valid")
    (32, 15, 8)
    """
    return -(-cells // strides) if padding == "same" else (cells - size) // strides + 1


def same_padding(cells: int, size: int, strides: int) -> tuple[int, int]:
    """Return the cells that `same` adds before and after an axis; the odd one comes after (TensorFlow's rule).

    In all max(0, (ceil(n / s) − 1)·s + k − n), with n cells along the axis, a window's side k and its stride s.

    >>> same_padding(15, 3, 1), same_padding(56, 3, 2), same_padding(4, 2, 1)
    ((1, 1), (0, 1), (0, 1))
    """
    total = max(0, (-(-cells // strides) - 1) * strides + size - cells)
    return total // 2, total - total // 2
