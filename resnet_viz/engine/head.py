"""The gradient of a class's score behind the last block, in closed form: what lies there is linear but for a ReLU.

References:
    Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391, section 3: the gradient is that of the score before the softmax.
    Through a BatchNorm in inference it is multiplied by γ / √(σ² + ε); through a ReLU it passes where the output is
    above 0, as in Keras; a mean hands every cell of its window an equal share.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import AveragePool, BatchNorm, Dense, Flatten, GlobalAveragePool, Relu, Shape
from resnet_viz.spec.reach import closed_behind, logits_node
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

Array = npt.NDArray[np.float32]
_Gradient = npt.NDArray[np.float64]


def maps_for(graph: LayerGraph, node: str) -> list[str]:
    """Return the layers whose outputs `head_gradient` asks for: the layer, the ReLUs behind it, and the logits."""
    behind = closed_behind(graph, node) or []
    return [node, *(step.id for step in behind if isinstance(step.layer, Relu)), logits_node(graph)]


def head_gradient(
    summary: NetworkSummary,
    arrays: Mapping[str, Array],
    maps: Mapping[str, Array],
    node: str,
    direction: Array,
    surgery: Surgery = NO_SURGERY,
) -> tuple[float, Array]:
    """Return the score, and its gradient in a layer's output, in that output's shape.

    Args:
        summary: The network.
        arrays: Its arrays by ``layer/array``.
        maps: Outputs of the layers in `maps_for`, without the batch axis, after the surgery.
        node: A layer for which `is_closed` holds.
        direction: ``(classes,)``; the score is its product with the logits.
        surgery: What was done to the network. What it did to the layer itself is in the layer's map already.

    Raises:
        ValueError: If the gradient is not known in closed form from there on (`closed_behind`).
    """
    behind = closed_behind(summary.graph, node)
    if behind is None:
        raise ValueError(node)
    shapes = {record.node.id: record.output_shape for record in summary.records}
    gradient: _Gradient = direction.astype(np.float64)
    for step in reversed(behind):
        silenced = list(surgery.silenced_at(step.id))
        if silenced:
            gradient = gradient.copy()
            gradient[..., silenced] = 0.0
        gradient = _through(step, gradient, arrays, maps, shapes[step.inputs[0]])
    score = float(maps[logits_node(summary.graph)].astype(np.float64) @ direction)
    return score, gradient.astype(np.float32)


def _through(
    step: Node, gradient: _Gradient, arrays: Mapping[str, Array], maps: Mapping[str, Array], before: Shape
) -> _Gradient:
    """Return the gradient in a layer's input, of shape `before`, from that in its output."""
    match step.layer:
        case Dense():
            return arrays[f"{step.id}/kernel"].astype(np.float64) @ gradient
        case Flatten():
            return gradient.reshape(before)
        case GlobalAveragePool():
            return np.broadcast_to(gradient / (before[0] * before[1]), before)
        case AveragePool(size, strides):
            return spread(gradient, size, strides, before)
        case BatchNorm(epsilon=epsilon):
            gamma, variance = (arrays[f"{step.id}/{name}"].astype(np.float64) for name in ("gamma", "moving_variance"))
            return gradient * (gamma / np.sqrt(variance + epsilon))
        case _:  # a ReLU
            return np.where(maps[step.id] > 0, gradient, 0.0)


def spread(gradient: _Gradient, size: int, strides: int, before: Shape) -> _Gradient:
    """Return every window's gradient in equal shares on its cells; windows may overlap, or leave cells out."""
    rows, columns = gradient.shape[:2]
    spread = np.zeros(before)
    for row in range(size):
        for column in range(size):
            cells = (
                slice(row, row + strides * (rows - 1) + 1, strides),
                slice(column, column + strides * (columns - 1) + 1, strides),
            )
            spread[cells] += gradient / size**2
    return spread
