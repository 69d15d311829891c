"""What the arrays of a network are like, layer by layer, and how two sets of them differ. NumPy alone.

A layer here is a convolution or a dense layer, with the BatchNorm right behind it and the one that prepares its input where
no layer stands before that.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.measures import norm
from resnet_viz.spec.layers import BatchNorm, Conv, Dense

Array = npt.NDArray[np.float32]

BINS = 41
"""Columns of a histogram; an odd number, so that one stands over 0."""
NEAR = 0.1
"""What is near zero: smaller than this share of the layer's root mean square. Of a normal distribution 8 % are."""
OFF = 0.01
"""A channel is off whose BatchNorm's scale is smaller than this share of the layer's largest."""
# So many first values tell most kernels of one shape apart.
_TELLING = 8


class NormFigures(NamedTuple):
    """A BatchNorm, channel by channel.

    Attributes:
        norm: Its id.
        is_before: Whether it prepares the layer's input.
        scales: γ.
        shifts: β.
        means: The mean it takes away.
        deviations: The standard deviation it divides by, ε apart.
        off: How many channels are off; see `OFF`.
    """

    norm: str
    is_before: bool
    scales: Array
    shifts: Array
    means: Array
    deviations: Array
    off: int


class LayerFigures(NamedTuple):
    """A layer's weights in numbers.

    Attributes:
        layer: Its id.
        norms: The BatchNorm right behind it, then the one before it; often one of them, or none.
        size: How many numbers its kernel has.
        rms: Their root mean square.
        low: The smallest.
        high: The largest.
        bound: Where the histogram ends, on both sides of 0.
        near_zero: The share that is near zero; see `NEAR`.
        histogram: How many lie in each of `BINS` equal steps from −bound to bound.
        idle_biases: How many biases it has that the BatchNorm takes out again.
        twin: The first layer whose kernel has the same numbers, or "".
    """

    layer: str
    norms: list[NormFigures]
    size: int
    rms: float
    low: float
    high: float
    bound: float
    near_zero: float
    histogram: list[int]
    idle_biases: int
    twin: str

    @property
    def channels(self) -> int:
        """How many channels its BatchNorms have in all."""
        return sum(own.scales.size for own in self.norms)

    @property
    def off(self) -> int:
        """How many of them are off."""
        return sum(own.off for own in self.norms)


class Change(NamedTuple):
    """How a layer's kernel differs between two sets of weights.

    Attributes:
        layer: Its id.
        relative: ‖B − A‖ / ‖A‖; None where A is zero.
        cosine: Of the angle between them; None where one is zero.
    """

    layer: str
    relative: float | None
    cosine: float | None


class Portrait(NamedTuple):
    """What a set of weights is like.

    Attributes:
        layers: In order of computation.
        kernels: Of the first convolution: float32 ``(height, width, inputs, outputs)``.
        spreads: How many times wider the first convolution's outputs spread on samples than in training, by preparation
            of the pixels; see `resnet_viz.subject.pixel_scale`.
    """

    layers: list[LayerFigures]
    kernels: Array
    spreads: dict[str, float]


class Portraits(NamedTuple):
    """A set of weights, perhaps beside another of the same network.

    Attributes:
        own: The set.
        other: The one beside it.
        changes: From the first to the second, layer by layer.
    """

    own: Portrait
    other: Portrait | None
    changes: list[Change]


def weighted_layers(summary: NetworkSummary) -> dict[str, str]:
    """Return every convolution and dense layer in order, with the BatchNorm right behind it or ""."""
    graph, found = summary.graph, {}
    for node in graph.nodes:
        if isinstance(node.layer, (Conv, Dense)):
            behind = [name for name in graph.readers[node.id] if isinstance(graph.by_id[name].layer, BatchNorm)]
            found[node.id] = behind[0] if behind else ""
    return found


def norms_before(summary: NetworkSummary) -> dict[str, str]:
    """Return the BatchNorms that stand behind no layer, as those of a pre-activated block, by the first layer they prepare."""
    graph, behind, found = summary.graph, set(weighted_layers(summary).values()), {}
    for node in graph.nodes:
        if not isinstance(node.layer, BatchNorm) or node.id in behind:
            continue
        name = node.id
        while not isinstance(graph.by_id[name].layer, (Conv, Dense)):
            name = graph.readers[name][0]
        found[name] = node.id
    return found


def layer_figures(
    summary: NetworkSummary,
    arrays: Mapping[str, Array],
    bounds: Mapping[str, float],
    publish: Callable[[float], None] = lambda _share: None,
) -> list[LayerFigures]:
    """Return the figures of every layer.

    Args:
        summary: The network.
        arrays: All its arrays by ``layer/array``, in Keras's layout.
        bounds: Where each layer's histogram ends; see `bounds_of`.
        publish: Hears the share that is done.
    """
    seen: dict[tuple[object, ...], list[str]] = {}
    layers, before = weighted_layers(summary), norms_before(summary)
    found = []
    for place, (layer, behind) in enumerate(layers.items()):
        publish(place / len(layers))
        kernel = arrays[f"{layer}/kernel"]
        bias = arrays.get(f"{layer}/bias")
        rms = norm(kernel) / math.sqrt(kernel.size)
        bound = bounds[layer]
        values = kernel.ravel("K")
        found.append(
            LayerFigures(
                layer,
                [
                    _norm_figures(arrays, name, is_before=is_before)
                    for name, is_before in ((behind, False), (before.get(layer, ""), True))
                    if name
                ],
                int(kernel.size),
                rms,
                float(values.min()),
                float(values.max()),
                bound,
                float(np.mean(np.abs(values) < NEAR * rms)) if rms else 1.0,
                np.histogram(values, BINS, (-bound, bound))[0].tolist(),
                int(bias.size) if behind and bias is not None else 0,
                _twin_of(layer, arrays, seen),
            )
        )
    return found


def _norm_figures(arrays: Mapping[str, Array], norm: str, *, is_before: bool) -> NormFigures:
    scales, shifts, means, variances = (
        np.ascontiguousarray(arrays[f"{norm}/{name}"]) for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    return NormFigures(norm, is_before, scales, shifts, means, np.sqrt(variances), int(off_channels(scales).sum()))


def off_channels(scales: Array) -> npt.NDArray[np.bool_]:
    """Return which channels are off, by the scale γ of each: all of them where no scale is above 0."""
    sizes = np.abs(scales)
    off: npt.NDArray[np.bool_] = sizes <= OFF * sizes.max(initial=0.0)
    return off


def bounds_of(summary: NetworkSummary, *sets: Mapping[str, Array]) -> dict[str, float]:
    """Return the largest size of a number in each layer's kernel, over all sets; 1 where all are 0."""
    return {
        layer: max(float(np.abs(arrays[f"{layer}/kernel"]).max()) for arrays in sets) or 1.0
        for layer in weighted_layers(summary)
    }


def changes_of(summary: NetworkSummary, before: Mapping[str, Array], after: Mapping[str, Array]) -> list[Change]:
    """Return how every layer's kernel differs between two sets of a network's arrays."""
    found = []
    for layer in weighted_layers(summary):
        one, two = (arrays[f"{layer}/kernel"] for arrays in (before, after))
        first, second, moved = norm(one), norm(two), norm(two - one)
        both = float(np.multiply(one, two, dtype=np.float64).sum())
        cosine = max(-1.0, min(1.0, both / (first * second))) if first and second else None
        found.append(Change(layer, moved / first if first else None, cosine))
    return found


def _twin_of(layer: str, arrays: Mapping[str, Array], seen: dict[tuple[object, ...], list[str]]) -> str:
    """Return the first layer with the same kernel; `seen` has layers by the shapes and first values of theirs."""
    kernel = arrays[f"{layer}/kernel"]
    alike = seen.setdefault((kernel.shape, tuple(kernel.flat[:_TELLING])), [])
    twin = next((other for other in alike if np.array_equal(arrays[f"{other}/kernel"], kernel)), "")
    if not twin:
        alike.append(layer)
    return twin
