"""A text of a lesson on the page: its words that point light up what they speak of, wherever it is drawn."""

import html

import streamlit as st

from resnet_viz.lessons.marks import Mark, parts_of
from resnet_viz.lessons.words import WORDS
from resnet_viz.messages import gettext as _
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import say, state
from resnet_viz.viz.block_view import terms


def show(text: str) -> None:
    """Draw a text, line by line; the style sheet and `style/pointing.js` do the rest."""
    if not any(isinstance(piece, Mark) for piece in parts_of(text)):
        st.markdown(say.paragraphs(text))
        return
    subject = state.subject()
    lines = ("".join(_piece(piece, subject) for piece in parts_of(line)) for line in text.splitlines() if line.strip())
    st.html("".join(f"<p>{line}</p>" for line in lines))


def _piece(piece: str | Mark, subject: Subject) -> str:
    if isinstance(piece, str):
        return html.escape(piece)
    if piece.kind == "word":
        return _explained(piece)
    names = html.escape(" ".join(names_of(piece, subject)))
    return f'<span role="button" tabindex="0" data-points="{names}">{html.escape(piece.text)}</span>'


def _explained(mark: Mark) -> str:
    """Return a word that says what it means where it is rested on; one that nobody explains just reads."""
    text, said = html.escape(mark.text), html.escape(_(WORDS.get(mark.target, "")) if mark.target in WORDS else "")
    return (
        f'<span role="button" tabindex="0" data-says="{said}" aria-label="{text}: {said}">{text}</span>'
        if said
        else text
    )


def names_of(mark: Mark, subject: Subject) -> list[str]:
    """Return what may be lit up, the nearest first.

    Where a layer is folded away its block stands for it; where a block's signals are no maps, the layers they come from do;
    among maps a block is what it puts out, in a chart all its layers.
    """
    graph = subject.summary.graph
    if mark.kind == "edge":
        return [mark.name, "map:shortcut"]
    if mark.kind == "map" and mark.target == "shortcut":
        return [mark.name, f"edge:{subject.block.name}"]
    found = [mark.name]
    if mark.kind == "node" and mark.target in graph.block_by_name:
        maps = ["map:output"] * (mark.target == subject.block.name)
        return [mark.name, *maps, *(f"node:{node.id}" for node in graph.inside(graph.block_by_name[mark.target]))]
    if mark.kind == "map":
        found += [f"node:{term.node}" for term in terms(subject.block) if term.kind == mark.target]
    layer = found[-1].partition(":")[2]
    block = graph.block_of(layer) if layer in graph.by_id else None
    return [*found, *([f"node:{block.name}"] if block else [])]
