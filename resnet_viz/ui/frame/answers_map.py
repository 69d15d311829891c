"""The map behind "?": which question each page answers, and the way there."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from resnet_viz.lessons.walks import PAGES
from resnet_viz.messages import N_
from resnet_viz.messages import gettext as _
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import state
from resnet_viz.ui.frame import present, walking

_IN_A_LINE = 4


class Question(NamedTuple):
    """A question that a page answers.

    Attributes:
        text: As it is asked.
        parts: What of the subject must be so that the page answers it.
        of: Returns the subject that answers it, where that depends on what is looked at.
    """

    text: str
    parts: Mapping[str, Any]
    of: Callable[[Subject], Subject] = lambda subject: subject


def _demo(name: str) -> dict[str, Any]:
    return {"demo": name, "settings": "", "run": "", "compared": ()}


QUESTIONS: dict[str, tuple[str, tuple[Question, ...]]] = {
    "": (
        N_("Architecture"),
        (
            Question(N_("What is this network made of?"), {"opened": frozenset(), "panel": "layer", "color": "kind"}),
            Question(N_("What happens inside a block?"), {"panel": "layer"}, lambda now: now.revealing(now.block.out)),
            Question(N_("Where do the parameters sit?"), {"color": "parameters"}),
            Question(N_("How does it differ from another network?"), {"panel": "difference"}),
            Question(N_("How do I take it along?"), {"panel": "files"}),
        ),
    ),
    "layers": (
        N_("Layers"),
        (
            Question(N_("What has each layer, and what does it cost?"), {"view": "table"}),
            Question(N_("Which layers cost most?"), {"view": "treemap"}),
            Question(N_("When does a cell see the whole picture?"), {"view": "field"}),
            Question(N_("How do maps shrink while channels grow?"), {"view": "size"}),
        ),
    ),
    "activations": (
        N_("Activations"),
        (
            Question(N_("What does a block add to my picture?"), {"aspect": "block"}),
            Question(N_("How does the signal change along depth?"), {"aspect": "depth"}),
            Question(N_("What does it make of another picture?"), {"aspect": "compare"}),
        ),
    ),
    "explain": (
        N_("Explain"),
        (
            Question(N_("Which parts of the picture does the answer need?"), {"method": "occlusion"}),
            Question(N_("Where does a layer find this class?"), {"method": "gradcam"}),
            Question(N_("Which pixels push the score?"), {"method": "integrated-gradients"}),
        ),
    ),
    "train": (
        N_("Train"),
        (
            Question(N_("Does a deep network learn without shortcuts?"), _demo("plain-vs-residual")),
            Question(N_("Why right in training and wrong a moment later?"), _demo("batchnorm-gap")),
            Question(N_("Can it learn ten pictures by heart?"), _demo("overfit-ten")),
            Question(N_("Which learning rate is right?"), _demo("learning-rate-finder")),
        ),
    ),
    "weights": (
        N_("Weights"),
        (
            Question(N_("What is in a weights file, and does it fit?"), {}),
            Question(N_("What do the kernels look like?"), {}),
        ),
    ),
    "check": (N_("Check"), (Question(N_("Is the block that I wrote right?"), {}),)),
}


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
