"""A text of a lesson on the page: its words that point light up what they speak of, wherever it is drawn."""

import html

import streamlit as st

from resnet_viz.lessons.marks import Mark, parts_of
from resnet_viz.lessons.words import WORDS
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block, LayerGraph
from resnet_viz.ui import say, state
from resnet_viz.viz.block_view import terms

LIT = {
    "": {"node", "edge", "map"},
    "layers": {"node"},
    "activations": {"map", "edge", "cell", "node"},
    "train": {"curve"},
}
"""What a page draws that can light up: elsewhere such words just read."""


def show(text: str) -> None:
    """Draw a text, line by line; the style sheet and `style/pointing.js` do the rest."""
    if not any(isinstance(piece, Mark) for piece in parts_of(text)):
        st.markdown(say.paragraphs(text))
        return
    subject = state.subject()
    graph, here = subject.summary.graph, subject.block
    lines = (
        "".join(_piece(piece, graph, here) for piece in parts_of(line)) for line in text.splitlines() if line.strip()
    )
    st.html("".join(f"<p>{line}</p>" for line in lines))


def _piece(piece: str | Mark, graph: LayerGraph, here: Block) -> str:
    if isinstance(piece, str):
        return html.escape(piece)
    if piece.kind == "word":
        return _explained(piece)
    if piece.kind not in LIT.get(state.PAGE.get(), ()) or not is_there(piece, graph, here):
        return html.escape(piece.text)
    names = html.escape(" ".join(names_of(piece, graph, here)))
    return f'<span role="button" tabindex="0" data-points="{names}">{html.escape(piece.text)}</span>'


def _explained(mark: Mark) -> str:
    """Return a word that says what it means where it is rested on; one that nobody explains just reads."""
    text = html.escape(mark.text)
    if mark.target not in WORDS:
        return text
    said = html.escape(_(WORDS[mark.target]))
    return f'<span role="button" tabindex="0" data-says="{said}" aria-label="{text}: {said}">{text}</span>'


def is_there(mark: Mark, graph: LayerGraph, here: Block) -> bool:
    """Return whether the network on show has what a mark names: what a lesson runs may take it away from its own question."""
    if mark.kind == "node":
        return mark.target in graph.by_id or mark.target in graph.block_by_name
    if mark.kind == "edge":
        return mark.target in graph.block_by_name and graph.block_by_name[mark.target].shortcut is not None
    return mark.kind != "map" or mark.target in {term.kind for term in terms(here)}


def names_of(mark: Mark, graph: LayerGraph, here: Block) -> list[str]:
    """Return what may be lit up while the page is at a block, the nearest first.

    Where a layer is folded away its block stands for it; where a block's signals are no maps, the layers they come from do;
    among maps a block is what it puts out, in a chart all its layers.
    """
    if mark.kind == "edge":
        return [mark.name, "map:shortcut", f"node:{mark.target}"]
    if mark.kind == "map" and mark.target == "shortcut":
        return [mark.name, f"edge:{here.name}"]
    found = [mark.name]
    if mark.kind == "node" and mark.target in graph.block_by_name:
        maps = ["map:output"] * (mark.target == here.name)
        return [mark.name, *maps, *(f"node:{node.id}" for node in graph.inside(graph.block_by_name[mark.target]))]
    if mark.kind == "map":
        found += [f"node:{term.node}" for term in terms(here) if term.kind == mark.target]
    layer = found[-1].partition(":")[2]
    block = graph.block_of(layer) if layer in graph.by_id else None
    return [*found, *([f"node:{block.name}"] if block else [])]
