"""The facts of one layer: its arithmetic, its cost, what a cell of it sees, and which of its cells are used."""

from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple

from resnet_viz.analysis import LayerRecord, NetworkSummary, covering_cells, network
from resnet_viz.analysis.arithmetic import (
    field_arithmetic,
    mac_arithmetic,
    parameter_arithmetic,
    shape_arithmetic,
    shape_text,
)
from resnet_viz.analysis.reads import cell_reads, other_stride
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.spec import ResNetSpec
from resnet_viz.viz.layer_words import field_sentence, used_sentence
from resnet_viz.viz.mosaic import counts_png
from resnet_viz.viz.words import short_bytes


class Reads(NamedTuple):
    """What the page says of the cells of a map.

    Attributes:
        cells: How many there are.
        used: How many the next layers use.
        highest: How often at most.
        readers: How many layers these are.
        is_edge: Whether the cells that are not used lie at the edge.
        png: How often each cell is used, as a picture.
    """

    cells: int
    used: int
    highest: int
    readers: int
    is_edge: bool
    png: bytes


@lru_cache(maxsize=256)
def reads_of(spec: ResNetSpec, node: str) -> Reads | None:
    """Return which cells of a layer's map are used, counted once per network and layer: a map has thousands."""
    found = cell_reads(network(spec), node)
    if found is None:
        return None
    highest = max(max(row) for row in found.counts)
    return Reads(found.cells, found.read, highest, len(found.readers), found.is_edge, counts_png(found.counts))


def unused_cells(spec: ResNetSpec, node: str, untold: Container[str] = ()) -> list[tuple[str, Reads]]:
    """Return which cells of a layer are used, where not all are: here, and with the stride on the other convolution.

    Args:
        spec: The network.
        node: The layer.
        untold: Quantities that are not to be told.

    Returns:
        The counts, each with a sentence; nothing where all cells are used.
    """
    here = reads_of(spec, node)
    if here is None or here.used == here.cells or not _tells("used", node, untold):
        return []
    maps = [(_("here"), here)]
    twin = other_stride(spec)
    there = reads_of(twin, node) if twin is not None else None
    if twin is not None and there and (there.png, there.highest) != (here.png, here.highest):
        window = spec.kernel_size if twin.stride_on == "middle" else 1
        name = _("with the stride on the {window} window").format(window=f"{window}×{window}")
        maps.append((name, there))
    return [(_counted(title, reads), reads) for title, reads in maps]


def _counted(title: str, reads: Reads) -> str:
    return ngettext(
        "{title}: {used} of {cells} cells are used, {n} time at most. Dark cells are never used.",
        "{title}: {used} of {cells} cells are used, {n} times at most. Dark cells are never used.",
        reads.highest,
    ).format(title=title, used=f"{reads.used:,}", cells=f"{reads.cells:,}", n=reads.highest)


# What each line tells of a layer, by the names under which a lesson asks for it.
_TOLD = {
    "shape": ("output_side", "channels", "cells", "values", "shape"),
    "parameters": ("parameters", "kernel_weights"),
    "macs": ("macs",),
    "memory": ("values", "activation_bytes"),
    "sees": ("receptive_field", "step", "cells_that_cover"),
    "used": ("read_cells", "unread_cells", "unread_cell"),
}


def _tells(line: str, layer: str, untold: Container[str]) -> bool:
    """Return whether a line tells nothing of a layer that is not to be told."""
    return not any(f"{quantity}({layer})" in untold for quantity in _TOLD[line])


def layer_facts(summary: NetworkSummary, record: LayerRecord, untold: Container[str] = ()) -> str:
    """Return a layer's shape, parameters, cost, memory and sight as an HTML table, each with its arithmetic.

    Args:
        summary: The network.
        record: The layer.
        untold: Quantities that are not to be told: the lines that tell them are left out.
    """
    rows = {
        "shape": (_("Shape"), "<br>".join(shape_arithmetic(record))),
        "parameters": (_("Parameters"), _parameters(record)),
        "macs": (_("MACs"), mac_arithmetic(record)),
        "memory": (_("Memory"), _("{n} per picture (float32)").format(n=short_bytes(record.activation_bytes))),
        "sees": (_("Sees"), _field(summary, record)),
    }
    reads = reads_of(summary.graph.spec, record.node.id)
    if reads and reads.used < reads.cells:
        rows["used"] = _("Used"), used_sentence(reads.cells, reads.used, reads.readers, is_edge=reads.is_edge)
    told = (row for line, row in rows.items() if _tells(line, record.node.id, untold))
    table = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in told)
    return f"<table class='facts'>{table}</table>"


def shapes_line(record: LayerRecord, untold: Container[str] = ()) -> str:
    """Return the shapes before and after the layer; the one before alone, where the other is not to be told."""
    before, after = (f"`{shape_text(shape)}`" for shape in (record.input_shape, record.output_shape))
    return f"{before} → {after}" if _tells("shape", record.node.id, untold) else before


def _parameters(record: LayerRecord) -> str:
    text = parameter_arithmetic(record)
    if record.non_trainable:
        text += "<br>" + _("{a} trained, {b} moving statistics").format(
            a=f"{record.trainable:,}", b=f"{record.non_trainable:,}"
        )
    return text


def _field(summary: NetworkSummary, record: LayerRecord) -> str:
    """Return what a cell sees, and behind a mark how that is computed."""
    if len(record.output_shape) != 3:
        return _("all of the last map")
    height, width = summary.graph.spec.input_shape[:2]
    field, (rows, columns) = record.field, record.output_shape[:2]
    covering = covering_cells(field.height, rows, height) * covering_cells(field.width, columns, width)
    said = field_sentence(field.height.size, field.height.stride, covering, rows * columns)
    exact = _("{sum}. The first cell's square starts at pixel {start}.").format(
        sum=field_arithmetic(summary, record), start=f"{field.height.start}".replace("-", "−")
    )
    how = _("How it is computed")
    return f"{said}<details><summary>{how}</summary>{exact}</details>"
