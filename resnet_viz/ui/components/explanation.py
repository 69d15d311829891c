"""An explanation of one class's score: the picture with the map over it, what it says, and how it was found out."""

import html
from collections.abc import Iterable
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

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
from resnet_viz.images.preprocess import NORMALISATIONS, plain_input
from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import SHAPES
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution
from resnet_viz.spec.layers import Shape
from resnet_viz.ui import say, services, state
from resnet_viz.ui.components import controls, forward, maps, prediction, sanity
from resnet_viz.ui.components.weights_source import weights_of, weights_text
from resnet_viz.ui.focus import first_focus
from resnet_viz.ui.selection import Selection
from resnet_viz.ui.selection import settings_of as parsed
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.overlay import overlay_png
from resnet_viz.viz.payload import Layer, View, maps_payload
from resnet_viz.worker.requests.explain import Explain

FloatArray = npt.NDArray[np.float32]
Place = st.delta_generator.DeltaGenerator

# A browser gets the whole list at every run; nobody scrolls further.
_MOST_CLASSES = 1000


def show(selection: Selection, picture: Picture, shares: FloatArray, hero: Place, side: Place) -> None:
    """Draw the map large and its answer above it; beside it the method, what it found, and what the map is worth."""
    likeliest = int(shares.argmax())
    target = int(selection.target) if selection.target else class_in(selection, likeliest)
    names = prediction.class_names(selection)
    with side:
        _show_controls(selection, shares, target, names)
    request = request_of(selection, target)
    key = _key(selection, picture, request)
    with hero:
        found = forward.remembered(
            f"explain/{key}",
            lambda waiting: services.worker().ask(
                Explain(forward.network_of(selection), pictures_of(selection, picture), request), waiting
            ),
        )
        if found is None:
            return
        explained = _explanation(selection, request, found, say.plain(names[target]))
        st.subheader(question(explained.name, is_likeliest=target == likeliest), anchor=False)
        st.markdown(answer(explained))
        maps.show(_payload(selection, picture, request, found), key="explained")
    with side:
        st.markdown("\n".join(f"- {fact}" for fact in facts(explained)))
        with st.expander(_("Exact figures and files")):
            st.html(_table(figures(explained, weights_text(selection))))
            _show_downloads(selection, picture, found, request)
        sanity.show(selection, picture, _check(selection, picture, request))


def class_in(selection: Selection, likeliest: int) -> int:
    """Return the class that is explained unasked: the one in the picture where that is known, else the likeliest."""
    is_known = weights_of(selection).knows == "shapes" and selection.spec.classes == len(SHAPES.indices)
    if is_known and selection.image in SHAPES.indices:
        return list(SHAPES.indices).index(selection.image)
    return likeliest


def request_of(selection: Selection, target: int) -> Request:
    """Return what is asked for."""
    side = max(selection.spec.input_shape[:2])
    settings = settings_at(selection.method, parsed(selection.explaining), side)
    return Request(selection.method, node_of(selection), target, settings)


def node_of(selection: Selection) -> str:
    """Return the layer Grad-CAM looks at: the one that was chosen if it lies in a block, else the last with enough cells."""
    is_chosen = selection.node != first_focus(selection.summary.graph)
    return selection.layer if is_chosen and selection.layer in _nodes(selection) else _last_with_enough_cells(selection)


def pictures_of(selection: Selection, picture: Picture) -> dict[str, FloatArray]:
    """Return the picture, a black and a white one, all preprocessed alike."""
    shape, rule = selection.spec.input_shape, NORMALISATIONS[selection.normalisation]
    ends = {name: plain_input(pixel, shape, rule) for name, pixel in (("black", 0), ("white", 255))}
    return {"picture": forward.input_of(selection, picture), **ends}


def _check(selection: Selection, picture: Picture, shown: Request) -> sanity.Check:
    """Return the check of a map against random weights: at a layer with enough cells to compare."""
    cells, request = _cells(selection.summary.by_id[shown.node].output_shape), shown
    if METHODS[shown.method].needs_node and cells < ENOUGH_CELLS:
        request = shown._replace(node=_last_with_enough_cells(selection))
    key = f"sanity/{_key(selection, picture, request)}"
    return sanity.Check(request, shown.node, key, pictures_of(selection, picture))


def _key(selection: Selection, picture: Picture, request: Request) -> str:
    """Return what tells an explanation from all others."""
    node = request.node if METHODS[request.method].needs_node else ""
    settings = sorted(request.settings.items())
    return f"{forward.work_key(selection, picture)}/{request.method}/{node}/{request.target}/{settings}"


def _cells(shape: Shape) -> int:
    return shape[0] * shape[1] if len(shape) == 3 else 1


def _last_with_enough_cells(selection: Selection) -> str:
    """Return the last block's output that has enough cells; the first block's where none has."""
    summary = selection.summary
    outs = [block.out for block in summary.graph.blocks]
    return next((out for out in reversed(outs) if _cells(summary.by_id[out].output_shape) >= ENOUGH_CELLS), outs[0])


def _nodes(selection: Selection) -> list[str]:
    """Return the layers Grad-CAM is offered at: block outputs first to last, and the one in focus if it lies in a block."""
    summary = selection.summary
    outs = [block.out for block in summary.graph.blocks]
    own = selection.layer
    if own not in outs and summary.graph.node(own).block:
        outs.append(own)
    return outs


# --- Controls -------------------------------------------------------------------------------------------------------


def _show_controls(selection: Selection, shares: FloatArray, target: int, names: list[str]) -> None:
    """Draw the choice of method and class, and of the layer for methods that look at one; settings stand behind."""
    controls.choice(
        _("Method"),
        METHODS,
        selection.method,
        lambda name: state.set_parts(method=name, explaining=""),
        key="method",
        title=method_title,
        label_visibility="collapsed",
    )
    st.markdown(method_question(selection.method))
    with st.container(horizontal=True, vertical_alignment="bottom", key="explain_controls"):
        controls.select(
            _("Class"),
            _classes(selection, shares, target),
            selection.target,
            lambda number: state.set_parts(target=number),
            key="explain_class",
            title=lambda number: _("{what}, {detail}").format(
                what=names[int(number or target)], detail=f"{shares[int(number or target)]:.0%}"
            ),
            width=190,
        )
        if METHODS[selection.method].needs_node:
            controls.select(
                _("Layer"),
                _nodes(selection),
                node_of(selection),
                lambda name: state.set_parts(node=name),
                key="explain_node",
                title=partial(_layer_text, selection),
                width=190,
            )
        else:
            with st.popover(_("Settings"), key="explain_settings"):
                _show_settings(selection)


def _classes(selection: Selection, shares: FloatArray, target: int) -> list[str]:
    """Return the classes to choose from: the one explained unasked, then all by their share, and the chosen one."""
    own = "" if not selection.target else selection.target
    ordered = [str(number) for number in np.argsort(-shares, kind="stable")[:_MOST_CLASSES]]
    found = ["", *(number for number in ordered if own or number != str(target))]
    return found if own in found else [*found, own]


def _layer_text(selection: Selection, node: str) -> str:
    """Return a layer by its block where it is the block's output, with how fine its map is."""
    summary = selection.summary
    block = summary.graph.block_of(node)
    height, width = summary.by_id[node].output_shape[:2]
    name = block.name if block and block.out == node else node
    return _("{layer}: {size} cells").format(layer=name, size=f"{height}×{width}")


def _show_settings(selection: Selection) -> None:
    values = request_of(selection, 0).settings
    for name, setting in METHODS[selection.method].settings.items():
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
    settings = {**parsed(state.current_selection().explaining), name: value}
    state.set_parts(explaining=";".join(f"{key}={text}" for key, text in settings.items()))


# --- What was found -------------------------------------------------------------------------------------------------


def _explanation(selection: Selection, request: Request, found: Attribution, name: str) -> Explanation:
    settings, height, width = dict(request.settings), *selection.spec.input_shape[:2]
    if not METHODS[request.method].needs_node:
        return Explanation(request.method, name, found, settings, picture_px=(height, width))
    field = selection.summary.by_id[request.node].field
    return Explanation(request.method, name, found, settings, request.node, field, (height, width))


def _layer(selection: Selection, request: Request, found: Attribution) -> Layer:
    title = _("{method}: share in the score").format(method=method_title(request.method))
    field = selection.summary.by_id[request.node].field if METHODS[request.method].needs_node else None
    return Layer(request.node, found.values[..., np.newaxis], [0], field, title)


def _payload(selection: Selection, picture: Picture, request: Request, found: Attribution) -> bytes:
    words = {"for": _("for"), "against": _("against")}
    view = View(single=True, is_for_and_against=True, words=words)
    return maps_payload([_layer(selection, request, found)], view, maps.rgb_of(selection, picture))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table class='facts'>{cells}</table>"


def _show_downloads(selection: Selection, picture: Picture, found: Attribution, request: Request) -> None:
    name = f"{request.method}-{forward.content_name(selection, picture)}-{request.target}"
    rgb = maps.rgb_of(selection, picture)
    field = _layer(selection, request, found).receptive_field
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
            lambda: explanation_npz(maps.origin_of(selection, picture), request, found),
            file_name=f"{name}.npz",
            mime="application/octet-stream",
            on_click="ignore",
        )
