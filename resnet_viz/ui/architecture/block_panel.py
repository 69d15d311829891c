"""A block as one thing: what it adds up, what its F is, what it costs, what it did to the picture."""

import html

import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.spec import Block, LayerGraph
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.architecture import block_strength
from resnet_viz.viz.block_account import (
    block_kind,
    block_purpose,
    block_shapes,
    branch_lines,
    shortcut_line,
    shortcut_term,
)
from resnet_viz.viz.theme import BRANCH, INK, SHORTCUT
from resnet_viz.viz.words import short_count


def show(trial: Trial, block: Block, *, is_open: bool) -> None:
    """Draw the account of the block in focus."""
    summary = trial.summary
    st.subheader(_("Block {name}").format(name=block.name), anchor=False)
    st.html(f"<p class='equation'>{_sum(summary, block)} <span>{html.escape(block_kind(block))}</span></p>")
    st.markdown(block_purpose(summary.graph, block))
    st.html(_parts(summary, block))
    if not trial.lacks_picture:  # the pages that show pictures say so
        block_strength.show(trial, block)
    st.button(
        _("See what it added to your picture") if block.add else _("See it on your picture"),
        key="block_see",
        on_click=_see,
        args=(block.name,),
    )
    st.html(_facts(summary, block))
    _show_layers(summary.graph, block, is_open=is_open)


def show_line(summary: NetworkSummary, block: Block) -> None:
    """Draw the block in one line, for the projector."""
    before, after = block_shapes(summary, block)
    title = _("Block {name}").format(name=block.name)
    st.html(f"<p class='equation'><strong>{title}</strong> {_sum(summary, block)} <span>{before} → {after}</span></p>")


def _sum(summary: NetworkSummary, block: Block) -> str:
    """Return what the block computes, in the picture's colours."""
    term = shortcut_term(summary.graph, block)
    branch = f"<b style='background:{BRANCH.fill};color:{INK}'>F(x)</b>"
    return f"y = {branch}" + (f" + <b style='border-color:{SHORTCUT}'>{html.escape(term)}</b>" if term else "")


def _parts(summary: NetworkSummary, block: Block) -> str:
    """Return F line by line, and what stands on the shortcut."""
    rows = []
    for place, line in enumerate(branch_lines(summary.graph, block)):
        before = html.escape(joined((*line.before, "")))
        after = html.escape(joined(line.after))
        rows.append(("F" if not place else "", f"{before}<b>{html.escape(line.convolution)}</b>", after))
    if side := shortcut_line(summary.graph, block):
        first, _comma, rest = side.partition(" → ")
        rows.append((_("Shortcut"), f"<b>{html.escape(first)}</b>", html.escape(rest)))
    cells = "".join(
        f"<tr><td>{name}</td><td>{convolution}</td><td>{rest}</td></tr>" for name, convolution, rest in rows
    )
    return f"<table class='facts branch'>{cells}</table>"


def _facts(summary: NetworkSummary, block: Block) -> str:
    """Return the shapes and the cost, a line each."""
    before, after = block_shapes(summary, block)
    last = _("Then a ReLU.") if block.has_final_relu else ""
    whole = summary.totals
    own = summary.totals_where(lambda node: (node.stage, node.block) == (block.stage, block.letter))
    parameters = _("{n} parameters ({share:.1%} of the network)").format(
        n=f"{own.parameters:,}", share=own.parameters / max(1, whole.parameters)
    )
    macs = _("{n} MACs ({share:.1%} of the network)").format(
        n=short_count(own.macs), share=own.macs / max(1, whole.macs)
    )
    return "".join(f"<p class='fact'>{line}</p>" for line in (f"{before} → {after}. {last}", parameters, macs))


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
