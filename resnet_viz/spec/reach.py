"""Which layers reach which: what lies between known and wanted outputs, what bypasses a layer, what a surgery touches."""

from collections.abc import Collection, Sequence

from resnet_viz.spec.graph import LayerGraph, Node
from resnet_viz.spec.surgery import Surgery


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
