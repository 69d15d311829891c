"""What a first visitor reads: one sentence and two ways to begin."""

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import kept
from resnet_viz.ui.frame import walk

_LESSON = "shortcut"


def show() -> None:
    """Draw the sentence, the two offers, and what closes them."""
    with st.container(key="welcome", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_("A residual network adds each block's answer to its input."), width="content")
        st.button(_("What is a shortcut for?"), key="welcome_lesson", type="primary", on_click=_learn)
        st.button(_("Watch two networks learn"), key="welcome_train", on_click=_watch)
        st.button("×", key="welcome_close", type="tertiary", on_click=kept.set_greeted, help=_("Close this"))


def _learn() -> None:
    kept.set_greeted()
    walk.start(_LESSON)


def _watch() -> None:
    kept.set_greeted()
    walk.watch_two_networks()
