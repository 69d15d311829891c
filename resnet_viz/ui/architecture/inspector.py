"""What is in focus, explained: a block as a whole, or one layer with its arithmetic, its cost, its code, its neighbours."""

from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from resnet_viz.analysis import LayerRecord, NetworkSummary, covering_cells, network
from resnet_viz.analysis.arithmetic import (
    field_arithmetic,
    mac_arithmetic,
    parameter_arithmetic,
    shape_arithmetic,
    shape_text,
)
from resnet_viz.analysis.keras_code import keras_line
from resnet_viz.analysis.reads import cell_reads, other_stride
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.spec import Node, ResNetSpec
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.architecture import block_panel
from resnet_viz.ui.shared import explained_by
from resnet_viz.viz.layer_words import field_sentence, layer_place, used_sentence
from resnet_viz.viz.mosaic import counts_png
from resnet_viz.viz.purpose import purpose
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


def show(trial: Trial, focus: str, opened: frozenset[str]) -> None:
    """Draw the inspector of the block or the layer in focus."""
    with st.container(key="inspector", gap="small"):
        block = trial.summary.graph.block_by_name.get(focus)
        if block:
            block_panel.show(trial, block, is_open=block.name in opened)
        else:
            _show_layer(trial.summary, focus)
        explained_by.show_part(trial.summary.graph, focus)


def _show_layer(summary: NetworkSummary, layer: str) -> None:
    record = summary.record(layer)
    st.subheader(record.node.id, anchor=False)
    st.markdown(f"{layer_place(summary.graph, record.node)}  \n{_shapes(record)}")
    st.markdown(purpose(summary, record.node))
    reads = reads_of(summary.graph.spec, record.node.id)
    unused = reads if reads and reads.used < reads.cells else None
    rows = [
        (_("Shape"), "<br>".join(shape_arithmetic(record))),
        (_("Parameters"), _parameters(record)),
        (_("MACs"), mac_arithmetic(record)),
        (_("Memory"), _("{n} per picture (float32)").format(n=short_bytes(record.activation_bytes))),
        (_("Sees"), _field(summary, record)),
    ]
    if unused:
        rows.append((_("Used"), used_sentence(unused.cells, unused.used, unused.readers, is_edge=unused.is_edge)))
    table = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in rows)
    st.html(f"<table class='facts'>{table}</table>")
    if unused:
        _show_unused(summary.graph.spec, layer, unused)
    _show_neighbours(summary, record.node)
    st.code(keras_line(record.node), language=None, wrap_lines=True)


def _show_unused(spec: ResNetSpec, layer: str, reads: Reads) -> None:
    """Draw which cells are used how often, here and with the stride on the other convolution."""
    maps = [(_("here"), reads)]
    twin = other_stride(spec)
    if twin is not None:
        there = reads_of(twin, layer)
        if there and (there.png, there.highest) != (reads.png, reads.highest):
            name = _("v1.5 (stride on f×f)") if twin.stride_on == "middle" else _("v1 (stride on 1×1)")
            maps.append((name, there))
    with st.container(horizontal=True, gap="small", key="maps_reads"):
        for title, own in maps:
            text = ngettext(
                "{title}: {used} of {cells} cells are used, {n} time at most. Dark cells are never used.",
                "{title}: {used} of {cells} cells are used, {n} times at most. Dark cells are never used.",
                own.highest,
            ).format(title=title, used=f"{own.used:,}", cells=f"{own.cells:,}", n=own.highest)
            st.image(own.png, caption=text, alt=text, width=128)


def _shapes(record: LayerRecord) -> str:
    return f"`{shape_text(record.input_shape)}` → `{shape_text(record.output_shape)}`"


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


def _show_neighbours(summary: NetworkSummary, node: Node) -> None:
    """Draw ways to the layers before and after, and to the block as a whole."""
    with st.container(horizontal=True, gap="small"):
        block = summary.graph.block_of(node.id)
        if block:
            _jump(_("Block {name}").format(name=block.name), block.name, "block")
        for name in node.inputs:
            _jump(f"← {name}", name, "before")
        for name in summary.graph.readers[node.id]:
            _jump(f"{name} →", name, "after")


def _jump(label: str, name: str, side: str) -> None:
    st.button(label, key=f"{side}_{name}", on_click=state.set_parts, kwargs={"node": name}, type="tertiary")
