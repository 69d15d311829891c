"""The map behind "?": which question each page answers, and the way there."""

import streamlit as st

from resnet_viz.lessons.walks import PAGES
from resnet_viz.messages import gettext as _
from resnet_viz.reports.questions import QUESTIONS, Question
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import state
from resnet_viz.ui.frame import present, walking

_IN_A_LINE = 4


def show_button() -> None:
    """Draw the button; the key "?" presses it (`style/keys.js`)."""
    if st.button("?", key="answers_map", type="tertiary", help=_("What each page answers")):
        st.dialog(_("What each page answers"), width="large")(_show)(state.subject().viewer)


def _show(viewer: Viewer) -> None:
    if state.awaits_page():  # a question was chosen
        st.rerun()
    if viewer.present:
        present.show_help(viewer)
    with st.container(key="answers_pages"):
        for first in range(0, len(PAGES), _IN_A_LINE):
            for path, column in zip(PAGES[first : first + _IN_A_LINE], st.columns(_IN_A_LINE), strict=False):
                with column:
                    _show_page(path, *QUESTIONS[path])


def _show_page(path: str, title: str, questions: tuple[Question, ...]) -> None:
    st.markdown(f"**{_(title)}**")
    for index, question in enumerate(questions):
        key = f"map_{path or 'architecture'}_{index}"
        st.button(_(question.text), key=key, type="tertiary", on_click=_go, args=(path, question))


def _go(path: str, question: Question) -> None:
    """Show the page that answers it, of the same network and picture; a walk is left where it is."""
    now = state.subject()
    if now.viewer.walk:
        walking.LEFT_WALK.set((now.viewer.walk, now.viewer.stop))
    state.jump(question.of(now.seen_by(now.viewer).having(**question.parts)), path)
