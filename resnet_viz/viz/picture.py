"""The network picture as the browser's component takes it: parts to lay out, cards, colours, words."""

from collections.abc import Sequence
from typing import Any

from resnet_viz.analysis import LayerRecord, NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.viz.block_account import block_shapes, shortcut_term
from resnet_viz.viz.boxes import Box, Part
from resnet_viz.viz.coloring import Coloring, color_title
from resnet_viz.viz.dot import Drawing, stage_title
from resnet_viz.viz.theme import STATUS_MARKS
from resnet_viz.viz.words import layer_title, short_count, status_name


def picture_data(
    summary: NetworkSummary,
    drawing: Drawing,
    node: str,
    coloring: Coloring,
    colors: tuple[str, Sequence[str]],
    file_name: str,
    *,
    tells_shapes: bool = True,
) -> dict[str, Any]:
    """Return everything `dev/frontend/graph` needs, as plain JSON values.

    Args:
        summary: What is drawn.
        drawing: How.
        node: The layer or the block in focus.
        coloring: What its colours mean.
        colors: The chosen colouring, and those to choose from.
        file_name: Stem of saved pictures.
        tells_shapes: Whether it says what leaves stages, blocks and layers.
    """
    return {
        "headers": drawing.headers,
        "rows": [row if tells_shapes else row | {"shape": ""} for row in rows_of(drawing)],
        "selected": _chosen(summary, drawing, node),
        "label": drawing.summary,
        "layers": list(summary.by_id),
        "crumbs": _crumbs(summary, node),
        "cards": cards_of(summary, drawing, tells_shapes=tells_shapes),
        "fills": coloring.fills,
        "legend": _legend(coloring) | {"signs": _signs(drawing)},
        "color": colors[0],
        "colors": [[name, color_title(name)] for name in colors[1]],
        "fileName": file_name,
        "texts": _texts(),
    }


def rows_of(drawing: Drawing) -> list[dict[str, Any]]:
    """Return a drawing's rows with their parts."""
    return [row._asdict() | {"parts": [_part(part) for part in row.parts]} for row in drawing.rows]


def _chosen(summary: NetworkSummary, drawing: Drawing, focus: str) -> str | None:
    """Return what is chosen in the picture: a block's name while the block is closed or chosen itself, else a drawn node."""
    graph = summary.graph
    block = graph.block_by_name.get(focus) or (graph.block_of(focus) if focus in graph.by_id else None)
    opened = {part.block for row in drawing.rows for part in row.parts if part.title}
    if block and (focus == block.name or block.name not in opened):
        return block.name
    return drawing.drawn(focus)


def _part(part: Part) -> dict[str, Any]:
    """Return a part; only an open block is laid out from its DOT text."""
    return part._asdict() | {"boxes": [_box(box) for box in part.boxes], "body": part.body if part.title else ""}


def _box(box: Box) -> dict[str, Any]:
    looks = {"color": box.mark.color, "shape": box.mark.shape, "style": box.mark.style, "fill": box.fill}
    return {"name": box.name, "role": box.role, "lines": box.lines, "status": box.status, "sign": box.sign} | looks


def cards_of(summary: NetworkSummary, drawing: Drawing, *, tells_shapes: bool = True) -> dict[str, list[str]]:
    """Return what a glance at each drawn node and at each block says."""
    graph = summary.graph
    blocks = {block.name: _block_card(summary, block) for block in graph.blocks}
    cards = {name: _card(summary, ids) for name, ids in drawing.members.items()} | blocks
    return cards if tells_shapes else {name: [*lines[:2], *lines[3:]] for name, lines in cards.items()}


def _block_card(summary: NetworkSummary, block: Block) -> list[str]:
    term = shortcut_term(summary.graph, block)
    before, after = block_shapes(summary, block)
    records = [summary.by_id[node.id] for node in summary.graph.inside(block)]
    title = _("Block {name}").format(name=block.name)
    return [title, f"y = F(x) + {term}" if term else "y = F(x)", f"{before} → {after}", *_counts(records)]


def _crumbs(summary: NetworkSummary, focus: str) -> list[dict[str, str]]:
    """Return the way to a block or a layer; each step names the group that it shows."""
    graph, steps = summary.graph, [{"label": _("Network"), "group": ""}]
    block = graph.block_by_name.get(focus)
    if block is None and focus not in summary.by_id:
        return steps
    block = block or graph.block_of(focus)
    stage = block.stage if block else graph.node(focus).stage
    steps.append({"label": stage_title(stage), "group": str(stage)})
    if block:
        steps.append({"label": _("Block {name}").format(name=block.name), "group": block.name})
    return steps if focus in graph.block_by_name else [*steps, {"label": focus, "group": f"={focus}"}]


def _card(summary: NetworkSummary, ids: tuple[str, ...]) -> list[str]:
    """Return what a glance at a drawn node says: which layers, the shape, the counts."""
    records = [summary.by_id[node_id] for node_id in ids]
    first, last = records[0], records[-1]
    title = layer_title(last.node.layer) if len(ids) == 1 else _("{n} layers").format(n=len(ids))
    name = ids[0] if len(ids) == 1 else f"{ids[0]} … {ids[-1]}"
    shapes = f"{shape_text(first.input_shape)} → {shape_text(last.output_shape)}"
    return [title, name, shapes, *_counts(records)]


def _counts(records: list[LayerRecord]) -> list[str]:
    parameters, macs = sum(r.parameters for r in records), sum(r.macs for r in records)
    return [_("{p} parameters, {m} MACs").format(p=short_count(parameters), m=short_count(macs))]


def _legend(coloring: Coloring) -> dict[str, Any]:
    legend = coloring.legend
    marks = [{"color": color, "text": text, "shape": shape} for color, text, shape in legend.marks]
    return legend._asdict() | {"marks": marks}


def _signs(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the signs that stand in the boxes of a difference, each with what it means."""
    return [(mark.sign, status_name(status)) for status, mark in STATUS_MARKS.items() if status in drawing.signed]


def _texts() -> dict[str, str]:
    return {
        "zoomIn": _("Zoom in (+)"),
        "zoomOut": _("Zoom out (−)"),
        "fit": _("Fit (0)"),
        "data": _("data"),
        "dataHint": _("Watch the data flow: it parts before each block, and the sum joins it"),
        "save": _("Save"),
        "svg": _("Save this picture as SVG"),
        "png": _("Save this picture as PNG"),
        "drawing": _("Drawing…"),
        "failed": _("The picture could not be drawn: reload the page."),
        "open": _("Open"),
        "close": _("Close"),
        "trail": _("Where we are"),
        "colors": _("Colour by"),
        "search": _("Find"),
        "nothing": _("No block and no layer of this network is called that."),
    }
