"""An explanation of one class's score: the picture with the map over it, what it says, and how it was found out."""

import html
from collections.abc import Iterable
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.attribution.catalogue import (
    METHODS,
    Request,
    method_question,
    method_title,
    setting_title,
    settings_at,
    value_title,
)
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.attribution.words import ENOUGH_CELLS, Explanation, answer, facts, figures, question
from resnet_viz.images.samples import SHAPES
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution
from resnet_viz.spec.layers import Shape
from resnet_viz.subject.focus import first_focus, layer_at
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ExplainView, parse_settings
from resnet_viz.ui import say, services, state
from resnet_viz.ui.explain import sanity
from resnet_viz.ui.shared import controls, forward, maps, prediction
from resnet_viz.ui.shared.weights_source import weights_text
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.overlay import overlay_png
from resnet_viz.viz.payload import Layer, View, maps_payload
from resnet_viz.worker.requests.explain import Explain

FloatArray = npt.NDArray[np.float32]
Place = st.delta_generator.DeltaGenerator

# A browser gets the whole list at every run; nobody scrolls further.
_MOST_CLASSES = 1000


def show(subject: Subject, trial: Trial, shares: FloatArray, hero: Place, side: Place) -> None:
    """Draw the map large and its answer above it; beside it the method, what it found, and what the map is worth."""
    view, focus = subject.explain, subject.node
    likeliest = int(shares.argmax())
    target = int(view.target) if view.target else class_in(trial, likeliest)
    names = prediction.class_names(trial.weights, trial.spec.classes)
    with side:
        _show_controls(trial, view, focus, shares, target)
    request = request_of(trial, view, focus, target)
    key = _key(trial, request)
    with hero:
        found = forward.remembered(
            f"explain/{key}",
            lambda waiting: services.worker().ask(
                Explain(forward.network_of(trial), trial.with_plain, request), waiting
            ),
        )
        if found is None:
            return
        explained = _explanation(trial.summary, request, found, say.plain(names[target]))
        st.subheader(question(explained.name, is_likeliest=target == likeliest), anchor=False)
        st.markdown(answer(explained))
        maps.show(_payload(trial, request, found), key="explained")
    with side:
        st.markdown("\n".join(f"- {fact}" for fact in facts(explained)))
        with st.expander(_("Exact figures and files")):
            st.html(_table(figures(explained, weights_text(trial.weights, trial.spec))))
            _show_downloads(trial, found, request)
        sanity.show(trial, _check(trial, request))


def class_in(trial: Trial, likeliest: int) -> int:
    """Return the class that is explained unasked: the one in the picture where that is known, else the likeliest."""
    is_known = trial.weights.knows == "shapes" and trial.spec.classes == len(SHAPES.indices)
    if is_known and trial.image in SHAPES.indices:
        return list(SHAPES.indices).index(trial.image)
    return likeliest


def request_of(trial: Trial, view: ExplainView, focus: str, target: int) -> Request:
    """Return what is asked for."""
    side = max(trial.spec.input_shape[:2])
    settings = settings_at(view.method, parse_settings(view.explaining), side)
    return Request(view.method, node_of(trial.summary, focus), target, settings)


def node_of(summary: NetworkSummary, focus: str) -> str:
    """Return the layer Grad-CAM looks at: the one that was chosen if it lies in a block, else the last with enough cells."""
    is_chosen, own = focus != first_focus(summary.graph), layer_at(summary.graph, focus)
    return own if is_chosen and own in _nodes(summary, focus) else _last_with_enough_cells(summary)


def _check(trial: Trial, shown: Request) -> sanity.Check:
    """Return the check of a map against random weights: at a layer with enough cells to compare."""
    cells, request = _cells(trial.summary.by_id[shown.node].output_shape), shown
    if METHODS[shown.method].needs_node and cells < ENOUGH_CELLS:
        request = shown._replace(node=_last_with_enough_cells(trial.summary))
    return sanity.Check(request, shown.node, f"sanity/{_key(trial, request)}")


def _key(trial: Trial, request: Request) -> str:
    """Return what tells an explanation from all others."""
    node = request.node if METHODS[request.method].needs_node else ""
    settings = sorted(request.settings.items())
    return f"{trial.key}/{request.method}/{node}/{request.target}/{settings}"


def _cells(shape: Shape) -> int:
    return shape[0] * shape[1] if len(shape) == 3 else 1


def _last_with_enough_cells(summary: NetworkSummary) -> str:
    """Return the last block's output that has enough cells; the first block's where none has."""
    outs = [block.out for block in summary.graph.blocks]
    return next((out for out in reversed(outs) if _cells(summary.by_id[out].output_shape) >= ENOUGH_CELLS), outs[0])


def _nodes(summary: NetworkSummary, focus: str) -> list[str]:
    """Return the layers Grad-CAM is offered at: block outputs first to last, and the one in focus if it lies in a block."""
    outs = [block.out for block in summary.graph.blocks]
    own = layer_at(summary.graph, focus)
    if own not in outs and summary.graph.node(own).block:
        outs.append(own)
    return outs


# --- Controls -------------------------------------------------------------------------------------------------------


def _show_controls(trial: Trial, view: ExplainView, focus: str, shares: FloatArray, target: int) -> None:
    """Draw the choice of method and class, and of the layer for methods that look at one; settings stand behind."""
    names = prediction.class_names(trial.weights, trial.spec.classes)
    controls.choice(
        _("Method"),
        METHODS,
        view.method,
        lambda name: state.set_parts(method=name, explaining=""),
        key="method",
        title=method_title,
        label_visibility="collapsed",
    )
    st.markdown(method_question(view.method))
    with st.container(horizontal=True, vertical_alignment="bottom", key="explain_controls"):
        controls.select(
            _("Class"),
            _classes(view.target, shares, target),
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
                _nodes(trial.summary, focus),
                node_of(trial.summary, focus),
                lambda name: state.set_parts(node=name),
                key="explain_node",
                title=partial(_layer_text, trial.summary),
                width=190,
            )
        else:
            with st.popover(_("Settings"), key="explain_settings"):
                _show_settings(request_of(trial, view, focus, target))


def _classes(own: str, shares: FloatArray, target: int) -> list[str]:
    """Return the classes to choose from: the one explained unasked, then all by their share, and the chosen one."""
    ordered = [str(number) for number in np.argsort(-shares, kind="stable")[:_MOST_CLASSES]]
    found = ["", *(number for number in ordered if own or number != str(target))]
    return found if own in found else [*found, own]


def _layer_text(summary: NetworkSummary, node: str) -> str:
    """Return a layer by its block where it is the block's output, with how fine its map is."""
    block = summary.graph.block_of(node)
    height, width = summary.by_id[node].output_shape[:2]
    name = block.name if block and block.out == node else node
    return _("{layer}: {size} cells").format(layer=name, size=f"{height}×{width}")


def _show_settings(request: Request) -> None:
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


def _explanation(summary: NetworkSummary, request: Request, found: Attribution, name: str) -> Explanation:
    settings, height, width = dict(request.settings), *summary.graph.spec.input_shape[:2]
    if not METHODS[request.method].needs_node:
        return Explanation(request.method, name, found, settings, picture_px=(height, width))
    field = summary.by_id[request.node].field
    return Explanation(request.method, name, found, settings, request.node, field, (height, width))


def _layer(summary: NetworkSummary, request: Request, found: Attribution) -> Layer:
    title = _("{method}: share in the score").format(method=method_title(request.method))
    field = summary.by_id[request.node].field if METHODS[request.method].needs_node else None
    return Layer(request.node, found.values[..., np.newaxis], [0], field, title)


def _payload(trial: Trial, request: Request, found: Attribution) -> bytes:
    words = {"for": _("for"), "against": _("against")}
    view = View(single=True, is_for_and_against=True, words=words)
    return maps_payload([_layer(trial.summary, request, found)], view, trial.rgb)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table class='facts'>{cells}</table>"


def _show_downloads(trial: Trial, found: Attribution, request: Request) -> None:
    name = f"{request.method}-{trial.name}-{request.target}"
    rgb = trial.rgb
    field = _layer(trial.summary, request, found).receptive_field
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
            lambda: explanation_npz(maps.origin_of(trial), request, found),
            file_name=f"{name}.npz",
            mime="application/octet-stream",
            on_click="ignore",
        )
