"""The subject line: what all pages show, each part of it a control."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.images.preprocess import normalisation_name
from resnet_viz.images.samples import sample_title
from resnet_viz.messages import LANGUAGES, current_language, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.spec import PRESETS, ResNetSpec, parse_input_shape
from resnet_viz.spec.changes import changed_paths, text_of, with_changes
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import state
from resnet_viz.ui.frame import answers_map, job_light, share, walk, writing
from resnet_viz.ui.shared import controls, image_source, weights_source
from resnet_viz.ui.slots import Slot
from resnet_viz.viz.fields import FIELDS
from resnet_viz.viz.presets import preset_about
from resnet_viz.viz.words import short_count
from resnet_viz.weights.store import PLACES

WITHOUT_SUBJECT = ("train", "check")
"""Pages that are about a network of their own: a run's, a student's."""
_SIDES = (64, 96, 128, 224)
_DRAWN: Slot[dict[str, tuple[str, bool]]] = Slot("menus", {})
"""What the last run drew: each menu's value, and whether it stood open."""


def show(trial: Trial, viewer: Viewer) -> None:
    """Draw the line; its parts change the subject."""
    with st.container(key="subject", horizontal=True, vertical_alignment="center", gap="small"):
        if state.PAGE.get() not in WITHOUT_SUBJECT and not viewer.walk:  # a stop brings its network
            _show_network(trial, is_projected=viewer.present)
        with st.container(key="menus", horizontal=True, vertical_alignment="center", gap="small"):
            job_light.show()
            _show_menus(viewer)
        _show_history()
    writing.show_draft()


def _show_network(trial: Trial, *, is_projected: bool) -> None:
    """Draw what is looked at, then what changes it: the one switch of every lesson, and the way to all the others."""
    spec = trial.spec
    totals, classes = trial.summary.totals, spec.classes
    with st.container(key="subject_parts", horizontal=True, vertical_alignment="center", gap="small"):
        _show_part(
            _preset_text(trial.preset, len(changed_paths(PRESETS[trial.preset], spec))),
            "subject_preset",
            lambda: _show_preset(trial.preset),
            says=preset_about(trial.preset),
        )
        _show_part(shape_text(spec.input_shape), "subject_input", lambda: _show_input(spec))
        count = ngettext("{n} class", "{n} classes", classes).format(n=f"{classes:,}")
        _show_part(count, "subject_classes", lambda: _show_classes(spec.classes))
        # On a projector only what the page is about.
        if not is_projected or state.PAGE.get() == "activations":
            called = _("weights: {what}").format(what=_weights_text(trial))
            _show_part(called, "subject_weights", lambda: weights_source.show(trial.source, trial.weights, spec))
            image = _("image: {name}").format(name=image_text(trial.image))
            _show_part(image, "subject_image", lambda: image_source.show("line"))
        st.markdown(
            _("**{n}** parameters, **{macs}** MACs").format(n=f"{totals.parameters:,}", macs=short_count(totals.macs)),
            width="content",
        )
    if is_projected:  # a projector shows it
        return
    with st.container(key="subject_changes", horizontal=True, vertical_alignment="center", gap="small"):
        controls.toggle(
            FIELDS["shortcut.enabled"].title(),
            spec.shortcut.enabled,
            lambda value: state.set_spec(lambda spec: with_changes(spec, {"shortcut.enabled": text_of(value)})),
            key="spec_shortcut.enabled",
        )
        st.button(
            _("Change the network…"),
            key="changes_toggle",
            type="tertiary",
            on_click=state.CHANGING.set,
            args=(not state.CHANGING.get(),),
        )


def _show_history() -> None:
    """Draw the steps that there are, for the keys alone (`style/keys.js`): nobody sees these buttons."""
    with st.container(key="history"):
        if state.can_undo():
            st.button(_("Undo"), key="history_undo", on_click=state.undo)
        if state.can_redo():
            st.button(_("Redo"), key="history_redo", on_click=state.redo)


def _show_part(value: str, key: str, show_choice: Callable[[], None], *, says: str = "") -> None:
    """Draw a part as its value, which opens the choice of another; what is folded away is not computed.

    Args:
        value: What it is now.
        key: Of the control.
        show_choice: Draws what it opens.
        says: What the value means, for whoever points at it.
    """
    _keep_open(key, value)
    fold = st.popover(value, type="tertiary", key=key, on_change="rerun", help=says or None)
    _DRAWN.set(_DRAWN.get() | {key: (value, bool(fold.open))})
    if fold.open:
        with fold:
            show_choice()


def _keep_open(key: str, value: str) -> None:
    """Keep a menu open that was opened while its value was on the way to another.

    To Streamlit one of another label is another menu, and closed; one in which the value was chosen may close so.
    """
    drawn, was_open = _DRAWN.get().get(key, (value, False))
    if drawn != value and not was_open and state.typed_or(key, otherwise=False):
        state.bind(key, value=True)


def _show_menus(viewer: Viewer) -> None:
    """Draw what is about the viewer, not the network: walk, share, projector, language. Computed once opened."""
    _show_part(_("Lessons"), walk.MENU, walk.show_menu)
    _show_part(_("Share"), "subject_share", _show_share)
    st.button(
        _("Leave") if viewer.present else _("Present"),
        key="subject_present",
        type="tertiary",
        shortcut="P",
        on_click=lambda: state.set_parts(present=not viewer.present),
        help=_("For the projector: large, without the controls"),
    )
    _show_part(LANGUAGES[current_language()], "subject_language", _show_language)
    answers_map.show_button()


def _weights_text(trial: Trial) -> str:
    """Return what the weights are; of a visitor's file, how pixels are prepared for it too: it brings its own."""
    text = weights_source.weights_text(trial.weights, trial.spec)
    if trial.source not in PLACES or trial.weights.file is None or trial.weights.refusal:
        return text
    pixels = _("pixels {name}").format(name=normalisation_name(trial.preparation.normalisation))
    return _("{what}, {detail}").format(what=text, detail=pixels)


def _show_share() -> None:
    share.show(state.subject())


def image_text(image: str) -> str:
    """Return what the image is called."""
    return _("your own") if image == UPLOAD else sample_title(image)


def _show_preset(preset: str) -> None:
    controls.select(
        _("Preset"),
        PRESETS,
        preset,
        lambda name: state.update(lambda current: current.with_preset(name)),
        key="line_preset",
        help=_("The network to start from. A preset brings its own input size and classes."),
    )
    st.markdown(preset_about(preset), width=420)


def _show_input(spec: ResNetSpec) -> None:
    side = spec.input_shape[0] if spec.input_shape[0] == spec.input_shape[1] else None
    pills = state.bind("line_side", side if side in _SIDES else None)
    st.pills(
        _("Input side, px"),
        _SIDES,
        key=pills,
        on_change=lambda: _set_shape(
            f"{state.typed(pills) or side}x{state.typed(pills) or side}x{spec.input_shape[2]}"
        ),
    )
    controls.text(
        _("Height × width × channels"),
        "x".join(map(str, spec.input_shape)),
        _set_shape,
        key="line_input",
        max_chars=24,
    )


def _show_classes(classes: int) -> None:
    controls.number(
        _("Classes"),
        classes,
        lambda count: state.set_spec(lambda spec: replace(spec, classes=int(count))),
        key="line_classes",
    )


def _set_shape(text: str) -> None:
    state.set_spec(lambda spec: replace(spec, input_shape=parse_input_shape(text)))


def _preset_text(preset: str, changes: int) -> str:
    if not changes:
        return preset
    return ngettext("{preset} + {n} change", "{preset} + {n} changes", changes).format(preset=preset, n=changes)


def _show_language() -> None:
    key = state.bind("language", current_language())
    st.radio(
        "Language / 语言",
        list(LANGUAGES),
        key=key,
        format_func=LANGUAGES.__getitem__,
        on_change=lambda: state.set_parts(language=state.typed(key)),
    )
