"""Architecture: the network as one picture that folds and unfolds, from the whole down to one layer."""

import streamlit as st

from resnet_viz.ui import resolving, state
from resnet_viz.ui.architecture import panels, picture

subject, trial = state.subject(), resolving.trial()
viewer = subject.viewer
if viewer.present and not viewer.walk:  # there the question is the line of text
    panels.show_line(trial.summary, subject.node)
with st.container(key="drawn"):
    picture.show(subject)
if viewer.present:
    if not viewer.walk:
        panels.show_purpose(trial.summary, subject.node)
elif (
    not viewer.walk or subject.architecture.panel != "layer"
):  # nothing beside the picture that a stop does not ask for
    with st.container(key="beside"):
        panels.show(subject, trial)
    if not viewer.walk:
        with st.container(key="below"):
            panels.show_below(subject.spec, subject.other, subject.preset)
