"""Which layers reach which: what lies between known and wanted outputs, what bypasses a layer, what a surgery touches."""

from collections.abc import Collection, Sequence

from resnet_viz.spec.graph import LayerGraph, Node
from resnet_viz.spec.layers import AveragePool, BatchNorm, Dense, Flatten, GlobalAveragePool, Relu, Softmax
from resnet_viz.spec.surgery import Surgery

_CLOSED = (AveragePool, BatchNorm, Dense, Flatten, GlobalAveragePool, Relu)


def logits_node(graph: LayerGraph) -> str:
    """Return the layer that gives the logits: the classifier, before its softmax if it has one."""
    last = graph.nodes[-1]
    return last.inputs[0] if isinstance(last.layer, Softmax) else last.id


def is_closed(graph: LayerGraph, node: str) -> bool:
    """Return whether the gradient of the logits in a layer's output needs no backward pass.

    So it is where nothing follows the layer but pooling by means, BatchNorm, ReLU, flattening and the classifier.

    Raises:
        UnknownLayerError: If the network has no such layer.
    """
    graph.node(node)
    return closed_behind(graph, node) is not None


def closed_behind(graph: LayerGraph, node: str) -> list[Node] | None:
    """Return the layers from behind `node` up to the logits, if each is closed and the next one's only input."""
    last, found = logits_node(graph), []
    while node != last:
        readers = graph.readers[node]
        if len(readers) != 1 or not isinstance(graph.by_id[readers[0]].layer, _CLOSED):
            return None
        node = readers[0]
        found.append(graph.by_id[node])
    return found or None


def nodes_between(graph: LayerGraph, known: Collection[str], wanted: Sequence[str]) -> list[Node]:
    """Return the nodes to compute for `wanted`, in order, if `known` ones are at hand."""
    needed = {name for name in wanted if name not in known}
    for node in reversed(graph.nodes):
        if node.id in needed:
            needed |= {name for name in node.inputs if name not in known}
    return [node for node in graph.nodes if node.id in needed]


def boundary(graph: LayerGraph, start: str, wanted: Sequence[str]) -> list[str]:
    """Return what else must be known, beside `start`, to compute `wanted` from it: layers that bypass it."""
    behind = descendants(graph, {start})
    nodes = nodes_between(graph, {start}, wanted)
    return list(
        dict.fromkeys(
            name for node in nodes if node.id in behind for name in node.inputs if name != start and name not in behind
        )
    )


def descendants(graph: LayerGraph, starts: set[str]) -> set[str]:
    """Return the layers that a change in the outputs of `starts` reaches, without `starts` themselves."""
    reached: set[str] = set()
    for node in graph.nodes:
        if any(name in starts or name in reached for name in node.inputs):
            reached.add(node.id)
    return reached


def surgery_nodes(graph: LayerGraph, surgery: Surgery) -> set[str]:
    """Return the layers whose own output a surgery changes."""
    blocks = surgery.dropped | surgery.cut
    adds = {block.add for block in graph.blocks if block.name in blocks and block.add}
    return adds | {node for node, _channels in surgery.silenced}
