"""The layers a network is made of: settings only, no shapes, no Keras.

Arguments are spelled as Keras spells them. Kernels, strides and pools are square, as in every ResNet.
"""

from typing import Literal, NamedTuple

Shape = tuple[int, ...]
"""Sizes without the batch axis: ``(height, width, channels)`` for a map, ``(units,)`` for a vector."""


class Input(NamedTuple):
    """The picture as the network receives it."""

    shape: Shape


class Padding(NamedTuple):
    """A frame of `size` cells around a map, filled with 0 or with −∞ (which a max-pool never picks)."""

    size: int
    value: Literal["zero", "-inf"]


class Conv(NamedTuple):
    """A convolution of `filters` kernels of `kernel_size` × `kernel_size`."""

    filters: int
    kernel_size: int
    strides: int
    padding: Literal["valid", "same"]
    use_bias: bool
    kernel_initializer: str
    seed: int


class BatchNorm(NamedTuple):
    """Normalisation of every channel (Ioffe and Szegedy 2015, arXiv:1502.03167)."""

    epsilon: float
    momentum: float


class Relu(NamedTuple):
    """max(0, x)."""


class MaxPool(NamedTuple):
    """The largest value of every window; never pads."""

    pool_size: int
    strides: int


class AveragePool(NamedTuple):
    """The mean of every window; never pads, so a last row that fits no window is dropped."""

    pool_size: int
    strides: int


class GlobalAveragePool(NamedTuple):
    """The mean of every channel."""


class ChannelPad(NamedTuple):
    """Option A of He et al. 2015: every `strides`-th cell, and zeros for the channels that are missing."""

    filters: int
    strides: int


class Add(NamedTuple):
    """The sum of the main path and the shortcut."""


class Flatten(NamedTuple):
    """A map laid out as one vector, row by row, channels last."""


class Dense(NamedTuple):
    """A weighted sum of all inputs per unit, plus a bias: the logits."""

    units: int
    kernel_initializer: str
    seed: int


class Softmax(NamedTuple):
    """Logits to probabilities."""


Layer = (
    Input
    | Padding
    | Conv
    | BatchNorm
    | Relu
    | MaxPool
    | AveragePool
    | GlobalAveragePool
    | ChannelPad
    | Add
    | Flatten
    | Dense
    | Softmax
)


def kind_of(layer: Layer) -> str:
    """Return the stable name of a layer's kind, the key of colours and texts.

    >>> kind_of(MaxPool(3, 2))
    'max_pool'
    """
    return _KIND_NAMES[type(layer)]


_KIND_NAMES: dict[type, str] = {
    Input: "input",
    Padding: "padding",
    Conv: "conv",
    BatchNorm: "batch_norm",
    Relu: "relu",
    MaxPool: "max_pool",
    AveragePool: "average_pool",
    GlobalAveragePool: "global_average_pool",
    ChannelPad: "channel_pad",
    Add: "add",
    Flatten: "flatten",
    Dense: "dense",
    Softmax: "softmax",
}
