"""What the picture is made of: boxes that stand for layers, and parts that hold one box or one block."""

import html
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from graphviz import Digraph

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.spec import Block, Node
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.viz.theme import LINE, MARKS, SHORTCUT, STATUS_MARKS, Mark
from resnet_viz.viz.words import convolution_text, layer_title

FONT = "Helvetica,Arial,sans-serif"
_GRAPH = {"bgcolor": "transparent", "fontname": FONT, "nodesep": "0.25", "ranksep": "0.13", "ordering": "out"}
_NODE = {"fontname": FONT, "fontsize": "14", "margin": "0.05,0.04"}
_EDGE = {"color": LINE, "fontname": FONT, "fontsize": "12", "fontcolor": LINE, "arrowsize": "0.7"}
SMALL_PT = 13
"""The size of all but the first line of a box."""

# Graphviz in the browser has no font to measure: it knows neither bold nor signs beyond ASCII, so text would run over
# its box. These are Helvetica's advance widths in em, by class of character, a little generous.
_NARROW, _WIDE = frozenset("fijlrt.,:;/ ()|'·"), frozenset("mwMW→×−")
_BOLD = 1.08
_ROOM = {"ellipse": 1.25, "octagon": 1.1, "cds": 1.25}
"""How much wider than its text a shape must be."""

SHORTCUT_EDGE = {"color": SHORTCUT, "penwidth": "5", "arrowsize": "0.6", "weight": "1"}
"""The shortcut is known by its thickness too: the picture works in black and white."""


def text_width_pt(text: str, size_pt: float) -> float:
    """Return about how wide a text is in Helvetica, pt; a CJK sign is a square."""
    ems = (
        1.0 if ord(c) > 0x2E80 else 0.32 if c in _NARROW else 0.86 if c in _WIDE else 0.68 if c.isupper() else 0.57
        for c in text
    )
    return sum(ems) * size_pt


def digraph(direction: str = "LR") -> Digraph:
    """Return an empty picture whose signal flows from left to right (LR) or down (TB)."""
    return Digraph("network", graph_attr=_GRAPH | {"rankdir": direction}, node_attr=_NODE, edge_attr=_EDGE)


class Box(NamedTuple):
    """A drawn node.

    Attributes:
        name: Its id in the picture.
        role: ``layer``, or in a block ``branch``, ``shortcut`` or ``add``.
        lines: What stands in it; the first line is bold.
        mark: Colour, shape and style, the status's frame included.
        fill: The colour inside; what is gone has none.
        status: What became of its layers in a difference, or "".
        sign: The status's sign, or "".
        is_ours: Whether its name is ours, not the specification's.
    """

    name: str
    role: str
    lines: tuple[str, ...]
    mark: Mark
    fill: str
    status: str
    sign: str
    is_ours: bool


class Part(NamedTuple):
    """A layer outside all blocks, or a block.

    Attributes:
        name: A block's name, or the drawn node's.
        block: The block's name; "" for a layer outside all blocks.
        boxes: What is drawn of it while it is folded; of an open block, what marks its place in the line.
        size: Height of the map that leaves, and its channels.
        run: Neighbours with the same number are built alike and changed alike.
        body: DOT statements, without the header that all parts share.
        entry: The drawn node where the signal comes in.
        exit: The drawn node where it leaves.
        title: What the frame of an open block says; "" for no frame.
        label: The shape that leaves, if it is new.
        is_removed: Whether it stands in the other network of a difference only.
    """

    name: str
    block: str
    boxes: tuple[Box, ...]
    size: tuple[int, int]
    run: int
    body: str
    entry: str
    exit: str
    title: str
    label: str
    is_removed: bool


@dataclass
class Pen:
    """Makes boxes and remembers which layers each stands for.

    Attributes:
        summary: The network; for a difference, the union of both.
        status: What became of a layer in a difference.
        lost_edges: Edges of the other network that this one does not have.
        members: Layer ids behind each drawn node.
        signed: What became of layers, by the signs that stand in boxes.
    """

    summary: NetworkSummary
    status: Mapping[str, str]
    lost_edges: frozenset[tuple[str, str]]
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Measure once what all sizes are relative to."""
        self.graph = self.summary.graph
        self.tallest = max(self.size(block.out)[0] for block in self.graph.blocks)

    def for_placeholders(self) -> "Pen":
        """Return a pen whose boxes only mark the place of what is drawn larger elsewhere."""
        other = copy(self)
        other.members = {}
        return other

    def box(
        self,
        name: str,
        role: str,
        lines: tuple[str, ...],
        mark: Mark,
        ids: list[str],
        *,
        status_from: str = "",
        is_ours: bool = False,
    ) -> Box:
        """Return a box that stands for layers; in a difference their status changes its frame and gives it a sign."""
        status = self.status_of([status_from] if status_from else ids)
        sign, fill = "", "white" if status == "removed" else mark.fill
        if status:
            frame = STATUS_MARKS[status]
            mark = mark._replace(color=frame.color, style=f"{mark.style},{frame.style}")
            sign = "" if role == "add" else frame.sign  # "+ +" would be two additions; there the frame says it
        self.members[name] = tuple(dict.fromkeys(ids))
        self.signed |= {status} if sign else set()
        return Box(name, role, lines, mark, fill, status, sign, is_ours)

    def layer(self, node: Node, *, show_id: bool) -> Box:
        """Return the box of one layer; in an open block it shows a new shape, and its name without the block's."""
        kind = kind_of(node.layer)
        if kind == "add":
            return self.box(node.id, "add", ("+",), MARKS[kind], [node.id])
        lines = tuple(filter(None, layer_title(node.layer).partition(", ")[::2]))
        if show_id:
            new_shape = self.new_shape(node.id)
            lines += (*([f"→ {new_shape}"] if new_shape else []), node.id.rpartition("_")[2])
        box = self.box(node.id, "layer", lines, MARKS[kind], [node.id], is_ours=not node.is_named)
        if not (show_id and box.sign):
            return box
        # Beside the name, in small print: before the large one it widens every box, and all words grow smaller.
        return box._replace(lines=(*lines[:-1], f"{box.sign} {lines[-1]}"), sign="")

    def status_of(self, ids: list[str]) -> str:
        """Return what became of layers drawn as one: their common status, or ``changed`` if it is mixed."""
        statuses = {self.status.get(node_id, "") for node_id in ids}
        if len(statuses) == 1:
            return statuses.pop()
        return "settings" if statuses <= {"", "settings"} else "changed"

    def size(self, node_id: str) -> tuple[int, int]:
        """Return the height of the map that a layer gives, and its channels."""
        shape = self.summary.by_id[node_id].output_shape
        return (shape[0], shape[2]) if len(shape) == 3 else (1, shape[0])

    def new_shape(self, name: str) -> str:
        """Return the shape a layer gives, if it is new on this path: repeating it eleven times hides the change."""
        record = self.summary.by_id[name]
        if record.node.inputs and record.input_shape == record.output_shape:
            return ""
        return shape_text(record.output_shape)

    def convolutions(self, block: Block) -> tuple[str, ...]:
        """Return the main path's convolutions as ``3×3, 128``, a stride behind a slash."""
        on_main = [n.layer for n in self.graph.inside(block) if n.path == "main" and isinstance(n.layer, Conv)]
        return tuple(map(convolution_text, on_main))


def write(graph: Digraph, box: Box, *, least: tuple[float, float] = (0, 0)) -> None:
    """Write a box as a DOT node.

    Args:
        graph: Where.
        box: What.
        least: Width and height that it has at least, inches.
    """
    first, *rest = box.lines
    if box.sign:
        first = f"{box.sign} {first}"
    small = [html.escape(line) for line in rest]
    if box.is_ours:
        small = [f"<i>{line}</i>" for line in small]
    label = "".join(f'<br/><font point-size="{SMALL_PT}">{line}</font>' for line in small)
    if box.mark.shape == "circle":
        options = {"width": "0.36", "fixedsize": "true", "fontsize": "20"}
    else:
        wide = max(text_width_pt(first, 14) * _BOLD, *(text_width_pt(line, SMALL_PT) for line in ("", *rest)))
        width = max(wide * _ROOM.get(box.mark.shape, 1.0) / 72 + 0.11, least[0])
        options = {"width": f"{width:.2f}"} | ({"height": f"{least[1]:.2f}"} if least[1] else {})
    graph.node(
        box.name,
        label=f"<<b>{html.escape(first)}</b>{label}>",
        id=box.name,
        shape=box.mark.shape,
        style=box.mark.style,
        color=box.mark.color,
        fillcolor=box.fill,
        penwidth="3" if box.status else "1",
        **({"class": box.status} if box.status else {}),
        **options,
    )
