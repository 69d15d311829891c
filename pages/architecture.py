"""Architecture: the network as one picture that folds and unfolds, from the whole down to one layer."""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import panels, picture, specification

selection = state.current_selection()
if selection.present:
    if not selection.walk:  # there the question is the line of text
        panels.show_line(selection)
    picture.show(selection)
    panels.show_purpose(selection)
elif selection.walk and selection.panel == "layer":  # nothing beside the picture that the stop does not ask for
    picture.show(selection)
else:
    with st.sidebar:
        specification.show(selection)
    left, right = st.columns([0.715, 0.285], gap="small")
    with left:
        picture.show(selection)
    with right:
        panels.show(selection)
    panels.show_below(selection)
