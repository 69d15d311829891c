"""The network as a picture that folds and unfolds in place; every drawn node knows its layers.

A stage is a row of parts. A folded block is F(x), the shortcut round it and the sum; once its stage is open it shows its
convolutions; opened itself, every layer on two paths. The page draws folded parts in one line, as large as the screen
allows, and has Graphviz lay out open blocks one by one, so that opening one moves nothing inside the others;
`Drawing.dot` is the whole as one DOT text. The colours are those of light paper; the page recolours lines and outer text
for the dark theme.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from graphviz import Digraph

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import Block, Node
from resnet_viz.viz.blocks import folded_block, open_block
from resnet_viz.viz.boxes import Part, Pen, digraph, write
from resnet_viz.viz.theme import LINE


class Row(NamedTuple):
    """A stage.

    Attributes:
        name: Its number as text.
        title: What it is called.
        shape: What leaves it.
        filters: The convolutions of its blocks: for each run of blocks that have the same, which blocks and which.
        is_open: Whether its blocks show more than their names.
        can_open: Whether it has blocks.
        parts: What it is made of.
    """

    name: str
    title: str
    shape: str
    filters: tuple[tuple[str, tuple[str, ...]], ...]
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
        signed: What became of layers in a difference, as far as signs in the picture say so.
    """

    rows: tuple[Row, ...]
    members: dict[str, tuple[str, ...]]
    summary: str
    signed: frozenset[str] = frozenset()

    def drawn(self, node_id: str) -> str | None:
        """Return the drawn node that stands for a layer, if any does."""
        return next((name for name, ids in self.members.items() if node_id in ids), None)

    @cached_property
    def headers(self) -> dict[str, str]:
        """What comes before the body of every part, to make it a DOT text: by direction, across (LR) or down (TB)."""
        return {way: "".join(digraph(way)).rpartition("}")[0] for way in ("LR", "TB")}

    @property
    def dot(self) -> str:
        """The whole picture as one DOT text."""
        whole = digraph()
        for row in self.rows:
            with whole.subgraph(name=f"cluster_{row.name}") as stage:
                filters = [" · ".join((*([who] if who else []), *lines)) for who, lines in row.filters]
                label = "\n".join([f"{row.title}  →  {row.shape}", *filters])
                stage.attr(label=label, labeljust="l", color=LINE, fontcolor=LINE, style="rounded")
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
            whole.edge(left.exit, right.entry, label=f" {left.label} " if left.label else "", style=style, weight="8")
        return str(whole.source)


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
        opened: Groups to open, of `LayerGraph.groups`; a block is drawn open only inside an open stage.
        status: What became of a layer in a difference: ``added``, ``removed``, ``changed`` or ``settings``.
        lost_edges: Edges of the other network that this one does not have, drawn dotted inside open blocks.
    """
    pen = Pen(summary, status or {}, frozenset(lost_edges))
    return _Picture(summary, frozenset(opened), pen).drawing()


@dataclass
class _Picture:
    summary: NetworkSummary
    opened: frozenset[str]
    pen: Pen

    def drawing(self) -> Drawing:
        """Draw the stem, the stages and the head."""
        nodes = self.summary.graph.nodes
        stages = self.summary.graph.stages
        rows = [self.row(1, (), [self.layer_part(n) for n in nodes if n.stage == 1])]
        for stage, blocks in stages.items():
            rows.append(self.row(stage, self.filters(blocks), list(self.blocks_of(stage, blocks))))
        rows.append(self.row(0, (), [self.layer_part(n) for n in nodes if n.stage == 0]))
        sentence = _("{n} blocks in {stages} stages between a stem and a classifier").format(
            n=len(self.summary.graph.blocks), stages=len(stages)
        )
        if self.opened:
            opened = _("Open: {groups}").format(groups=joined(sorted(self.opened)))
            sentence = joined((_("{sentence}.").format(sentence=sentence), opened), " ")
        return Drawing(tuple(rows), self.pen.members, sentence, frozenset(self.pen.signed))

    def row(self, stage: int, filters: tuple[tuple[str, tuple[str, ...]], ...], parts: list[Part]) -> Row:
        ids = [node.id for node in self.summary.graph.nodes if node.stage == stage]
        # What leaves the stage is the network's own, unless all of the stage stands in the other one.
        out = ([name for name in ids if self.pen.status.get(name) != "removed"] or ids)[-1]
        shape = shape_text(self.summary.by_id[out].output_shape)
        return Row(str(stage), stage_title(stage), shape, filters, str(stage) in self.opened, stage > 1, tuple(parts))

    def filters(self, blocks: tuple[Block, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the convolutions of a stage's blocks, without their strides; named only where they differ."""

        def without_strides(block: Block) -> tuple[str, ...]:
            return tuple(line.partition(", /")[0] for line in self.pen.convolutions(block))

        runs = [(lines, list(run)) for lines, run in groupby(blocks, key=without_strides)]
        names = [run[0].name if len(run) == 1 else f"{run[0].name}–{run[-1].letter}" for _lines, run in runs]
        return tuple((name if len(runs) > 1 else "", lines) for name, (lines, _run) in zip(names, runs, strict=True))

    def blocks_of(self, stage: int, blocks: tuple[Block, ...]) -> Iterator[Part]:
        """Yield the parts of a stage's blocks."""

        def alike(block: Block) -> tuple[object, ...]:
            return (
                block.kind,
                self.pen.convolutions(block),
                self.pen.status_of([node.id for node in self.pen.graph.inside(block)]),
            )

        for number, (_key, run) in enumerate(groupby(blocks, key=alike)):
            for block in run:
                if {str(stage), block.name} <= self.opened:
                    yield open_block(self.pen, block, number)
                else:
                    yield folded_block(self.pen, block, number, with_filters=str(stage) in self.opened)

    def layer_part(self, node: Node) -> Part:
        box, graph = self.pen.layer(node, show_id=False), Digraph()
        write(graph, box)
        body, is_removed = "".join(graph.body), box.status == "removed"
        size = self.pen.size(node.id)
        return Part(node.id, "", (box,), size, 0, body, node.id, node.id, "", self.pen.new_shape(node.id), is_removed)


def stage_title(stage: int) -> str:
    """Return what a stage is called: the stem is stage 1, the head has no number."""
    if stage == 0:
        return _("Head")
    return _("Stage 1 · stem") if stage == 1 else _("Stage {n}").format(n=stage)
