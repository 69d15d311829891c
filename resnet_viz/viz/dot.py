"""The network as a Graphviz picture that folds and unfolds in place; every drawn node knows its layers.

A stage is a row of parts that Graphviz lays out one by one, so that opening one block moves nothing inside the others.
Folded, a stage holds runs of equal blocks as "×n" boxes; opened, one part per block: x, F(x), the shortcut and the add;
an opened block shows all its layers on two roads that part at x and meet in the add. The page sets the parts like
words in lines, as wide as the screen is, and wires each to the next; `Drawing.dot` is the whole as one DOT text. The
colours are those of light paper; the page recolours lines and outer text for the dark theme.
"""

import html
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from graphviz import Digraph

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block, Node
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.viz.theme import BRANCH, INK, MARKS, ROAD, STATUS_MARKS, Mark
from resnet_viz.viz.words import layer_title

FONT = "Helvetica,Arial,sans-serif"
_GRAPH = {"bgcolor": "transparent", "fontname": FONT, "nodesep": "0.28", "ranksep": "0.16", "ordering": "out"}
_NODE = {"fontname": FONT, "fontsize": "14", "fontcolor": INK, "margin": "0.12,0.05"}
_EDGE = {"color": ROAD, "fontname": FONT, "fontsize": "12", "fontcolor": ROAD, "arrowsize": "0.7"}

# Graphviz in the browser has no font to measure: it knows neither bold nor signs beyond ASCII, so text would run over
# its box. These are Helvetica's advance widths in em, by class of character, a little generous.
_NARROW, _WIDE = frozenset("fijlrt.,:;/ ()|'·"), frozenset("mwMW→×−")
_BOLD = 1.08
_ROOM = {"ellipse": 1.25, "octagon": 1.1, "cds": 1.25}
"""How much wider than its text a shape must be."""


def text_width_pt(text: str, size_pt: float) -> float:
    """Return about how wide a text is in Helvetica, pt; a CJK sign is a square."""
    ems = (
        1.0 if ord(c) > 0x2E80 else 0.32 if c in _NARROW else 0.86 if c in _WIDE else 0.68 if c.isupper() else 0.57
        for c in text
    )
    return sum(ems) * size_pt


class Part(NamedTuple):
    """What Graphviz lays out by itself: a box, or a block with its roads.

    Attributes:
        name: A block's name, or the drawn node's.
        block: The block's name, or the first one's of a run; "" for a layer outside all blocks.
        body: DOT statements, without the header that all parts share.
        entry: The drawn node where the signal comes in.
        exit: The drawn node where it leaves.
        title: What the frame of an open block says; "" for no frame.
        label: The shape that leaves, if it is new.
        is_removed: Whether it stands in the other network of a difference only.
    """

    name: str
    block: str
    body: str
    entry: str
    exit: str
    title: str
    label: str
    is_removed: bool


class Row(NamedTuple):
    """A stage: its number as text, its title, whether it is open or may be opened, and its parts."""

    name: str
    title: str
    is_open: bool
    can_open: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Drawing:
    """A picture and what its nodes mean.

    Attributes:
        rows: The stages from stem to head.
        members: Layer ids behind each drawn node, in order; the last one is what the node gives out.
        summary: The picture in a sentence, for those who cannot see it.
    """

    rows: tuple[Row, ...]
    members: dict[str, tuple[str, ...]]
    summary: str

    def drawn(self, node_id: str) -> str | None:
        """Return the drawn node that stands for a layer, if any does."""
        return next((name for name, ids in self.members.items() if node_id in ids), None)

    @cached_property
    def header(self) -> str:
        """What comes before the body of every part, to make it a DOT text."""
        return "".join(_digraph()).rpartition("}")[0]

    @property
    def dot(self) -> str:
        """The whole picture as one DOT text."""
        whole = _digraph()
        for row in self.rows:
            with whole.subgraph(name=f"cluster_{row.name}") as stage:
                stage.attr(label=row.title, labeljust="l", color=ROAD, fontcolor=ROAD, style="rounded")
                for part in row.parts:
                    target = Digraph(f"cluster_{part.name}") if part.title else Digraph("")
                    if part.title:
                        target.attr(label=part.title, style="rounded,dashed")
                        target.body.append(part.body)
                        stage.subgraph(target)
                    else:
                        stage.body.append(part.body)
        parts = [part for row in self.rows for part in row.parts]
        for left, right in pairwise(parts):
            style = "dotted" if left.is_removed or right.is_removed else "solid"
            whole.edge(left.exit, right.entry, label=left.label, style=style)
        return str(whole.source)


def _digraph() -> Digraph:
    return Digraph("network", graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)


def groups_of(summary: NetworkSummary, node_id: str) -> list[str]:
    """Return the groups that must be open for a layer to be drawn by itself: its stage, then its block."""
    node = summary.graph.node(node_id)
    return [str(node.stage), f"{node.stage}{node.block}"] if node.block else []


def known_groups(summary: NetworkSummary) -> list[str]:
    """Return every group that can be opened: stage numbers, then the names of their blocks."""
    blocks = summary.graph.blocks
    return [*dict.fromkeys(str(block.stage) for block in blocks), *(block.name for block in blocks)]


def draw(
    summary: NetworkSummary,
    opened: Collection[str] = (),
    *,
    status: Mapping[str, str] | None = None,
    lost_edges: Collection[tuple[str, str]] = (),
) -> Drawing:
    """Return the picture of a network.

    Args:
        summary: The network; for a difference, the union of both.
        opened: Groups to open (see `known_groups`); a block is drawn open only inside an open stage.
        status: What became of a layer in a difference: ``added``, ``removed``, ``changed`` or ``settings``.
        lost_edges: Edges of the other network that this one does not have, drawn dotted inside open blocks.
    """
    return _Picture(summary, frozenset(opened), status or {}, frozenset(lost_edges)).drawing()


class _Style(NamedTuple):
    """How a box is lettered: what stands between its first line and the others, and whether its name is ours."""

    gap: str = "<br/>"
    is_ours: bool = False


_PLAIN = _Style()


@dataclass
class _Picture:
    summary: NetworkSummary
    opened: frozenset[str]
    status: Mapping[str, str]
    lost_edges: frozenset[tuple[str, str]]
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inside: defaultdict[tuple[int, str], list[Node]] = defaultdict(list)
        for node in self.summary.graph.nodes:
            self.inside[node.stage, node.block].append(node)

    def drawing(self) -> Drawing:
        """Draw the stem, the stages and the head."""
        nodes = self.summary.graph.nodes
        stages = list(dict.fromkeys(block.stage for block in self.summary.graph.blocks))
        rows = [self.row(1, [self.layer_part(n) for n in nodes if n.stage == 1])]
        rows += [self.row(stage, list(self.blocks_of(stage))) for stage in stages]
        rows.append(self.row(0, [self.layer_part(n) for n in nodes if n.stage == 0]))
        sentence = _("{n} blocks in {stages} stages between a stem and a classifier").format(
            n=len(self.summary.graph.blocks), stages=len(stages)
        )
        if self.opened:
            sentence += ". " + _("Open: {groups}").format(groups=", ".join(sorted(self.opened)))
        return Drawing(tuple(rows), self.members, sentence)

    def row(self, stage: int, parts: list[Part]) -> Row:
        ids = [node.id for node in self.summary.graph.nodes if node.stage == stage]
        # What leaves the stage is the network's own, unless all of the stage stands in the other one.
        out = ([name for name in ids if self.status.get(name) != "removed"] or ids)[-1]
        title = f"{stage_title(stage)}  →  {shape_text(self.summary.by_id[out].output_shape)}"
        return Row(str(stage), title, str(stage) in self.opened, stage > 1, tuple(parts))

    def blocks_of(self, stage: int) -> Iterator[Part]:
        """Yield a stage's parts: runs of equal blocks while it is folded, single blocks once it is open."""
        blocks = [block for block in self.summary.graph.blocks if block.stage == stage]
        if str(stage) not in self.opened:
            yield from (self.run(run) for run in self.runs(blocks))
            return
        for block in blocks:
            yield self.layers(block) if block.name in self.opened else self.roads(block)

    def part(
        self, name: str, graph: Digraph, entry: str, end: str, *, block: str = "", title: str = "", out: str = ""
    ) -> Part:
        ids = [node_id for drawn in (entry, end) for node_id in self.members.get(drawn, ())]
        is_removed = self.fate(ids) == "removed"
        return Part(name, block, "".join(graph.body), entry, end, title, self.news(out) if out else "", is_removed)

    def layer_part(self, node: Node) -> Part:
        graph = Digraph()
        name = self.layer_box(node, graph, show_id=False)
        return self.part(name, graph, name, name, out=node.id)

    # --- Blocks at three depths ---

    def runs(self, blocks: list[Block]) -> Iterator[list[Block]]:
        """Yield runs of neighbouring blocks that are built alike and met the same fate."""

        def alike(block: Block) -> tuple[object, ...]:
            return block.kind, tuple(self.convolutions(block)), self.fate([n.id for n in self.nodes_of(block)])

        for _key, run in groupby(blocks, key=alike):
            yield list(run)

    def run(self, run: list[Block]) -> Part:
        """Draw neighbouring blocks that are built alike as one box."""
        first, graph = run[0], Digraph()
        letters = first.letter if len(run) == 1 else f"{first.letter}–{run[-1].letter}"
        times = f" ×{len(run)}" if len(run) > 1 else ""
        ids = [node.id for block in run for node in self.nodes_of(block)]
        lines = (f"{first.stage}{letters}  {block_title(first)}{times}", " · ".join(self.convolutions(first)))
        name = self.box(graph, f"block_{first.name}", lines, BRANCH, [*ids, run[-1].out])
        return self.part(name, graph, name, name, block=first.name)

    def roads(self, block: Block) -> Part:
        """Draw one block as x, F(x), its shortcut and the add."""
        graph = Digraph()
        start = self.fork(block, graph)
        main = [n.id for n in self.nodes_of(block) if n.road == "main" and n.id not in (block.add, block.out)]
        lines = (f"{block.name}  F(x)", *self.convolutions(block))
        ids = [*main, block.branch] if block.add else [*main, block.branch, block.out]
        branch = self.box(graph, f"branch_{block.name}", lines, BRANCH, ids)
        graph.edge(start, branch, weight="8")
        if block.add is None:
            return self.part(block.name, graph, start, branch, block=block.name)
        side = [n for n in self.nodes_of(block) if n.road == "shortcut"]
        if side:
            mark = MARKS[kind_of(side[0].layer)]
            dashed = mark._replace(style=f"{mark.style},dashed")
            lines = (_("shortcut"), layer_title(side[0].layer).removeprefix("Conv "))
            road = self.box(graph, f"shortcut_{block.name}", lines, dashed, [n.id for n in side])
            graph.edge(start, road, style="dashed")
        end = self.box(graph, f"add_{block.name}", ("+",), MARKS["add"], [block.add, block.out], told_by=block.add)
        graph.edge(branch, end, weight="8")
        graph.edge(*((road, end) if side else (start, end)), style="dashed", label="" if side else "  x")
        return self.part(block.name, graph, start, end, block=block.name)

    def layers(self, block: Block) -> Part:
        """Draw every layer of a block: the main path goes down, the shortcut goes beside it."""
        graph, nodes = Digraph(), self.nodes_of(block)
        graph.attr(ranksep="0.1")  # eleven layers have to fit on a projector
        inside = {node.id for node in nodes}
        start = self.fork(block, graph)
        for node in nodes:
            self.layer_box(node, graph, show_id=True)
        for node in nodes:
            for name in node.inputs:
                is_shortcut = node.road == "shortcut" or (node.id == block.add and name == block.shortcut)
                graph.edge(
                    name if name in inside else start,
                    node.id,
                    label=self.news(name) if name in inside else "",
                    style="dashed" if is_shortcut else "solid",
                    weight="1" if is_shortcut else "8",
                )
        for tail, head in sorted(self.lost_edges):
            if head in inside:
                color = STATUS_MARKS["removed"].color
                graph.edge(tail if tail in inside else start, head, style="dotted", color=color, constraint="false")
        title = f"{block.name}  {block_title(block)}"
        return self.part(block.name, graph, start, block.out, block=block.name, title=title)

    def fork(self, block: Block, graph: Digraph) -> str:
        """Draw x, where the two roads part, with its shape; it stands for no layer of its own."""
        name, text = f"x_{block.name}", f"x  {shape_text(self.summary.by_id[block.input].output_shape)}"
        width = f"{text_width_pt(text, 12) / 72:.2f}"
        graph.node(name, text, shape="plaintext", fontsize="12", fontcolor=ROAD, height="0.2", width=width, margin="0")
        return name

    def news(self, name: str) -> str:
        """Return the shape a layer gives, if it is new on this road: repeating it eleven times hides the change."""
        record = self.summary.by_id[name]
        if record.node.inputs and record.input_shape == record.output_shape:
            return ""
        return f" {shape_text(record.output_shape)} "

    # --- Boxes ---

    def layer_box(self, node: Node, graph: Digraph, *, show_id: bool) -> str:
        kind = kind_of(node.layer)
        if kind == "add":
            return self.box(graph, node.id, ("+",), MARKS[kind], [node.id])
        title = layer_title(node.layer)
        lines = (title, node.id) if show_id else tuple(filter(None, title.partition(", ")[::2]))
        style = _Style("   " if show_id else "<br/>", is_ours=not node.is_named)
        return self.box(graph, node.id, lines, MARKS[kind], [node.id], style=style)

    def box(
        self,
        graph: Digraph,
        name: str,
        lines: tuple[str, ...],
        mark: Mark,
        ids: list[str],
        *,
        style: _Style = _PLAIN,
        told_by: str = "",
    ) -> str:
        """Draw a node whose first line is bold; a layer's fate in a difference changes its frame and adds a sign."""
        fate, fill = self.fate([told_by] if told_by else ids), mark.fill
        if fate:
            mark = mark._replace(color=STATUS_MARKS[fate].color, style=f"{mark.style},{STATUS_MARKS[fate].style}")
            if mark.shape != "circle":  # "+ +" would be two additions; there the frame says it
                lines = (f"{STATUS_MARKS[fate].sign} {lines[0]}", *lines[1:])
        first, *rest = lines
        escaped = [html.escape(line) for line in rest]
        if style.is_ours:
            escaped = [f"<i>{line}</i>" for line in escaped]
        small = "".join(f'{style.gap}<font point-size="11">{line}</font>' for line in escaped)
        options = {"width": "0.36", "fixedsize": "true", "fontsize": "20"}
        if mark.shape != "circle":
            parts = [text_width_pt(first, 14) * _BOLD, *(text_width_pt(line, 11) for line in rest)]
            wide = max(parts) if style.gap == "<br/>" else sum(parts) + 10 * len(rest)
            width_pt = wide * _ROOM.get(mark.shape, 1.0) + 20
            options = {"width": f"{width_pt / 72:.2f}"}
        if style.gap != "<br/>":
            options["height"] = "0.36"
        graph.node(
            name,
            label=f"<<b>{html.escape(first)}</b>{small}>",
            id=name,
            shape=mark.shape,
            style=mark.style,
            color=mark.color,
            fillcolor="white" if fate == "removed" else fill,
            penwidth="3" if fate else "1",
            **options,
        )
        self.members[name] = tuple(dict.fromkeys(ids))
        return name

    def fate(self, ids: list[str]) -> str:
        """Return what became of layers drawn as one: their common fate, or ``changed`` if it is mixed."""
        fates = {self.status.get(node_id, "") for node_id in ids}
        if len(fates) == 1:
            return fates.pop()
        return "settings" if fates <= {"", "settings"} else "changed"

    def nodes_of(self, block: Block) -> list[Node]:
        return self.inside[block.stage, block.letter]

    def convolutions(self, block: Block) -> list[str]:
        """Return the main path's convolutions as ``3×3, 128``, a stride behind a slash."""
        on_main = [n.layer for n in self.nodes_of(block) if n.road == "main" and isinstance(n.layer, Conv)]
        return [layer_title(layer).removeprefix("Conv ") for layer in on_main]


def stage_title(stage: int) -> str:
    """Return what a stage is called: the stem is stage 1, the head has no number."""
    if stage == 0:
        return _("Head")
    return _("Stage 1 · stem") if stage == 1 else _("Stage {n}").format(n=stage)


def block_title(block: Block) -> str:
    """Return what a kind of block is called."""
    return _("convolution block") if block.kind == "convolution" else _("identity block")
