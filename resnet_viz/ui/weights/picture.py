"""The picture of a set of weights, perhaps beside another: its figures from the worker, drawn by the browser."""

from functools import partial

import streamlit as st

from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import random_text, weights_text
from resnet_viz.server import services
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import say, state
from resnet_viz.ui.shared import controls, forward
from resnet_viz.ui.shared.component import component
from resnet_viz.ui.shared.weights_source import weights_choices
from resnet_viz.ui.weights.opening import Looked
from resnet_viz.viz.portrait import Look, portrait_payload
from resnet_viz.weights.choice import IMAGENET, RANDOM, SHIPPED
from resnet_viz.weights.figures import Portraits
from resnet_viz.weights.imagenet import file_for
from resnet_viz.weights.store import PLACES
from resnet_viz.worker.requests.portrait import Beside, LookAtWeights

KEY = "portrait"


def show(looked: Looked, node: str, channel: int | None, *, has_choice: bool) -> Portraits | None:
    """Draw the picture; return its figures, or None where there are none.

    Args:
        looked: What the page looks at.
        node: The layer or block in focus.
        channel: The channel in focus.
        has_choice: Whether a second set can be chosen.
    """
    trial = looked.trial
    if trial.weights.refusal or looked.is_open:
        return None
    other = None
    if has_choice:
        _show_choice(looked.view.versus, trial)
    if looked.view.versus not in ("", trial.source):
        other = trial.having(source=looked.view.versus)
        missing = _missing(other)
        if missing:
            say.info(missing)
            other = None
    found = _portraits(trial, other)
    if found is None:
        return None
    trials = [trial, *([other] if other else [])]
    order = NORMALISATIONS[trial.weights.normalisation or trial.preparation.normalisation].order
    look = Look(
        [f"{letter}: {_title(one)}" for letter, one in zip("AB", trials, strict=False)],
        node,
        channel,
        is_reversed=order == "BGR" and trial.weights.file is not None,
        can_jump=looked.is_own,
        is_random=[one.weights.file is None for one in trials],
    )
    payload = portrait_payload(trial.summary, found, look)
    component("weights")(key=KEY, data=payload, on_did_change=_take)
    return found


def _missing(trial: Trial) -> str:
    """Return why there is nothing of the chosen weights to compare with; "" if there is."""
    if trial.weights.refusal or trial.weights.file or trial.source == RANDOM:
        return trial.weights.refusal
    if trial.source == SHIPPED:
        return _("The trained weights belong to another network.")
    if trial.source == IMAGENET:
        has_any = file_for(trial.spec) is not None
        none, later = (
            _("There are no ImageNet weights for this network."),
            _("ImageNet's weights are not on this machine yet."),
        )
        return later if has_any else none
    return _(
        "The weights of this link are not here, or not any more. Files are kept for two hours, for the browser they came from. Runs are kept until they are deleted."
    )


def _portraits(trial: Trial, other: Trial | None) -> Portraits | None:
    beside = Beside(other.weights.content) if other else None
    against = (other.weights.key or RANDOM) if other else ""
    network = forward.network_of(trial.whole)
    return forward.outlasting(
        f"portrait/{hash(trial.spec)}/{trial.weights.key}/{against}",
        lambda: partial(services.worker().ask, LookAtWeights(network, beside)),
    )


def _show_choice(versus: str, trial: Trial) -> None:
    choices = {"": _("nothing")} | {
        name: random_text(trial.spec) if name == RANDOM else title
        for name, title in weights_choices(trial.source, trial.weights).items()
        if name != trial.source
    }
    if versus not in choices:
        choices[versus] = _("your file") if versus in PLACES else versus
    with st.container(horizontal=True, vertical_alignment="center", key="weights_compare"):
        st.subheader(_("What has it learned?") if trial.weights.file else _("What does it start with?"), anchor=False)
        st.markdown(_("Compare with"), width="content")
        controls.select(
            _("The weights beside them"),
            choices,
            versus,
            lambda name: state.set_parts(versus=name),
            key="weights_versus",
            title=choices.__getitem__,
            label_visibility="collapsed",
            width=300,
        )


def _title(trial: Trial) -> str:
    return weights_text(trial.weights, trial.spec)


def _take() -> None:
    """Follow what was done in the picture: another layer, or a channel that is to be seen in Activations."""
    event = state.news(KEY)
    if event is None:
        return
    subject, node = state.subject(), str(event.get("node", ""))
    if node not in subject.summary.by_id:
        return
    if event.get("kind") == "layer":
        state.update(lambda now: now.revealing(node))
    elif event.get("kind") == "channel":
        channel = int(event.get("channel", 0))
        if 0 <= channel < subject.summary.by_id[node].output_shape[-1]:
            state.jump(subject.having(node=node, channel=channel, aspect="block"), "activations")
