"""The frame of every page: title, navigation, subject line, sentences about what went wrong."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.paths import PAGES, STYLE
from resnet_viz.server import lifespan
from resnet_viz.subject.links import to_params
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import kept, resolving, say, state
from resnet_viz.ui.frame import present, specification, subject_line, walk, welcome
from resnet_viz.ui.shared import doubt, explained_by


def show() -> None:
    """Run one page in its frame."""
    st.set_page_config(page_title="ResNet Viz", layout="wide")
    state.begin_run()
    walk.arrive()
    subject = state.subject()
    if subject.viewer.present:
        st.html(STYLE / "projector.css")
    pages = {
        "": st.Page(PAGES / "architecture.py", title=_("Architecture"), url_path="architecture", default=True),
        "layers": st.Page(PAGES / "layers.py", title=_("Layers"), url_path="layers"),
        "activations": st.Page(PAGES / "activations.py", title=_("Activations"), url_path="activations"),
        "explain": st.Page(PAGES / "explain.py", title=_("Explain"), url_path="explain"),
        "train": st.Page(PAGES / "train.py", title=_("Train"), url_path="train"),
        "weights": st.Page(PAGES / "weights.py", title=_("Weights"), url_path="weights"),
        "check": st.Page(PAGES / "check.py", title=_("Check"), url_path="check"),
    }
    page = st.navigation(list(pages.values()), position="top")
    target = state.TARGET.take()
    if target is not None and pages[target] is not page:
        st.switch_page(pages[target], query_params=to_params(subject))
    state.PAGE.set(next(path for path, own in pages.items() if own is page))
    # Taken before anything is drawn: a fragment that finds sentences untold draws the page anew.
    sentences = state.taken_problems()
    with resolving.one_run() as trial:
        present.show_keys(subject.viewer)
        subject_line.show(trial, subject.viewer)
        _show_above(trial, subject.viewer, sentences)
        if _is_changing(subject.viewer):
            with st.sidebar:
                specification.show(subject.preset, subject.spec, shows_chance=_shows_chance(trial))
        page.run()
        if subject.viewer.walk:
            walk.measure(subject.viewer)
        elif not subject.viewer.present:
            explained_by.show_view(state.PAGE.get(), subject)
    state.end_run()
    lifespan.first_page.set()


def _show_above(trial: Trial, viewer: Viewer, sentences: Sequence[str]) -> None:
    """Draw what may stand above a page; the places are always there, so that what stands below stays what it is."""
    is_new = kept.is_new()
    state.STILL_ASKED.set(walk.still_asked(viewer))
    with st.container(key="above"):
        if viewer.walk:
            walk.show(viewer)
        elif is_new and not viewer.present and not state.PAGE.get():
            welcome.show()
    with st.container(key="notices"):
        if not _is_about_numbers(viewer):
            doubt.show_banner(trial)
        for sentence in sentences:
            say.warning(sentence)


def _is_changing(viewer: Viewer) -> bool:
    return state.CHANGING.get() and not (
        viewer.present or viewer.walk or state.PAGE.get() in subject_line.WITHOUT_SUBJECT
    )


def _is_about_numbers(viewer: Viewer) -> bool:
    """Whether nothing here rests on the weights that were chosen: runs and students have their own, a stop's layers none."""
    return state.PAGE.get() in subject_line.WITHOUT_SUBJECT or (
        bool(viewer.walk) and state.PAGE.get() in ("", "layers")
    )


def _shows_chance(trial: Trial) -> bool:
    """Whether numbers on this page come from a random start: on the pages of a picture, without weights that fill all."""
    return state.PAGE.get() in ("activations", "explain") and trial.weights.has_chance
