"""A block as one thing: what it adds up, what its F is, what it costs, what it did to the picture."""

import html

import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.spec import Block, LayerGraph
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.architecture import block_strength
from resnet_viz.viz.block_account import block_kind, block_purpose, block_shapes
from resnet_viz.viz.block_table import block_cost, branch_table, equation


def show(trial: Trial, block: Block, *, is_open: bool) -> None:
    """Draw the account of the block in focus."""
    summary = trial.summary
    st.subheader(_("Block {name}").format(name=block.name), anchor=False)
    st.html(f"<p class='equation'>{equation(summary, block)} <span>{html.escape(block_kind(block))}</span></p>")
    st.markdown(block_purpose(summary.graph, block))
    st.html(branch_table(summary, block))
    if not trial.lacks_picture:  # the pages that show pictures say so
        block_strength.show(trial, block)
    st.button(
        _("See what it added to your picture") if block.add else _("See it on your picture"),
        key="block_see",
        on_click=_see,
        args=(block.name,),
    )
    st.html(block_cost(summary, block))
    _show_layers(summary.graph, block, is_open=is_open)


def show_line(summary: NetworkSummary, block: Block) -> None:
    """Draw the block in one line, for the projector."""
    before, after = block_shapes(summary, block)
    title = _("Block {name}").format(name=block.name)
    st.html(
        f"<p class='equation'><strong>{title}</strong> {equation(summary, block)} <span>{before} → {after}</span></p>"
    )


def _show_layers(graph: LayerGraph, block: Block, *, is_open: bool) -> None:
    """Draw the way into the block: the picture of it, and its layers as small links."""
    st.button(
        _("Close the block") if is_open else _("Open the block"),
        key="block_open",
        on_click=lambda: state.update(lambda now: now.toggled(block.name)),
    )
    ids = [node.id for node in graph.inside(block)]
    key = state.bind("block_layers", None)
    with st.expander(ngettext("Its {n} layer", "Its {n} layers", len(ids)).format(n=len(ids)), key="block_inside"):
        st.pills(
            _("Layers"),
            ids,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: state.update(lambda now: now.revealing(state.typed(key)) if state.typed(key) else now),
        )


def _see(name: str) -> None:
    """Go to the page that takes the block apart."""
    state.jump(state.subject().having(node=name, aspect="block"), "activations")
