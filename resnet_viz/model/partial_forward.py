"""A network run from any point on: the graph walked with the model's own layers, from whatever tensors are known.

This serves gradients, which a fixed forward pass cannot: of the head alone from a map, and of a network after surgery.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from resnet_viz.spec import LayerGraph
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import Add
from resnet_viz.spec.reach import nodes_between
from resnet_viz.spec.surgery import NO_SURGERY, Surgery


def run_graph(
    model: keras.Model,
    known: Mapping[str, Any],
    wanted: Sequence[str],
    *,
    graph: LayerGraph,
    surgery: Surgery = NO_SURGERY,
) -> dict[str, Any]:
    """Return the outputs of `wanted` layers, ``(batch, …)`` each, computed from the known ones in inference mode.

    Only what lies between is computed, and a tensor is let go when its last reader has read it. Works eagerly and under
    a backend's tracing.
    """
    nodes = nodes_between(graph, known, wanted)
    reads_left = {name: sum(name in node.inputs for node in nodes) for name in (*known, *(node.id for node in nodes))}
    tensors, found = dict(known), {name: known[name] for name in wanted if name in known}
    for node in nodes:
        tensors[node.id] = _output(model, node, [tensors[name] for name in node.inputs], surgery)
        if node.id in wanted:
            found[node.id] = tensors[node.id]
        for name in set(node.inputs):
            reads_left[name] -= 1
            if not reads_left[name]:
                del tensors[name]
    return found


def _output(model: keras.Model, node: Node, inputs: list[Any], surgery: Surgery) -> Any:
    block = f"{node.stage}{node.block}"
    if isinstance(node.layer, Add) and block in surgery.dropped | surgery.cut:
        branch, shortcut = inputs
        kept = [
            tensor for tensor, is_off in ((branch, surgery.dropped), (shortcut, surgery.cut)) if block not in is_off
        ]
        out = kept[0] if kept else ops.zeros_like(branch)
    else:
        out = model.get_layer(node.id)(inputs[0] if len(inputs) == 1 else inputs)
    silenced = surgery.silenced_at(node.id)
    if silenced:
        keep = [0.0 if channel in silenced else 1.0 for channel in range(out.shape[-1])]
        out = out * ops.convert_to_tensor(keep, out.dtype)
    return out
