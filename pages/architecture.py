"""Architecture: the network as one picture that folds and unfolds, from the whole down to one layer."""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import panels, picture

selection = state.current_selection()
if selection.present and not selection.walk:  # there the question is the line of text
    panels.show_line(selection)
with st.container(key="drawn"):
    picture.show(selection)
if selection.present:
    if not selection.walk:
        panels.show_purpose(selection)
elif not selection.walk or selection.panel != "layer":  # nothing beside the picture that a stop does not ask for
    with st.container(key="beside"):
        panels.show(selection)
    if not selection.walk:
        with st.container(key="below"):
            panels.show_below(selection)
