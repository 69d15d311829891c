"""Explain: why does the network say that of this picture?"""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import doubt, explanation, image_source, maps, prediction, surgery

selection = state.current_selection()
picture = image_source.picture_of(selection)
left, hero, side = st.columns([0.2, 0.4, 0.4], gap="medium")
with left:
    with st.container(key="pictured"):
        maps.show_input(selection, picture, width=148)
        # High up: what opens below it has to fit on the screen.
        image_source.show_folded()
        with st.container():
            shares = prediction.show(selection, picture, count=5)
            if shares is not None:
                doubt.show(selection)
    surgery.show(selection)
with hero:
    surgery.show_done(selection)
if shares is not None:
    explanation.show(selection, picture, shares, hero, side)
