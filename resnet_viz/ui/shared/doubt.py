"""What a prediction is worth, said where it stands, with one button that helps."""

from dataclasses import replace
from functools import partial

import streamlit as st

from resnet_viz.images.samples import DEFAULT_SAMPLE
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, ResNetSpec
from resnet_viz.spec.surgery import NO_SURGERY
from resnet_viz.subject.doubts import Cause, Doubt, Remedy, doubt_of, remedy_title
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import resolving, say, state
from resnet_viz.ui.shared import imagenet_source
from resnet_viz.ui.slots import Slot
from resnet_viz.weights.choice import RANDOM, SHIPPED, Weights
from resnet_viz.weights.fit import Fit

# The note that the visitor has read and wants gone, until another takes its place.
_ACCEPTED = Slot("accepted", "")

_PHOTO = "cat"
_WITH_PREDICTION = ("activations", "explain")


def undoes_surgery(doubt: Doubt | None) -> bool:
    """Whether the button beside the prediction makes the network whole again."""
    return doubt is not None and doubt.remedy == Remedy.WHOLE


def show(doubt: Doubt | None, trial: Trial) -> None:
    """Say beside a prediction why it is not to be taken at its word; nothing if it is."""
    if doubt is None:
        return
    with st.container(key="doubt", gap="small"):
        st.markdown(say.sentence(doubt.sentence), help=_exactly(trial.weights.fit, doubt))
        _show_remedy(trial.spec, trial.weights, doubt, "doubt")


def show_banner(trial: Trial) -> None:
    """Say on any page that weights and network do not go together; where a prediction stands it is said there."""
    doubt, weights = doubt_of(trial), trial.weights
    note = f"{hash(trial.spec)}-{trial.source}-{weights.key}"
    if doubt is None or not doubt.is_of_weights or _ACCEPTED.get() == note:
        return
    is_refused = doubt.cause == Cause.REFUSED
    if state.PAGE.get() in _WITH_PREDICTION and not is_refused:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="misfit"):
        if is_refused:
            say.error(doubt.sentence)
        else:
            st.markdown(say.sentence(doubt.sentence), width="content", help=_exactly(weights.fit, doubt))
        _show_remedy(trial.spec, weights, doubt, "misfit")
        if not is_refused:
            st.button(_("Keep"), on_click=_ACCEPTED.set, args=(note,), key="misfit_keep")


def _exactly(fitting: Fit | None, doubt: Doubt) -> str | None:
    """Return which arrays do not fit, for who asks."""
    return fitting.sentence() if fitting and doubt.cause in (Cause.SIZE, Cause.CLASSES, Cause.PARTIAL) else None


def _show_remedy(spec: ResNetSpec, weights: Weights, doubt: Doubt, place: str) -> None:
    remedy = doubt.remedy
    if remedy is None:
        return
    if remedy == Remedy.IMAGENET:
        imagenet_source.show_offer(spec, place)
        return
    before = _earlier(weights.fit) if remedy == Remedy.UNDO else None
    st.button(
        remedy_title(remedy, weights.made_for),
        key=f"{place}_{remedy}",
        on_click=partial(_do, remedy, before),
        disabled=remedy == Remedy.UNDO and before is None,
    )


def _earlier(fitting: Fit | None) -> Subject | None:
    return state.earlier(lambda old: resolving.trial_for(old).weights.fit != fitting)


def _do(remedy: Remedy, before: Subject | None) -> None:
    """Do what the button says."""
    now = state.subject()
    weights = resolving.trial_for(now).weights
    made_for = weights.made_for or now.spec
    if remedy in (Remedy.TRAINED, Remedy.RANDOM):
        resolving.choose_weights(SHIPPED if remedy == Remedy.TRAINED else RANDOM)
    elif remedy == Remedy.SIZE:
        state.set_spec(lambda spec: replace(spec, input_shape=made_for.input_shape))
    elif remedy == Remedy.CLASSES:
        state.set_spec(lambda spec: replace(spec, classes=made_for.classes))
    elif remedy == Remedy.SHORTCUTS:
        state.set_spec(lambda spec: replace(spec, shortcut=made_for.shortcut))
    elif remedy == Remedy.NETWORK and weights.made_for and not weights.card:
        state.set_spec(lambda _spec: made_for)
    elif remedy == Remedy.NETWORK:
        state.update(lambda old: replace(old, weights=SHIPPED).with_preset(DEFAULT_PRESET))
        resolving.choose_weights(SHIPPED)
    elif remedy == Remedy.UNDO and before:
        state.return_to(before)
    elif remedy == Remedy.SAY:
        state.jump(now, "weights")
    elif remedy == Remedy.PIXELS:
        state.set_parts(normalisation=weights.normalisation)
    elif remedy == Remedy.WHOLE:
        state.set_parts(surgery=NO_SURGERY)
    elif remedy in (Remedy.SHAPE, Remedy.PHOTO):
        state.set_parts(image=DEFAULT_SAMPLE if remedy == Remedy.SHAPE else _PHOTO)
