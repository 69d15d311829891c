"""Activations: what each block does to a picture."""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import activations, doubt, image_source, maps, prediction, surgery

selection = state.current_selection()
picture = image_source.picture_of(selection)
if selection.present:  # the maps grow with the text: the picture stands below them
    main, left = st.container(), st.container()
else:
    left, main = st.columns([0.15, 0.85], gap="medium")
with left:
    pictured = st.container(key="pictured")
with pictured:
    maps.show_input(selection, picture)
    answer = st.container()
    image_source.show_folded()
with main:
    surgery.show_done(selection)
    has_answer = activations.show(selection, picture)
# Last, so that what is shown large comes first; where there is nothing to show, main says why.
if has_answer:
    with answer:
        prediction.show(selection, picture, count=3)
        doubt.show(selection)
