"""A text of a lesson on the page: its words that point light up what they speak of, wherever it is drawn."""

import html

import streamlit as st

from resnet_viz.lessons.marks import Mark, parts_of
from resnet_viz.spec.graph import LayerGraph
from resnet_viz.ui import say, state


def show(text: str) -> None:
    """Draw a text, line by line; the style sheet and `style/pointing.js` do the rest."""
    if not any(isinstance(piece, Mark) for piece in parts_of(text)):
        st.markdown(say.paragraphs(text))
        return
    graph = state.subject().summary.graph
    lines = ("".join(_piece(piece, graph) for piece in parts_of(line)) for line in text.splitlines() if line.strip())
    st.html("".join(f"<p>{line}</p>" for line in lines))


def _piece(piece: str | Mark, graph: LayerGraph) -> str:
    if isinstance(piece, str):
        return html.escape(piece)
    names = html.escape(" ".join(names_of(piece, graph)))
    return f'<span role="button" tabindex="0" data-points="{names}">{html.escape(piece.text)}</span>'


def names_of(mark: Mark, graph: LayerGraph) -> list[str]:
    """Return what may be lit up, the nearest first: where a layer is folded away, its block stands for it."""
    if mark.kind == "edge":
        return [mark.name, "map:shortcut"]
    block = graph.block_of(mark.target) if mark.kind == "node" and mark.target in graph.by_id else None
    return [mark.name, *([f"node:{block.name}"] if block else [])]
