"""What is in focus, explained: a block as a whole, or one layer with its arithmetic, its cost, its code, its neighbours."""

import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.keras_code import keras_line
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Node
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.architecture import block_panel
from resnet_viz.ui.shared import explained_by
from resnet_viz.viz.layer_facts import layer_facts, shapes_line, unused_cells
from resnet_viz.viz.layer_words import layer_place
from resnet_viz.viz.purpose import purpose


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
    record, untold = summary.record(layer), state.STILL_ASKED.get()
    st.subheader(record.node.id, anchor=False)
    st.markdown(f"{layer_place(summary.graph, record.node)}  \n{shapes_line(record, untold)}")
    st.markdown(purpose(summary, record.node))
    st.html(layer_facts(summary, record, untold))
    unused = unused_cells(summary.graph.spec, layer, untold)
    if unused:
        with st.container(horizontal=True, gap="small", key="maps_reads"):
            for text, reads in unused:
                st.image(reads.png, caption=text, alt=text, width=128, output_format="PNG")
    _show_neighbours(summary, record.node)
    st.code(keras_line(record.node), language=None, wrap_lines=True)


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
