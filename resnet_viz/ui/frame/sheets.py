"""Lessons on paper, for teachers: a lesson's questions, and its answers for the network at hand."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from resnet_viz.attribution.catalogue import AttributionRequest, needs_keras
from resnet_viz.lessons.grounds import Array
from resnet_viz.lessons.walks import Walk
from resnet_viz.messages import gettext as _
from resnet_viz.messages import in_this_language
from resnet_viz.reports.benches import Instruments, grounds
from resnet_viz.reports.sheets import SHEETS, Bench, Printed
from resnet_viz.results import Attribution, Sanity
from resnet_viz.server import services
from resnet_viz.subject.subject import UPLOAD, Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import resolving, state
from resnet_viz.ui.frame import measuring
from resnet_viz.ui.shared import forward
from resnet_viz.weights.choice import RANDOM, SHIPPED
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.explain import Explain


def show(lessons: Mapping[str, tuple[str, Walk]], in_language: Callable[[str, str], str], address: str) -> None:
    """Draw what to print; a sheet is made when it is asked for.

    Args:
        lessons: Title and lesson, by name.
        in_language: Returns a text of a lesson, by its name, as the reader reads it.
        address: Where this app is opened.
    """
    fold = st.expander(_("Sheets to print"), key="sheets", on_change="rerun")
    if not fold.open:
        return
    with fold:
        name = st.selectbox(_("Lesson"), list(lessons), key="sheet_lesson", format_func=lambda key: lessons[key][0])
        subject = state.subject()
        # On a walk the network is the stop's: a sheet is about what the visitor chose.
        at_hand = None if subject.viewer.walk else (subject.preset, subject.spec)
        printed = Printed(
            lessons[name][1],
            partial(in_language, name),
            _bench,
            lambda number: f"{address}/?walk={name}&stop={number}",
            at_hand,
        )
        with st.container(horizontal=True, gap="small"):
            for kind, label in (("questions", _("Questions")), ("answers", _("Answers"))):
                st.download_button(
                    label,
                    in_this_language(partial(SHEETS[kind], printed)),
                    file_name=f"{name}-{kind}.html",
                    mime="text/html",
                    key=f"sheet_{kind}",
                    on_click="ignore",
                )
        st.markdown(_("A file that any browser prints. The answers are computed for the network above."))


def _bench(subject: Subject) -> Bench:
    """Return where the numbers of a stop come from, on a thread that runs nobody's page: nothing of a visitor's is asked."""
    trial = resolving.trial_for(subject)
    return Bench(trial, grounds(trial, subject, Instruments(_maps, _explanation, _check, measuring.facts)))


def _asked_of(trial: Trial) -> Network:
    """Return what the worker is asked about.

    Raises:
        LookupError: If picture or weights are a visitor's own.
    """
    if trial.image == UPLOAD or trial.source not in (RANDOM, SHIPPED):
        raise LookupError(trial.image)
    return forward.network_of(trial)


def _maps(trial: Trial, nodes: Sequence[str]) -> dict[str, Array]:
    return services.worker().ask(Activations(_asked_of(trial), trial.input, list(nodes)))


def _explanation(trial: Trial, wanted: AttributionRequest) -> Attribution:
    """Return an explanation that takes no gradient: a click does not wait until Keras has started.

    Raises:
        LookupError: If it takes one.
    """
    if needs_keras(wanted, trial.summary.graph):
        raise LookupError(wanted.method)
    return services.worker().ask(Explain(_asked_of(trial), trial.with_plain, wanted))


def _check(_trial: Trial, wanted: AttributionRequest) -> Sanity:
    """Stand for what takes too long for a click; the terminal's sheets have it.

    Raises:
        LookupError: Always.
    """
    raise LookupError(wanted.method)
