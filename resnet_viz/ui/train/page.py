"""The page Train: a demo in front of the class, every run kept."""

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.spec.changes import to_text
from resnet_viz.training.demos import demos
from resnet_viz.ui import state
from resnet_viz.ui.train import run_list, run_view, training_setup


def show() -> None:
    """Draw the page."""
    subject = state.subject()
    shown, viewer = subject.train, subject.viewer
    if (viewer.present or viewer.walk) and shown.run:
        if not viewer.walk:  # whose stop asks its own
            st.title(_(demos()[shown.demo].question), anchor=False)
        run_view.show(shown, viewer)
    else:
        training_setup.show(shown)
        if shown.run:
            run_view.show(shown, viewer)
        else:
            training_setup.show_choices(shown, to_text(subject.preset, subject.base, subject.spec))
        run_list.show(shown)
