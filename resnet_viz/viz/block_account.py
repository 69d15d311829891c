"""A block as one thing, in words: what it adds up, what its F is made of, what it is for."""

from typing import NamedTuple

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import Block, LayerGraph, Node
from resnet_viz.spec.layers import BatchNorm, Conv, Padding, kind_of
from resnet_viz.viz.words import convolution_text, kind_name, layer_title


class BranchLine(NamedTuple):
    """One convolution of F and what belongs to it, in order.

    Attributes:
        before: What comes before the convolution.
        convolution: The convolution, such as ``3×3, 128``.
        after: What follows it.
    """

    before: tuple[str, ...]
    convolution: str
    after: tuple[str, ...]


def shortcut_term(graph: LayerGraph, block: Block) -> str:
    """Return what is added to F(x), or "" in a plain network."""
    if block.add is None:
        return ""
    side = [node for node in graph.inside(block) if node.path == "shortcut"]
    if not side:
        return "x"
    return _("projection(x)") if any(isinstance(node.layer, Conv) for node in side) else _("shortcut(x)")


def branch_lines(graph: LayerGraph, block: Block) -> list[BranchLine]:
    """Return F, a line per convolution."""
    behind = {block.add, block.out} - {block.branch}
    own = [node for node in graph.inside(block) if node.path == "main" and node.id not in behind]
    lines: list[list[Node]] = [[]]
    for node in own:
        if isinstance(node.layer, (Conv, Padding)) and any(isinstance(other.layer, Conv) for other in lines[-1]):
            lines.append([])
        lines[-1].append(node)
    return [_line(line) for line in lines if any(isinstance(node.layer, Conv) for node in line)]


def _line(nodes: list[Node]) -> BranchLine:
    place = next(index for index, node in enumerate(nodes) if isinstance(node.layer, Conv))
    before, after = (tuple(_short(node) for node in part) for part in (nodes[:place], nodes[place + 1 :]))
    return BranchLine(before, _short(nodes[place]), after)


def shortcut_line(graph: LayerGraph, block: Block) -> str:
    """Return what stands on the shortcut, or "" where there is nothing."""
    return " → ".join(_short(node) for node in graph.inside(block) if node.path == "shortcut")


def _short(node: Node) -> str:
    if isinstance(node.layer, BatchNorm):
        return kind_name(kind_of(node.layer))
    return convolution_text(node.layer) if isinstance(node.layer, Conv) else layer_title(node.layer)


def block_purpose(graph: LayerGraph, block: Block) -> str:
    """Return in two sentences what the block is there for."""
    if block.add is None:
        return _(
            "It has no shortcut. The next block gets only F(x), so whatever is still needed of x has to pass through F."
        )
    if shortcut_term(graph, block) == "x":
        return _(
            "F only has to learn what to add to x. If there is nothing to add, F can be zero: x goes on unchanged."
        )
    return _("F changes the shape of x. So that both can be added, the shortcut gives x the same shape.")


def block_kind(block: Block) -> str:
    """Return what the block is called, or "" in a plain network, where the two kinds do not differ."""
    if block.add is None:
        return ""
    return _("convolution block") if block.kind == "convolution" else _("identity block")


def block_shapes(summary: NetworkSummary, block: Block) -> tuple[str, str]:
    """Return the shapes of x and y."""
    before, after = (summary.by_id[name].output_shape for name in (block.input, block.out))
    return shape_text(before), shape_text(after)


def stage_remark(graph: LayerGraph, block: Block) -> str:
    """Return that blocks of its stage squeeze to different numbers of channels, or "" where they do not.

    In the course's network 5a squeezes to 512 and 5b and 5c to 256: spec.STAGES.
    """
    groups: dict[int, list[str]] = {}
    for other in graph.blocks:
        if other.stage == block.stage:
            groups.setdefault(_squeeze(graph, other), []).append(other.name)
    if len(groups) < 2:
        return ""
    parts = [_("{blocks} to {n}").format(blocks=joined(names), n=n) for n, names in groups.items()]
    remark = _("No mistake: F squeezes to different numbers of channels here ({parts}). The network is specified so.")
    return remark.format(parts=joined(parts, "; "))


def _squeeze(graph: LayerGraph, block: Block) -> int:
    return next(
        node.layer.filters for node in graph.inside(block) if node.path == "main" and isinstance(node.layer, Conv)
    )
