"""Architecture: the network as a picture, from the whole down to one layer."""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import inspector, picture, specification

selection = state.current_selection()
with st.sidebar:
    specification.show(selection)
left, right = st.columns([0.715, 0.285], gap="small")
with left:
    picture.show(selection)
with right:
    inspector.show(selection)
    specification.show_changes(selection)
