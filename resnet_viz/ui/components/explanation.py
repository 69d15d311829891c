"""An explanation of one class's score: the method and its settings, the map over the picture, what it is worth."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.attribution.catalogue import (
    METHODS,
    Attribution,
    Request,
    method_question,
    method_title,
    setting_title,
    settings_of,
    value_title,
)
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.compute import questions
from resnet_viz.compute.questions import Sanity
from resnet_viz.images.preprocess import NORMALISATIONS, plain_input
from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.ui import say, services, state
from resnet_viz.ui.components import controls, forward, maps, prediction
from resnet_viz.ui.components.weights_source import weights_of, weights_text
from resnet_viz.ui.selection import Selection
from resnet_viz.ui.selection import settings_of as parsed
from resnet_viz.viz.mosaic import mosaic_png, shared_scale
from resnet_viz.viz.overlay import overlay_png
from resnet_viz.viz.payload import Layer, View, maps_payload
from resnet_viz.viz.words import number_text

FloatArray = npt.NDArray[np.float32]

# Sample maps of the sanity check, px.
_CHECK_PX = 150
# A browser gets the whole list at every run; nobody scrolls further.
_MOST_CLASSES = 1000
# Fewer numbers than these often keep their order by chance.
_FEW_CELLS = 25


def show(selection: Selection, picture: Picture, shares: FloatArray) -> None:
    """Draw the controls, the map, and what is known of it."""
    likeliest = int(shares.argmax())
    target = int(selection.target) if selection.target else likeliest
    names = prediction.class_names(selection)
    with st.container(horizontal=True, vertical_alignment="bottom", key="explain_controls"):
        controls.choice(
            _("Method"),
            METHODS,
            selection.method,
            lambda name: state.set_parts(method=name, explaining=""),
            key="method",
            title=method_title,
        )
        controls.select(
            _("Class"),
            _classes(selection, shares),
            selection.target,
            lambda number: state.set_parts(target=number),
            key="explain_class",
            title=lambda number: names[int(number)] if number else _("likeliest: {name}").format(name=names[likeliest]),
            width=190,
        )
        _show_settings(selection)
    request = request_of(selection, target)
    found = forward.remembered(
        f"explain/{_key(selection, picture, request)}",
        lambda waiting: questions.explain(
            services.worker(), forward.network_of(selection), pictures_of(selection, picture), request, waiting
        ),
    )
    if found is None:
        return
    middle, right = st.columns([0.56, 0.44], gap="medium")
    with middle:
        maps.show(_payload(selection, picture, found), key="explained")
    with right:
        st.subheader(_("Why {name}?").format(name=say.plain(names[target])), anchor=False)
        st.markdown(method_question(selection.method))
        st.markdown(_facts(selection, found, say.plain(names[target])))
        with st.container(horizontal=True):
            _show_downloads(selection, picture, found, request)
    _show_check(selection, picture, request)


def _classes(selection: Selection, shares: FloatArray) -> list[str]:
    """Return the classes to choose from: the likeliest, and the chosen one wherever it stands."""
    found = ["", *map(str, np.argsort(-shares, kind="stable")[:_MOST_CLASSES])]
    return found if selection.target in found else [*found, selection.target]


def request_of(selection: Selection, target: int) -> Request:
    """Return what is asked for."""
    return Request(selection.method, node_of(selection), target, parsed(selection.explaining))


def node_of(selection: Selection) -> str:
    """Return the layer Grad-CAM looks at: the one in focus if it lies in a block, else the last block's output."""
    nodes = _nodes(selection)
    return selection.layer if selection.layer in nodes else nodes[len(selection.summary.graph.blocks) - 1]


def pictures_of(selection: Selection, picture: Picture) -> dict[str, FloatArray]:
    """Return the picture, a black and a white one, all preprocessed alike."""
    shape, rule = selection.spec.input_shape, NORMALISATIONS[selection.normalisation]
    ends = {name: plain_input(pixel, shape, rule) for name, pixel in (("black", 0), ("white", 255))}
    return {"picture": forward.input_of(selection, picture), **ends}


def _key(selection: Selection, picture: Picture, request: Request) -> str:
    settings = settings_of(request.method, request.settings)
    node = request.node if METHODS[request.method].needs_node else ""
    return f"{forward.work_key(selection, picture)}/{request.method}/{node}/{request.target}/{sorted(settings.items())}"


def _show_settings(selection: Selection) -> None:
    """Draw the layer for methods that look at one, else the method's settings."""
    if METHODS[selection.method].needs_node:
        nodes = _nodes(selection)
        controls.select(
            _("Layer"),
            nodes,
            node_of(selection),
            lambda name: state.set_parts(node=name),
            key="explain_node",
            width=160,
        )
    values = settings_of(selection.method, parsed(selection.explaining))
    for name, setting in METHODS[selection.method].settings.items():
        value = values[name]
        controls.select(
            setting_title(name),
            setting.values if value in setting.values else (*setting.values, value),
            value,
            partial(_set, name),
            key=f"how_{name}",
            title=value_title,
            width=112,
        )


def _nodes(selection: Selection) -> list[str]:
    """Return the layers Grad-CAM is offered at: block outputs first to last, and the one in focus if it lies in a block."""
    summary = selection.summary
    outs = [block.out for block in summary.graph.blocks]
    own = selection.layer
    if own not in outs and summary.graph.node(own).block:
        outs.append(own)
    return outs


def _set(name: str, value: str) -> None:
    settings = {**parsed(state.current_selection().explaining), name: value}
    state.set_parts(explaining=";".join(f"{key}={text}" for key, text in settings.items()))


def _layer(selection: Selection, found: Attribution) -> Layer:
    title = _("{method}: share in the score").format(method=method_title(selection.method))
    if METHODS[selection.method].needs_node:
        node = node_of(selection)
        return Layer(node, found.values[..., np.newaxis], [0], selection.summary.by_id[node].field, title)
    return Layer(selection.layer, found.values[..., np.newaxis], [0], None, title)


def _payload(selection: Selection, picture: Picture, found: Attribution) -> bytes:
    layer = _layer(selection, found)
    return maps_payload([layer], View(single=True), maps.rgb_of(selection, picture))


def _facts(selection: Selection, found: Attribution, name: str) -> str:
    """Return score, settings and what the method measured of itself, as a list."""
    lines = [
        _("Score: the logit of *{name}*, before the softmax: **{score}**").format(
            name=name, score=number_text(found.score)
        )
    ]
    numbers = found.numbers
    if selection.method == "gradcam":
        height, width = found.values.shape
        lines.append(
            _(
                "{layer}: {n} numbers ({size}), range {low} … {high}; each is drawn where its receptive field is centred"
            ).format(
                layer=node_of(selection),
                n=f"{height * width:,}",
                size=f"{height}×{width}",
                low=number_text(float(found.values.min()), 3),
                high=number_text(float(found.values.max()), 3),
            )
        )
        lines.append(
            _("{n} cells raise the score; the paper's map is these alone (its ReLU), here the others are blue").format(
                n=f"{numbers['positive']:,.0f}"
            )
            if numbers["positive"]
            else _("**No cell raises this score**: the paper's map would be empty")
        )
    elif selection.method == "integrated-gradients":
        lines.append(
            _("baseline's score {base}; difference {diff}; sum over pixels {sum}").format(
                base=number_text(numbers["baseline_score"]),
                diff=number_text(numbers["difference"]),
                sum=number_text(numbers["sum"]),
            )
        )
        share = abs(numbers["residual"]) / max(abs(numbers["difference"]), 1e-12)
        lines.append(
            _(
                "completeness residual **{residual}** ({share:.1%} of the difference): more steps make it smaller"
            ).format(residual=number_text(numbers["residual"], 3), share=share)
        )
    else:
        lines.append(
            _("{n} patches; largest fall {fall}; a pixel shows the mean fall over the patches that cover it").format(
                n=f"{numbers['patches']:,.0f}", fall=number_text(numbers["largest_fall"], 3)
            )
        )
    settings = settings_of(selection.method, parsed(selection.explaining))
    if settings:
        lines.append(", ".join(f"{setting_title(key)}: {value_title(value)}" for key, value in settings.items()))
    lines.append(_("weights: {what}").format(what=weights_text(selection)))
    if weights_of(selection).file is None:
        lines.append(_("**Untrained**: this explains a number, not a judgement"))
    lines.append(METHODS[selection.method].reference)
    return "\n".join(f"- {line}" for line in lines).replace(" -", " −")


def _show_downloads(selection: Selection, picture: Picture, found: Attribution, request: Request) -> None:
    name = f"{request.method}-{forward.content_name(selection, picture)}-{request.target}"
    rgb = maps.rgb_of(selection, picture)
    st.download_button(
        _("Over the picture (PNG)"),
        lambda: overlay_png(rgb, found.values, _layer(selection, found).receptive_field),
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


# --- Would it look the same if the network knew nothing? -------------------------------------------------------------


def _show_check(selection: Selection, picture: Picture, request: Request) -> None:
    key = f"sanity/{_key(selection, picture, request)}"
    with st.container(border=True, key="sanity"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Would it look the same if the network knew nothing?"), anchor=False)
            if not state.is_wanted(key):
                st.button(_("Try it"), key="sanity_try", on_click=state.want, args=(key,))
        st.markdown(
            _(
                "Weights are made random from the top down ([Adebayo et al. 2018](https://arxiv.org/abs/1810.03292)). A map that does not change says nothing about what was learned."
            )
        )
        if not state.is_wanted(key):
            return
        found = forward.remembered(
            key,
            lambda waiting: questions.sanity(
                services.worker(), forward.network_of(selection), pictures_of(selection, picture), request, waiting
            ),
        )
        if found is not None:
            _show_maps(selection, found)


def _show_maps(selection: Selection, found: Sanity) -> None:
    titles = [_("own weights"), *(_stage_text(stage) for stage in found.stages)]
    columns = st.columns(len(titles), gap="small")
    shown = zip(columns, titles, found.maps, found.correlations, strict=True)
    for place, (column, title, values, correlation) in enumerate(shown):
        scale = shared_scale(values)
        with column, st.container(key=f"maps_sanity_{place}"):
            st.markdown(f"**{title}**")
            st.image(mosaic_png(values[..., np.newaxis], scale, smallest_tile=_CHECK_PX), width="stretch", alt=title)
            alike = _("flat") if correlation is None else f"{correlation:.2f}".replace("-", "−")
            st.markdown(
                _("{low} … {high}; rank correlation {alike}").format(
                    low=number_text(scale.low, 2), high=number_text(scale.high, 2), alike=alike
                )
            )
    st.markdown(_("Each map on its own scale; 1 is the same order of all cells, 0 none in common."))
    if found.maps[0].size < _FEW_CELLS:
        few = _("With {n} numbers a rank correlation says little: choose an earlier layer, or compare the ranges.")
        st.markdown(few.format(n=found.maps[0].size))
    if weights_of(selection).file is None:
        st.markdown(_("These weights are random to begin with: what changes here is one chance for another."))


def _stage_text(stage: int) -> str:
    """Return what was made random last."""
    if stage == 0:
        return _("head random")
    return _("… stem too") if stage == 1 else _("… stage {n} too").format(n=stage)
