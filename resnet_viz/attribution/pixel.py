"""One value of a map as the sum that made it: patch × kernel + bias, normalised, added, ReLU, in float64.

The way back goes from the chosen layer through everything that works cell by cell, down to the convolution, pooling or
dense layer that mixed its inputs. Each step is computed anew with NumPy and stands beside the model's own value.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.shapes import same_padding
from resnet_viz.errors import ExplanationError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.results import PixelStep
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    GlobalAveragePool,
    MaxPool,
    Relu,
    kind_of,
)

FloatArray = npt.NDArray[np.float32]
Place = tuple[int, int, int]

_CELLWISE = (BatchNorm, Relu, Add)


def chain_of(summary: NetworkSummary, node_id: str) -> list[Node]:
    """Return the layers that make one value, first the one that mixes, last the chosen one; of an add the main path."""
    chain = [summary.graph.node(node_id)]
    while isinstance(chain[0].layer, _CELLWISE):
        chain.insert(0, summary.graph.node(chain[0].inputs[0]))
    return chain


def pixel_steps(
    summary: NetworkSummary,
    arrays_of: Callable[[str], Mapping[str, Any]],
    maps_of: Callable[[list[str]], Mapping[str, FloatArray]],
    node_id: str,
    place: Place,
) -> list[PixelStep]:
    """Return the steps that made the value of one cell of one channel.

    Args:
        summary: The network.
        arrays_of: From a layer's id to its weights by name (``kernel``, ``gamma``, …).
        maps_of: From layer ids to their outputs ``(height, width, channels)`` or ``(units,)``.
        node_id: The layer.
        place: Row, column, channel; of a vector 0, 0, unit.

    Raises:
        ExplanationError: If the map has no such cell.
    """
    shape = summary.record(node_id).output_shape
    limits = shape if len(shape) == 3 else (1, 1, *shape)
    if not all(0 <= at < limit for at, limit in zip(place, limits, strict=True)):
        rule = _("row, column and channel within {shape}").format(shape="×".join(map(str, limits)))
        raise ExplanationError(broken_rule("pixel", rule, ", ".join(map(str, place))))
    chain = chain_of(summary, node_id)
    needed = {node.id for node in chain} | {name for node in chain for name in node.inputs}
    maps = maps_of(sorted(needed))
    at = place if len(shape) == 3 else (place[2],)
    steps, value = [], math.nan
    for node in chain:
        arrays = arrays_of(node.id)
        if isinstance(node.layer, _CELLWISE):
            step = _cellwise(node, value, maps, arrays, at)
        else:
            step = _mixed(node, maps, arrays, at)
        steps.append(step)
        value = step.value
    return steps


def _cellwise(
    node: Node, x: float, maps: Mapping[str, FloatArray], arrays: Mapping[str, Any], at: tuple[int, ...]
) -> PixelStep:
    own = float(maps[node.id][at])
    match node.layer:
        case BatchNorm(epsilon=epsilon):
            mean, variance, gamma, beta = (
                float(np.asarray(arrays[name])[at[-1]]) for name in ("moving_mean", "moving_variance", "gamma", "beta")
            )
            value = (x - mean) / math.sqrt(variance + epsilon) * gamma + beta
            numbers = {"x": x, "mean": mean, "variance": variance, "gamma": gamma, "beta": beta, "epsilon": epsilon}
        case Add():
            other = float(maps[node.inputs[1]][at])
            value, numbers = x + other, {node.inputs[0]: x, node.inputs[1]: other}
        case _:
            value, numbers = max(0.0, x), {"x": x}
    return PixelStep(node.id, kind_of(node.layer), value, own, numbers)


def _mixed(node: Node, maps: Mapping[str, FloatArray], arrays: Mapping[str, Any], at: tuple[int, ...]) -> PixelStep:
    own, kind = float(maps[node.id][at]), kind_of(node.layer)
    if not node.inputs:
        return PixelStep(node.id, kind, own, own)
    source = maps[node.inputs[0]]
    match node.layer:
        case Conv(kernel_size=size, strides=strides, padding=padding, use_bias=use_bias):
            patch, top, left = _window(source, at, size, strides, same=padding == "same")
            kernel = np.asarray(arrays["kernel"])[..., at[-1]]
            total = float((patch.astype(np.float64) * kernel).sum())
            bias = float(np.asarray(arrays["bias"])[at[-1]]) if use_bias else 0.0
            return PixelStep(node.id, kind, total + bias, own, {"sum": total, "bias": bias}, top, left, patch, kernel)
        case MaxPool(size, strides) | AveragePool(size, strides):
            patch, top, left = _window(source[..., [at[-1]]], at, size, strides, same=False)
            pooled = patch.max() if isinstance(node.layer, MaxPool) else patch.mean(dtype=np.float64)
            return PixelStep(node.id, kind, float(pooled), own, {}, top, left, patch)
        case GlobalAveragePool():
            patch = source[..., [at[-1]]]
            return PixelStep(node.id, kind, float(patch.mean(dtype=np.float64)), own, {}, 0, 0, patch)
        case Dense():
            kernel = np.asarray(arrays["kernel"])[:, at[-1]]
            total = float((source.astype(np.float64) * kernel).sum())
            bias = float(np.asarray(arrays["bias"])[at[-1]])
            numbers = {"sum": total, "bias": bias}
            return PixelStep(
                node.id, kind, total + bias, own, numbers, 0, 0, source.reshape(1, 1, -1), kernel.reshape(1, 1, -1)
            )
    # Padding, option A, flatten and softmax only hand on or rescale: their own value is all there is to say.
    return PixelStep(node.id, kind, own, own)


def _window(
    maps: FloatArray, at: tuple[int, ...], size: int, strides: int, *, same: bool
) -> tuple[FloatArray, int, int]:
    """Return the patch under a window, 0 outside the map, and its first row and column."""
    height, width, channels = maps.shape
    before = [same_padding(cells, size, strides)[0] if same else 0 for cells in (height, width)]
    top, left = at[0] * strides - before[0], at[1] * strides - before[1]
    patch = np.zeros((size, size, channels), np.float32)
    rows, columns = slice(max(0, top), min(height, top + size)), slice(max(0, left), min(width, left + size))
    patch[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = maps[rows, columns]
    return patch, top, left
