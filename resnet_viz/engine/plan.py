"""What has to be computed for some layers' outputs, from whatever outputs are known: the graph, edited.

Surgery is an edit of the graph, and so is folding a BatchNorm into the convolution before it.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple

from resnet_viz.spec import LayerGraph
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import Add, BatchNorm, Conv, Layer
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

Act = Literal["layer", "pass", "zeros"]
"""Do what the layer does; hand the only input on; give zeros in its shape."""


class Step(NamedTuple):
    """One layer's output to compute.

    Attributes:
        node: Whose output it is.
        layer: What is done to the inputs: the node's own layer, or the convolution that its BatchNorm is folded into.
        act: Whether the layer is done at all.
        inputs: Ids of the outputs that are read.
        convolution: Id of the convolution that the BatchNorm is folded into; "" for none.
        silenced: Channels set to 0 afterwards.
    """

    node: Node
    layer: Layer
    act: Act
    inputs: tuple[str, ...]
    convolution: str
    silenced: tuple[int, ...]


def steps(
    graph: LayerGraph,
    wanted: Collection[str],
    known: Collection[str],
    *,
    surgery: Surgery = NO_SURGERY,
    folds: bool = False,
) -> list[Step]:
    """Return what to compute, in order, for the `wanted` outputs that are not `known`.

    A known output is taken as it is, whatever a surgery would have done to it. A convolution whose output is wanted, or
    silenced, keeps its BatchNorm apart even if `folds`.

    Raises:
        UnknownLayerError: If the graph has no such layer.
        ValueError: If something cannot be computed from what is known.
    """
    for name in (*wanted, *known):
        graph.node(name)
    needed = {name for name in wanted if name not in known}
    kept_apart = {*wanted, *known, *(node for node, _channels in surgery.silenced)}
    found: list[Step] = []
    for node in reversed(graph.nodes):
        if node.id not in needed:
            continue
        if not node.inputs:
            message = f"the input {node.id!r} is needed for {list(wanted)} and not among the known {list(known)}"
            raise ValueError(message)
        step = _step(graph, node, surgery, kept_apart if folds else None)
        needed.update(name for name in step.inputs if name not in known)
        found.append(step)
    return found[::-1]


def _step(graph: LayerGraph, node: Node, surgery: Surgery, kept_apart: Collection[str] | None) -> Step:
    silenced = surgery.silenced_at(node.id)
    if isinstance(node.layer, Add):
        inputs, act = _summands(node, surgery)
        return Step(node, node.layer, act, inputs, "", silenced)
    before = graph.by_id[node.inputs[0]]
    if kept_apart is not None and _folds(graph, node, before, kept_apart):
        return Step(node, before.layer, "layer", before.inputs, before.id, silenced)
    return Step(node, node.layer, "layer", node.inputs, "", silenced)


def _summands(node: Node, surgery: Surgery) -> tuple[tuple[str, ...], Act]:
    """Return what a surgery leaves of a sum: both, the main path or the shortcut alone, or zeros in their shape."""
    block = f"{node.stage}{node.block}"
    branch, shortcut = node.inputs
    is_dropped, is_cut = block in surgery.dropped, block in surgery.cut
    if is_dropped and is_cut:
        return (shortcut,), "zeros"
    if is_dropped or is_cut:
        return ((shortcut if is_dropped else branch),), "pass"
    return node.inputs, "layer"


def _folds(graph: LayerGraph, node: Node, before: Node, kept_apart: Collection[str]) -> bool:
    """Return whether a BatchNorm can be part of the convolution before it: nobody else looks between them."""
    is_pair = isinstance(node.layer, BatchNorm) and isinstance(before.layer, Conv)
    return is_pair and graph.readers[before.id] == (node.id,) and before.id not in kept_apart
