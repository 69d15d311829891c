"""What a fresh subject looks at, and what takes its place when the network changes."""

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.spec import Block, LayerGraph, ResNetSpec


def first_focus(graph: LayerGraph) -> str:
    """Return the block on which a fresh subject starts: an identity block, in stage 3 if it has one, else the first.

    There y = F(x) + x can be seen as it is: nothing stands on the shortcut.
    """
    identity = [block for block in graph.blocks if block.kind == "identity"]
    return (next((block for block in identity if block.stage == 3), None) or (*identity, *graph.blocks)[0]).name


def surviving_focus(node: str, before: ResNetSpec, after: NetworkSummary) -> str:
    """Return what takes the place of a layer or a block: itself, its namesake, or the nearest that there is."""
    graph, old = after.graph, network(before).graph
    renamed = node.replace(f"fc{before.classes}", f"fc{graph.spec.classes}")
    for name in (node, renamed):
        if name in graph.by_id or name in graph.block_by_name:
            return name
    gone = old.block_by_name.get(node) or old.by_id.get(node)
    if gone is None or gone.stage == 0:
        return first_focus(graph)
    if gone.stage == 1:
        return "conv1"
    own = None if isinstance(gone, Block) else old.block_of(node)
    if own and own.name in graph.block_by_name:
        return graph.block_by_name[own.name].out
    # The last stage is the first to go.
    stage = min(gone.stage, max(block.stage for block in graph.blocks))
    end = [block for block in graph.blocks if block.stage == stage][-1]
    return end.name if isinstance(gone, Block) else end.out


def block_at(graph: LayerGraph, focus: str) -> Block:
    """Return the block that a layer or block means: itself, the layer's own, or the nearest one along the network."""
    own = graph.block_by_name.get(focus) or graph.block_of(focus)
    if own:
        return own
    return graph.blocks[-1] if graph.node(focus).stage == 0 else graph.blocks[0]


def layer_at(graph: LayerGraph, focus: str) -> str:
    """Return the layer that a layer or block means: itself, or the one that gives the block's output."""
    return graph.block_by_name[focus].out if focus in graph.block_by_name else focus
