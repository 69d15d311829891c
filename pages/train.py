"""Train: a demo in front of the class, every run kept."""

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.training.demos import demos
from resnet_viz.ui import state
from resnet_viz.ui.components import run_list, run_view, training_setup

selection = state.current_selection()
if (selection.present or selection.walk) and selection.run:
    if not selection.walk:  # whose stop asks its own
        st.title(_(demos()[selection.demo].question), anchor=False)
    run_view.show(selection)
else:
    training_setup.show(selection)
    if selection.run:
        run_view.show(selection)
    else:
        training_setup.show_choices(selection)
    run_list.show(selection)
