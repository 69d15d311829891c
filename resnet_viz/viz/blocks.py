"""How a block is drawn: folded as F(x), its shortcut and the sum, or open with every layer on its two paths."""

from itertools import pairwise
from math import log2, sqrt

from graphviz import Digraph

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.spec.layers import ChannelPad, Conv, kind_of
from resnet_viz.viz.boxes import SHORTCUT_EDGE, SMALL_PT, Box, Part, Pen, text_width_pt, write
from resnet_viz.viz.theme import BRANCH, LINE, MARKS, STATUS_MARKS
from resnet_viz.viz.words import convolution_text, layer_title


def folded_block(pen: Pen, block: Block, run: int, *, with_filters: bool) -> Part:
    """Return a block as F(x), the shortcut round it, and the sum; without shortcuts, as one box."""
    boxes = _boxes(pen, block, with_filters=with_filters)
    graph, start = Digraph(), f"x_{block.name}"
    graph.node(start, "", shape="point", width="0.06", color=LINE)
    write(graph, boxes[0], least=_inches(pen, block))
    graph.edge(start, boxes[0].name, weight="8", arrowhead="none")
    for box in boxes[1:]:
        write(graph, box)
    way = [start, *(box.name for box in boxes[1:])]
    for tail, head in pairwise(way):
        graph.edge(tail, head, **SHORTCUT_EDGE, **({} if head == way[-1] else {"arrowhead": "none"}))
    if block.add:
        graph.edge(boxes[0].name, boxes[-1].name, weight="8")
    is_removed = all(box.status == "removed" for box in boxes)
    size = pen.size(block.out)
    body, end = "".join(graph.body), boxes[-1].name
    return Part(block.name, block.name, boxes, size, run, body, start, end, "", "", is_removed)


def _boxes(pen: Pen, block: Block, *, with_filters: bool) -> tuple[Box, ...]:
    """Return F(x), what stands on the shortcut if anything does, and the sum; without a shortcut, all as one."""
    lines = (block.name, *(["F(x)"] if block.add else []), *(pen.convolutions(block) if with_filters else ()))
    main = [n.id for n in pen.graph.inside(block) if n.path == "main" and n.id not in (block.add, block.out)]
    ids = [*main, block.branch] if block.add else [*main, block.branch, block.out]
    branch = pen.box(f"branch_{block.name}", "branch", lines, BRANCH, ids)
    if block.add is None:
        return (branch,)
    ends = [block.add, block.out]
    add = pen.box(f"add_{block.name}", "add", ("+",), MARKS["add"], ends, status_from=block.add)
    side = [node for node in pen.graph.inside(block) if node.path == "shortcut"]
    if not side:
        return branch, add
    layer = next((node.layer for node in side if isinstance(node.layer, Conv)), side[0].layer)
    if isinstance(layer, Conv):
        lines = convolution_text(layer).partition(", ")[::2]
    elif isinstance(layer, ChannelPad):
        lines = (_("Option A"), f"{layer.filters}, /{layer.strides}")
    else:
        lines = (layer_title(layer),)
    ids = [node.id for node in side]
    mark = MARKS[kind_of(layer)]
    return branch, pen.box(f"shortcut_{block.name}", "shortcut", lines, mark, ids), add


def open_block(pen: Pen, block: Block, run: int) -> Part:
    """Return every layer of a block on its two paths, which part at x and meet in the sum."""
    graph, nodes = Digraph(), pen.graph.inside(block)
    inside = {node.id for node in nodes}
    start = _fork(pen, block, graph)
    boxes = [pen.layer(node, show_id=True) for node in nodes]
    for box in boxes:
        write(graph, box)
    edges = [(name, node) for node in nodes for name in node.inputs]
    # What comes first runs on top: the arc goes over the block.
    for name, node in sorted(edges, key=lambda edge: not pen.graph.is_on_shortcut(*edge)):
        is_shortcut = pen.graph.is_on_shortcut(name, node)
        look = SHORTCUT_EDGE if is_shortcut else {"weight": "8"}
        graph.edge(name if name in inside else start, node.id, **look)
    for tail, head in sorted(pen.lost_edges):
        if head in inside:
            color = STATUS_MARKS["removed"].color
            graph.edge(tail if tail in inside else start, head, style="dotted", color=color, constraint="false")
    is_removed = all(box.status == "removed" for box in boxes)
    place = _boxes(pen.for_placeholders(), block, with_filters=True)
    body, title = "".join(graph.body), block_title(block)
    size = pen.size(block.out)
    return Part(block.name, block.name, place, size, run, body, start, block.out, title, "", is_removed)


def block_title(block: Block) -> str:
    """Return what a block is called; without a shortcut it is neither of the two kinds."""
    if block.add is None:
        return _("Block {name}").format(name=block.name)
    kind = _("convolution block") if block.kind == "convolution" else _("identity block")
    return f"{block.name}  {kind}"


def _fork(pen: Pen, block: Block, graph: Digraph) -> str:
    """Draw x, where the two paths part, with its shape; it stands for no layer of its own."""
    name, shape = f"x_{block.name}", shape_text(pen.summary.by_id[block.input].output_shape)
    width, size = f"{text_width_pt(shape, SMALL_PT) / 72:.2f}", str(SMALL_PT)
    graph.node(name, f"x\\n{shape}", shape="plaintext", fontsize=size, fontcolor=LINE, width=width, margin="0")
    return name


def _inches(pen: Pen, block: Block) -> tuple[float, float]:
    """Return how wide and high a folded block is on paper: wider with channels, as high as the root of its map's side."""
    side, channels = pen.size(block.out)
    return 0.3 + 0.06 * log2(channels), 0.4 + 1.8 * sqrt(side / pen.tallest)
