"""An explanation of one class's score: the picture with the map over it, what it says, and how it was found out."""

import html
from collections.abc import Iterable
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.attribution.catalogue import (
    METHODS,
    AttributionRequest,
    method_question,
    method_title,
    needs_keras,
    setting_title,
    value_title,
)
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.attribution.words import answer, facts, figures, question
from resnet_viz.messages import gettext as _
from resnet_viz.reports import explanations
from resnet_viz.reports.names import class_names, weights_text
from resnet_viz.reports.origins import origin_of
from resnet_viz.results import Attribution
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ExplainView, parse_settings
from resnet_viz.ui import say, state
from resnet_viz.ui.explain import sanity
from resnet_viz.ui.shared import controls, explained, maps, without_keras
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.overlay import overlay_png

FloatArray = npt.NDArray[np.float32]
Place = st.delta_generator.DeltaGenerator


def show(subject: Subject, trial: Trial, shares: FloatArray, hero: Place, side: Place) -> None:
    """Draw the map large and its answer above it; beside it the method, what it found, and what the map is worth."""
    view, focus = subject.explain, subject.node
    request = explained.request(subject.explain, subject.node, trial, shares)
    target = request.target
    names = class_names(trial.weights, trial.spec.classes)
    with side:
        checked = _show_controls(trial, view, focus, shares, target)
    with hero:
        if needs_keras(request, trial.summary.graph) and without_keras.say_missing(
            _("Occlusion works without it, and so does Grad-CAM at the last block, {block}.").format(
                block=trial.summary.graph.blocks[-1].name
            )
        ):
            return
        found = explained.found(trial, request)
        if found is None:
            return
        told = explanations.explanation_of(trial.summary, request, found, say.plain(names[target]))
        with st.container(key="explained_words"):
            st.subheader(question(told.name, is_likeliest=target == int(shares.argmax())), anchor=False)
            st.markdown(answer(told))
        maps.show(explanations.explanation_payload(trial, request, found), key="explained")
    check = sanity.Check(explanations.comparable(trial.summary, request), request.node, is_asked=view.checked)
    if check.is_asked:  # what a link asks for stands in sight
        with checked:
            sanity.show(trial, check)
    with side:
        st.markdown("\n".join(f"- {fact}" for fact in facts(told)))
        with st.expander(_("Exact figures and files")):
            st.html(_table(figures(told, weights_text(trial.weights, trial.spec))))
            _show_downloads(trial, found, request)
        if not check.is_asked:
            sanity.show(trial, check)


# --- Controls -------------------------------------------------------------------------------------------------------


def _show_controls(trial: Trial, view: ExplainView, focus: str, shares: FloatArray, target: int) -> Place:
    """Draw the choice of method, class and layer, settings behind; return the place between method and class."""
    names = class_names(trial.weights, trial.spec.classes)
    controls.choice(
        _("Method"),
        METHODS,
        view.method,
        lambda name: state.set_parts(method=name, explaining="", checked=False),
        key="method",
        title=method_title,
        label_visibility="collapsed",
    )
    if not view.checked:  # whose check needs the room, and is asked of a method that is known
        st.markdown(method_question(view.method))
    between = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", key="explain_controls"):
        controls.select(
            _("Class"),
            explanations.classes_to_choose(view.target, shares, target),
            view.target,
            lambda number: state.set_parts(target=number),
            key="explain_class",
            title=lambda number: _("{what}, {detail}").format(
                what=names[int(number or target)], detail=f"{shares[int(number or target)]:.0%}"
            ),
            width=190,
        )
        if METHODS[view.method].needs_node:
            controls.select(
                _("Layer"),
                explanations.nodes_for(trial.summary, focus),
                explanations.node_of(trial.summary, focus),
                lambda name: state.set_parts(node=name),
                key="explain_node",
                title=partial(explanations.node_text, trial.summary),
                width=190,
            )
        else:
            fold = st.popover(_("Settings"), key="explain_settings", on_change="rerun")
            if fold.open:
                with fold:
                    _show_settings(explanations.request_of(trial, view, focus, target))
    return between


def _show_settings(request: AttributionRequest) -> None:
    values = request.settings
    for name, setting in METHODS[request.method].settings.items():
        value = values[name]
        controls.select(
            setting_title(name),
            setting.values if value in setting.values else (*setting.values, value),
            value,
            partial(_set, name),
            key=f"how_{name}",
            title=value_title,
            width=160,
        )


def _set(name: str, value: str) -> None:
    settings = {**parse_settings(state.subject().explain.explaining), name: value}
    state.set_parts(explaining=";".join(f"{key}={text}" for key, text in settings.items()))


# --- What was found -------------------------------------------------------------------------------------------------


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table class='facts'>{cells}</table>"


def _show_downloads(trial: Trial, found: Attribution, request: AttributionRequest) -> None:
    name = f"{request.method}-{trial.name}-{request.target}"
    rgb = trial.rgb
    field = explanations.layer_of(trial.summary, request, found).receptive_field
    with st.container(horizontal=True):
        st.download_button(
            _("Over the picture (PNG)"),
            lambda: overlay_png(rgb, found.values, field),
            file_name=f"{name}.png",
            mime="image/png",
            on_click="ignore",
        )
        st.download_button(
            _("Raw map (PNG)"),
            lambda: mosaic_png(found.values[..., np.newaxis], smallest_tile=256),
            file_name=f"{name}-map.png",
            mime="image/png",
            on_click="ignore",
        )
        st.download_button(
            _("Numbers (.npz)"),
            lambda: explanation_npz(origin_of(trial), request, found),
            file_name=f"{name}.npz",
            mime="application/octet-stream",
            on_click="ignore",
        )
