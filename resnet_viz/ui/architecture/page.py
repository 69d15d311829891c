"""The page Architecture: the network as one picture that folds and unfolds, from the whole down to one layer."""

import streamlit as st

from resnet_viz.ui import resolving, state
from resnet_viz.ui.architecture import panels, picture


def show() -> None:
    """Draw the page."""
    subject, trial = state.subject(), resolving.trial()
    viewer = subject.viewer
    # On a walk the question stands above the picture, and nothing beside it that a stop does not ask for; what is in focus
    # is told once a lesson's question is answered. Projected, a block that is open needs all of the width to be read.
    is_evidence = bool(viewer.walk) and state.ASKED.get() == "answered"
    is_wide = viewer.present and any(
        trial.summary.graph.block_by_name.get(name) for name in subject.architecture.opened
    )
    is_asked = bool(viewer.walk) and subject.architecture.panel == "layer"
    is_shown = viewer.present and not viewer.walk
    if is_shown:
        panels.show_line(trial.summary, subject.node)
    with st.container(key="drawn"):
        picture.show(subject)
    if is_shown:
        panels.show_purpose(trial.summary, subject.node)
    elif not is_wide and (is_evidence or not is_asked):  # projected too, where a stop compares
        with st.container(key="beside"):
            panels.show(subject, trial)
        if not viewer.walk:
            with st.container(key="below"):
                panels.show_below(subject.spec, subject.other, subject.preset)
