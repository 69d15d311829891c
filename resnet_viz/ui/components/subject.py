"""The subject line: what all pages show, each part of it a control."""

from dataclasses import replace

import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.images.samples import sample_title
from resnet_viz.messages import LANGUAGES, current_language, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.spec import PRESETS, parse_input_shape
from resnet_viz.ui import state
from resnet_viz.ui.components import controls, doubt, image_source, job_light, present, walk, weights_source
from resnet_viz.ui.selection import UPLOAD, Selection
from resnet_viz.viz.words import short_count

_SIDES = (64, 96, 128, 224)


def show() -> None:
    """Draw the line; its parts change the selection."""
    selection = state.current_selection()
    totals = selection.summary.totals
    with st.container(key="subject", horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(_preset_text(selection), type="tertiary", key="subject_preset"):
            show_preset(selection, "line")
        with st.popover(shape_text(selection.spec.input_shape), type="tertiary", key="subject_input"):
            show_input(selection, "line")
        classes = ngettext("{n} class", "{n} classes", selection.spec.classes).format(n=f"{selection.spec.classes:,}")
        with st.popover(classes, type="tertiary", key="subject_classes"):
            show_classes(selection, "line")
        st.markdown(
            _("**{n}** parameters · **{macs}** MACs").format(n=f"{totals.parameters:,}", macs=short_count(totals.macs)),
            width="content",
        )
        # On a projector only what the page is about.
        if not selection.present or state.page() == "activations":
            with st.popover(
                _("weights: {what}").format(what=weights_source.weights_text(selection)),
                type="tertiary",
                key="subject_weights",
            ):
                weights_source.show(selection)
            with st.popover(
                _("image: {name}").format(name=image_text(selection)), type="tertiary", key="subject_image"
            ):
                image_source.show("line")
        with st.container(key="menus", horizontal=True, vertical_alignment="center", gap="small"):
            job_light.show()
            _show_menus(selection)
    doubt.show_banner(selection)


def _show_menus(selection: Selection) -> None:
    """Draw what is about the viewer, not the network: walk, share, projector, language. Computed once opened."""
    walks = st.popover(_("Walk"), type="tertiary", key=walk.MENU, on_change="rerun")
    if walks.open:
        with walks:
            walk.show_menu()
    sharing = st.popover(_("Share"), type="tertiary", key="subject_share", on_change="rerun")
    if sharing.open:
        from resnet_viz.ui.components import share  # noqa: PLC0415 - asks for the machine's network

        with sharing:
            share.show(selection)
    st.button(
        _("Leave") if selection.present else _("Present"),
        key="subject_present",
        type="tertiary",
        shortcut="P",
        on_click=lambda: state.set_parts(present=not selection.present),
        help=_("For the projector: large, without the controls"),
    )
    with st.popover(LANGUAGES[current_language()], type="tertiary", key="subject_language"):
        _show_language()
    if selection.present:
        keys = st.popover("?", type="tertiary", key="present_help", on_change="rerun")
        if keys.open:
            with keys:
                present.show_help(selection)


def image_text(selection: Selection) -> str:
    """Return what the image is called."""
    return _("your own") if selection.image == UPLOAD else sample_title(selection.image)


def show_preset(selection: Selection, place: str) -> None:
    """Draw the choice of a preset, with undo, redo and reset."""
    controls.select(
        _("Preset"),
        PRESETS,
        selection.preset,
        lambda name: state.update(lambda current: current.with_preset(name)),
        key=f"{place}_preset",
        help=_("Where the specification starts. A preset brings its own input size and classes."),
    )
    with st.container(horizontal=True, gap="xsmall"):
        st.button(_("Undo"), key=f"{place}_undo", on_click=state.undo, disabled=not state.can_undo())
        st.button(_("Redo"), key=f"{place}_redo", on_click=state.redo, disabled=not state.can_redo())
        st.button(
            _("Reset"),
            key=f"{place}_reset",
            on_click=lambda: state.update(lambda current: current.with_preset(current.preset)),
            disabled=selection.spec == PRESETS[selection.preset],
            help=_("Back to the preset as it is."),
        )


def show_input(selection: Selection, place: str) -> None:
    """Draw the choice of the input size."""
    spec = selection.spec
    side = spec.input_shape[0] if spec.input_shape[0] == spec.input_shape[1] else None
    pills = state.bind(f"{place}_side", side if side in _SIDES else None)
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
        key=f"{place}_input",
        max_chars=24,
    )


def show_classes(selection: Selection, place: str) -> None:
    """Draw the choice of the number of classes."""
    controls.number(
        _("Classes"),
        selection.spec.classes,
        lambda count: state.set_spec(lambda spec: replace(spec, classes=int(count))),
        key=f"{place}_classes",
    )


def _set_shape(text: str) -> None:
    state.set_spec(lambda spec: replace(spec, input_shape=parse_input_shape(text)))


def _preset_text(selection: Selection) -> str:
    count = len(selection.changes)
    if not count:
        return selection.preset
    return ngettext("{preset} + {n} change", "{preset} + {n} changes", count).format(preset=selection.preset, n=count)


def _show_language() -> None:
    key = state.bind("language", current_language())
    st.radio(
        "Language / 语言",
        list(LANGUAGES),
        key=key,
        format_func=LANGUAGES.__getitem__,
        on_change=lambda: state.set_parts(language=state.typed(key)),
    )
