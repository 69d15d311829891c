"""The network as Graphviz DOT at three depths; every drawn node knows the layers it stands for.

The colours are those of light paper; the page recolours lines and outer text for the dark theme, so one layout serves
both.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from graphviz import Digraph

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block, Node
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.viz.theme import CONVOLUTION_BLOCK, IDENTITY_BLOCK, INK, MARKS, ROAD, Mark
from resnet_viz.viz.words import layer_title

FONT = "Helvetica,Arial,sans-serif"
DEPTHS = ("network", "stage", "block")
# More blocks than this in a stage are drawn as one "×n" box: 36 rows would be too small to read.
MAX_DRAWN_BLOCKS = 8


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


@dataclass(frozen=True)
class Drawing:
    """A DOT text and what its nodes mean.

    Attributes:
        dot: The text; each node's SVG id is its name here.
        members: Layer ids behind each drawn node, in order; the last one is what the node gives out.
        summary: The picture in a sentence, for those who cannot see it.
    """

    dot: str
    members: dict[str, tuple[str, ...]]
    summary: str

    def drawn(self, node_id: str) -> str | None:
        """Return the drawn node that stands for a layer, if any does."""
        return next((name for name, ids in self.members.items() if node_id in ids), None)


def to_dot(summary: NetworkSummary, depth: str, node_id: str) -> Drawing:
    """Return the picture at a depth around a layer: the whole network, the layer's stage, or its block.

    The stem and the head have no blocks: their stage and block pictures show their layers.
    """
    node = summary.graph.node(node_id)
    if depth == "network":
        return _Picture(summary).network()
    if not node.block:
        return _Picture(summary).layers([n for n in summary.graph.nodes if n.stage == node.stage], None)
    if depth == "stage":
        return _Picture(summary).stage(node.stage)
    block = summary.graph.block(f"{node.stage}{node.block}")
    nodes = [n for n in summary.graph.nodes if (n.stage, n.block) == (node.stage, node.block)]
    return _Picture(summary).layers(nodes, block)


class _Picture:
    def __init__(self, summary: NetworkSummary) -> None:
        self.summary = summary
        self.members: dict[str, tuple[str, ...]] = {}
        self.gap = "<br/>"
        self.graph = Digraph(
            "network",
            graph_attr={"bgcolor": "transparent", "fontname": FONT, "nodesep": "0.25", "ranksep": "0.28"},
            node_attr={"fontname": FONT, "fontsize": "14", "fontcolor": INK, "margin": "0.12,0.05"},
            edge_attr={"color": ROAD, "fontname": FONT, "fontsize": "12", "fontcolor": ROAD, "arrowsize": "0.7"},
        )

    def network(self) -> Drawing:
        """Draw one row per stage, its convolution block first, runs of equal blocks as one "×n" box."""
        nodes = self.summary.graph.nodes
        self.graph.attr(ranksep="0.32", nodesep="0.28")
        rows: list[list[str]] = [self.row(1, [self.stem_box(n) for n in nodes if n.stage == 1 and n.block == ""])]
        for stage in dict.fromkeys(block.stage for block in self.summary.graph.blocks):
            runs = [self.run_box(run) for run in _runs(self.summary, stage)]
            rows.append(self.row(stage, runs))
        rows.append(self.row(0, [self.stem_box(n) for n in nodes if n.stage == 0]))
        for above, below in pairwise(rows):
            self.graph.edge(above[0], below[0], style="invis", weight="100")
            self.graph.edge(above[-1], below[0], constraint="false")
        sentence = _("{n} blocks in {stages} stages between a stem and a classifier").format(
            n=len(self.summary.graph.blocks), stages=len(rows) - 2
        )
        return Drawing(self.graph.source, self.members, sentence)

    def row(self, stage: int, names: list[str]) -> list[str]:
        """Put drawn nodes on one rank inside a frame that names the stage."""
        shape = shape_text(self.summary.by_id[self.members[names[-1]][-1]].output_shape)
        title = f"{stage_title(stage)}  →  {shape}"
        with self.graph.subgraph(name=f"cluster_{stage}") as frame:
            frame.attr(
                label=f"{title}\u00a0\u00a0",
                labeljust="r",
                fontsize="13",
                fontcolor=ROAD,
                color=ROAD,
                style="rounded",
                penwidth="0.6",
            )
            with frame.subgraph() as rank:
                rank.attr(rank="same")
                for name in names:
                    rank.node(name)
                for left, right in pairwise(names):
                    rank.edge(left, right)
        return names

    def stem_box(self, node: Node) -> str:
        return self.layer_box(node, show_id=False)

    def run_box(self, run: list[Block]) -> str:
        first, last = run[0], run[-1]
        letters = first.letter if len(run) == 1 else f"{first.letter}–{last.letter}"
        kind = _("convolution block") if first.kind == "convolution" else _("identity block")
        times = f" ×{len(run)}" if len(run) > 1 else ""
        filters = " · ".join(map(str, _filters(self.summary, first)))
        mark = CONVOLUTION_BLOCK if first.kind == "convolution" else IDENTITY_BLOCK
        ids = [node.id for block in run for node in self.nodes_of(block)]
        out = run[-1].out
        return self.box(f"block_{first.name}", (f"{first.stage}{letters}  {kind}{times}", filters), mark, [*ids, out])

    def stage(self, number: int) -> Drawing:
        """Draw the blocks of a stage: F on the main road, the shortcut beside it, meeting in the add."""
        blocks = [block for block in self.summary.graph.blocks if block.stage == number]
        source = self.summary.graph.node(blocks[0].input)
        self.graph.attr(ranksep="0.2")
        here = self.box("in", (_("from {layer}").format(layer=source.id),), MARKS["input"], [])
        self.members.pop("in")
        shape, told = shape_text(self.summary.by_id[source.id].output_shape), ""
        runs = [[block] for block in blocks] if len(blocks) <= MAX_DRAWN_BLOCKS else list(_runs(self.summary, number))
        for run in runs:
            here = self.block_roads(run, here, "" if shape == told else f"  {shape}")
            told, shape = shape, shape_text(self.summary.by_id[run[-1].out].output_shape)
        self.graph.node("out", label="", shape="none", width="0", height="0")
        self.graph.edge(here, "out", label=f"  {shape}")
        sentence = _("Stage {stage}: {n} blocks").format(stage=number, n=len(blocks))
        return Drawing(self.graph.source, self.members, sentence)

    def block_roads(self, run: list[Block], source: str, shape: str) -> str:
        """Draw one block (or a run of equal ones) after `source`, its shape beside it; return the name of its end."""
        block = run[0]
        kind = _("convolution block") if block.kind == "convolution" else _("identity block")
        letters = block.name if len(run) == 1 else f"{block.name}–{run[-1].letter}"
        times = f" ×{len(run)}" if len(run) > 1 else ""
        mark = CONVOLUTION_BLOCK if block.kind == "convolution" else IDENTITY_BLOCK
        main = [n.id for b in run for n in self.nodes_of(b) if n.road == "main" and n.id not in (b.add, b.out)]
        lines = (f"{letters}  {kind}{times}", "F: " + " → ".join(_convolutions(self.summary, block)))
        branch = self.box(f"branch_{block.name}", lines, mark, [*main, run[-1].branch])
        self.graph.edge(source, branch, label=shape, weight="8")
        if block.add is None:
            self.members[branch] = (*self.members[branch], *(b.out for b in run))
            return branch
        side = [n for n in self.nodes_of(block) if n.road == "shortcut"]
        ends = [name for b in run for name in (b.add or "", b.out)]
        end = self.box(f"add_{block.name}", ("+",), MARKS["add"], ends)
        self.graph.edge(branch, end, weight="8")
        if side:
            title = layer_title(side[0].layer)
            road = self.box(
                f"shortcut_{block.name}", (_("shortcut"), title), _dashed(mark), [n.id for n in side], group="side"
            )
            self.graph.edge(source, road, style="dashed")
            self.graph.edge(road, end, style="dashed")
        else:
            self.graph.edge(source, end, style="dashed", label="  x")
        return end

    def layers(self, nodes: list[Node], block: Block | None) -> Drawing:
        """Draw every layer of a block (or of the stem or head), with the shape on each edge."""
        self.gap = "   "
        self.graph.attr(ranksep="0.16")
        self.graph.node_attr["height"] = "0.38"
        inside = {node.id for node in nodes}
        sources = dict.fromkeys(name for node in nodes for name in node.inputs if name not in inside)
        for name in sources:
            self.box(f"from_{name}", (_("from {layer}").format(layer=name),), MARKS["input"], [])
            self.members.pop(f"from_{name}")
        for node in nodes:
            self.layer_box(node, show_id=True)
        for node in nodes:
            for name in node.inputs:
                is_shortcut = node.road == "shortcut" or (block and node.id == block.add and name == block.shortcut)
                style = "dashed" if is_shortcut else "solid"
                tail = name if name in inside else f"from_{name}"
                self.graph.edge(
                    tail, node.id, label=self.news(name, inside), style=style, weight="1" if is_shortcut else "8"
                )
        self.graph.node("out", label="", shape="none", width="0", height="0")
        self.graph.edge(nodes[-1].id, "out", label="  " + shape_text(self.summary.by_id[nodes[-1].id].output_shape))
        where = _("Block {name}").format(name=block.name) if block else stage_title(nodes[0].stage)
        return Drawing(self.graph.source, self.members, _("{where}: {n} layers").format(where=where, n=len(nodes)))

    def news(self, name: str, inside: set[str]) -> str:
        """Return the shape a layer gives, if it is new on this road: repeating it eleven times hides the change."""
        record = self.summary.by_id[name]
        return (
            ""
            if name in inside and record.input_shape == record.output_shape
            else f"  {shape_text(record.output_shape)}"
        )

    def layer_box(self, node: Node, *, show_id: bool) -> str:
        kind = kind_of(node.layer)
        if kind == "add":
            return self.box(node.id, ("+",), MARKS[kind], [node.id])
        title = layer_title(node.layer)
        name = node.id if node.is_named else f"<i>{node.id}</i>"
        lines = (title, name) if show_id else (title,)
        return self.box(node.id, lines, MARKS[kind], [node.id], group="side" if node.road == "shortcut" else "main")

    def box(self, name: str, lines: tuple[str, ...], mark: Mark, ids: list[str], *, group: str = "main") -> str:
        first, *rest = lines
        small = "".join(f'{self.gap}<font point-size="11">{line}</font>' for line in rest)
        options = {"width": "0.36", "fixedsize": "true", "fontsize": "20"}
        if mark.shape != "circle":
            parts = [text_width_pt(first, 14) * _BOLD, *(text_width_pt(line, 11) for line in rest)]
            wide = sum(parts) + 10 * len(rest) if self.gap != "<br/>" else max(parts)
            options = {"width": f"{(wide * _ROOM.get(mark.shape, 1.0) + 20) / 72:.2f}"}
        self.graph.node(
            name,
            label=f"<<b>{html.escape(first)}</b>{small}>",
            id=name,
            shape=mark.shape,
            style=mark.style,
            color=mark.color,
            fillcolor=mark.fill,
            group=group,
            **options,
        )
        self.members[name] = tuple(dict.fromkeys(ids))
        return name

    def nodes_of(self, block: Block) -> Iterator[Node]:
        return (n for n in self.summary.graph.nodes if (n.stage, n.block) == (block.stage, block.letter))


def stage_title(stage: int) -> str:
    """Return what a stage is called: the stem is stage 1, the head has no number."""
    if stage == 0:
        return _("Head")
    return _("Stage 1 · stem") if stage == 1 else _("Stage {n}").format(n=stage)


def _runs(summary: NetworkSummary, stage: int) -> Iterator[list[Block]]:
    """Yield runs of neighbouring blocks that are built alike."""
    blocks = [block for block in summary.graph.blocks if block.stage == stage]
    for _key, run in groupby(blocks, key=lambda block: (block.kind, tuple(_convolutions(summary, block)))):
        yield list(run)


def _branch_layers(summary: NetworkSummary, block: Block) -> Iterator[Conv]:
    for node in summary.graph.nodes:
        if (node.stage, node.block, node.road) == (block.stage, block.letter, "main") and isinstance(node.layer, Conv):
            yield node.layer


def _convolutions(summary: NetworkSummary, block: Block) -> list[str]:
    """Return the main path's convolutions as ``3×3, 128``, a stride behind a slash."""
    return [layer_title(layer).removeprefix("Conv ") for layer in _branch_layers(summary, block)]


def _filters(summary: NetworkSummary, block: Block) -> list[int]:
    return [layer.filters for layer in _branch_layers(summary, block)]


def _dashed(mark: Mark) -> Mark:
    return mark._replace(style=f"{mark.style},dashed")
