"""One layer in full: settings, shape, arithmetic, parameters, cost, receptive field, code, neighbours."""

from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from resnet_viz.analysis import LayerRecord, NetworkSummary, covering_cells
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
from resnet_viz.spec import Node, ResNetSpec
from resnet_viz.spec.layers import kind_of
from resnet_viz.ui import state
from resnet_viz.ui.cache import network
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.dot import stage_title
from resnet_viz.viz.mosaic import counts_png
from resnet_viz.viz.purpose import purpose
from resnet_viz.viz.words import kind_name, layer_title, short_bytes


class Reads(NamedTuple):
    """What the page says of the cells of a map: how many are read, how often at most, by whom, and a map of it."""

    cells: int
    read: int
    highest: int
    readers: tuple[str, ...]
    png: bytes


@lru_cache(maxsize=256)
def reads_of(spec: ResNetSpec, node: str) -> Reads | None:
    """Return which cells of a layer's map are read, counted once per network and layer: a map has thousands."""
    found = cell_reads(network(spec), node)
    if found is None:
        return None
    highest = max(max(row) for row in found.counts)
    return Reads(found.cells, found.read, highest, found.readers, counts_png(found.counts))


def show(selection: Selection) -> None:
    """Draw the inspector of the selected layer."""
    summary = selection.summary
    record = summary.record(selection.layer)
    st.subheader(record.node.id, anchor=False)
    st.markdown(f"**{_title(record.node)}** · {_place(record.node)}  \n{_shapes(record)}")
    st.markdown(purpose(summary, record.node))
    rows = [
        (_("Shape"), "<br>".join(shape_arithmetic(record))),
        (_("Parameters"), _parameters(record)),
        (_("MACs"), mac_arithmetic(record)),
        (_("Memory"), _("{n} per picture (float32)").format(n=short_bytes(record.activation_bytes))),
        (_("Sees"), _field(summary, record)),
    ]
    if record.node.block:
        rows.append((_("Block {name}").format(name=selection.block.name), _block(selection)))
    reads = reads_of(selection.spec, record.node.id)
    if reads and reads.read < reads.cells:
        rows.append((_("Is read"), _reads_text(reads)))
    table = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in rows)
    st.html(f"<table class='facts'>{table}</table>")
    if reads and reads.read < reads.cells:
        _show_unread(selection, reads)
    _show_neighbours(summary, record.node)
    st.code(keras_line(record.node), language=None, wrap_lines=True)


def _block(selection: Selection) -> str:
    """Return the sums of the layer's block and its share of the network."""
    block, whole = selection.block, selection.summary.totals
    totals = selection.summary.totals_where(lambda node: (node.stage, node.block) == (block.stage, block.letter))
    return _("{n} parameters ({share:.1%} of all), {macs} MACs ({mac_share:.1%})").format(
        n=f"{totals.parameters:,}",
        share=totals.parameters / max(1, whole.parameters),
        macs=f"{totals.macs:,}",
        mac_share=totals.macs / max(1, whole.macs),
    )


def _reads_text(reads: Reads) -> str:
    return _("{read} of {cells} cells, by {readers}; {unread} are never read").format(
        read=f"{reads.read:,}",
        cells=f"{reads.cells:,}",
        unread=f"{reads.cells - reads.read:,}",
        readers=", ".join(reads.readers),
    )


def _show_unread(selection: Selection, reads: Reads) -> None:
    """Draw which cells are read how often, here and with the stride on the other convolution."""
    maps = [(_("here"), reads)]
    twin = other_stride(selection.spec)
    if twin is not None:
        there = reads_of(twin, selection.layer)
        if there and (there.png, there.highest) != (reads.png, reads.highest):
            name = _("v1.5 (stride on f×f)") if twin.stride_on == "middle" else _("v1 (stride on 1×1)")
            maps.append((name, there))
    with st.container(horizontal=True, gap="small", key="maps_reads"):
        for title, own in maps:
            text = _("{title}: {read} of {cells} read, up to {n}×; dark: never").format(
                title=title, read=own.read, cells=own.cells, n=own.highest
            )
            st.image(own.png, caption=text, alt=text, width=128)


def _title(node: Node) -> str:
    title, kind = layer_title(node.layer), kind_name(kind_of(node.layer))
    return title if title == kind else f"{title} · {kind}"


def _place(node: Node) -> str:
    roads = {"main": _("main path"), "shortcut": _("shortcut"), "trunk": ""}
    where = _("block {name}").format(name=f"{node.stage}{node.block}") if node.block else stage_title(node.stage)
    name = "" if node.is_named else _("the name is ours")
    return " · ".join(part for part in (where, roads[node.road], name) if part)


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
    if len(record.output_shape) != 3:
        return _("all of the last map")
    height, width = summary.graph.spec.input_shape[:2]
    field, (rows, columns) = record.field, record.output_shape[:2]
    text = _("{sum}, one cell every {stride} px; the first starts at {start}").format(
        sum=field_arithmetic(summary, record),
        stride=field.height.stride,
        start=f"{field.height.start}".replace("-", "−"),
    )
    covering = covering_cells(field.height, rows, height) * covering_cells(field.width, columns, width)
    return text + "<br>" + _("{n} of {cells} cells see the whole picture").format(n=covering, cells=rows * columns)


def _show_neighbours(summary: NetworkSummary, node: Node) -> None:
    readers = summary.graph.readers[node.id]
    with st.container(horizontal=True, gap="small"):
        for name in node.inputs:
            _jump(f"← {name}", name, "before")
        for name in readers:
            _jump(f"{name} →", name, "after")


def _jump(label: str, name: str, side: str) -> None:
    st.button(label, key=f"{side}_{name}", on_click=state.set_parts, kwargs={"node": name}, type="tertiary")
