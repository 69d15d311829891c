"""A lesson in the menu: how far a visitor is, their answers to take along, and what deletes them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import streamlit as st

from resnet_viz.lessons.progress import as_markdown
from resnet_viz.messages import gettext as _
from resnet_viz.ui import kept
from resnet_viz.ui.frame import walking


def show(name: str, title: str, questions: Mapping[int, str]) -> None:
    """Draw what was answered of a lesson.

    Args:
        name: The lesson.
        title: What it is called.
        questions: What its stops ask, by number.
    """
    answers = kept.progress().of(name)
    told = _("{n} questions. You answer each before the page does.").format(n=len(questions))
    if answers:
        told = _("{k} of {n} questions answered. Your answers are kept here for 30 days.").format(
            k=len(answers), n=len(questions)
        )
    st.markdown(told)
    if not answers:
        return
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            _("Save my answers"),
            lambda: as_markdown(title, questions, answers, _address()),
            file_name=f"{name}.md",
            mime="text/markdown",
            key=f"lesson_save_{name}",
            on_click="ignore",
        )
        st.button(_("Delete my answers"), key=f"lesson_delete_{name}", on_click=_delete, args=(name,), type="tertiary")


def _delete(name: str) -> None:
    walking.set_prediction("", 0, None)
    kept.keep_progress(kept.progress().without(name))


def _address() -> str:
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else ""
