"""The page Weights: what a file is, what it fits, what it has learned, and where two sets differ."""

import streamlit as st

from resnet_viz.ui import resolving, state
from resnet_viz.ui.weights import offer, opening, picture, pixels


def show() -> None:
    """Draw the page."""
    subject = state.subject()
    looked = opening.looked_at(subject.weighing, resolving.trial())
    focus = subject.node, subject.activations.channel
    if subject.viewer.present or subject.viewer.walk:  # the picture alone
        picture.show(looked, *focus, has_choice=False)
    else:
        refused = st.container(key="weights_refused")
        with st.container(key="weights_page"):
            opened, known, main = (st.container(key=f"weights_{name}") for name in ("opened", "known", "main"))
        with opened:
            opening.show(looked, refused)
        with known:
            opening.show_facts(looked)
            told = st.container(key="pixels")
        with main:
            evidence = offer.show(looked)
            found = picture.show(looked, *focus, has_choice=True)
        with told:
            pixels.show(looked, found)
        if evidence:
            with evidence:
                pixels.show_evidence(found)
