"""Train: a demo in front of the class, every run kept."""

import streamlit as st

from resnet_viz.ui import state
from resnet_viz.ui.components import run_list, run_view, training_setup

selection = state.current_selection()
if (selection.present or selection.walk) and selection.run:
    run_view.show(selection)
else:
    left, right = st.columns([0.27, 0.73], gap="medium")
    with left:
        training_setup.show(selection)
    with right:
        if selection.run:
            run_view.show(selection)
        else:
            training_setup.show_choices(selection)
    run_list.show(selection)
