"""Two answers side by side: another picture or other weights, the same layer, and the difference on a diverging map."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import SAMPLES, sample_title
from resnet_viz.measures import norm, strongest_channels
from resnet_viz.messages import gettext as _
from resnet_viz.spec.surgery import NO_SURGERY
from resnet_viz.ui import shown, state
from resnet_viz.ui.components import controls, forward, image_source, maps, prediction
from resnet_viz.ui.components.weights_source import weights_choices, weights_of, weights_text
from resnet_viz.ui.selection import UPLOAD, Selection
from resnet_viz.viz.block_view import layer_of
from resnet_viz.viz.payload import Derived, Layer, Signal, View, maps_payload, strip_count

FloatArray = npt.NDArray[np.float32]


def show(selection: Selection, picture: Picture, files: "st.delta_generator.DeltaGenerator") -> bool:
    """Draw what stands beside the picture, both answers and their difference; return whether there was one."""
    choices = _choices(selection)
    chosen = selection.beside or _default(selection)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Compare the network above (A) with"), width="content")
        controls.select(
            _("Beside it"),
            choices if chosen in choices else [*choices, chosen],
            chosen,
            lambda name: state.set_parts(beside=name),
            key="beside",
            title=lambda name: choices.get(name, name),
            label_visibility="collapsed",
            width=320,
        )
    other, other_picture = beside(replace(selection, beside=chosen), picture)
    node = selection.layer
    one = forward.maps_of(selection, picture, [node])
    two = forward.maps_of(other, other_picture, [node]) if one is not None else None
    if one is None or two is None:
        return False
    first = "A: " + _what(selection, other)
    second = "B: " + _what(other, selection)
    maps.show(_payload(selection, picture, one[node], two[node], (first, second)), key="compared")
    _show_predictions(selection, picture, other, other_picture)
    with files:
        maps.show_downloads(selection, picture, {node: one[node], f"{node} beside": two[node]}, node)
    return True


def beside(selection: Selection, picture: Picture) -> tuple[Selection, Picture]:
    """Return the subject that stands beside the selection's own, and its picture."""
    kind, _colon, name = selection.beside.partition(":")
    if kind == "image":
        other = replace(selection, image=name)
        return other, image_source.picture_of(other)
    if kind == "surgery":
        return replace(selection, surgery=NO_SURGERY), picture
    other = replace(selection, weights=name)
    wanted = weights_of(other).normalisation
    return replace(other, normalisation=wanted or other.normalisation), picture


def _choices(selection: Selection) -> dict[str, str]:
    images = [name for name in (*SAMPLES, UPLOAD) if name != selection.image]
    found = {
        f"image:{name}": _("picture: {name}").format(name=_("your own") if name == UPLOAD else sample_title(name))
        for name in images
    }
    weights = weights_choices(selection)
    found |= {
        f"weights:{name}": _("weights: {what}").format(what=title)
        for name, title in weights.items()
        if name != selection.weights
    }
    if selection.surgery:
        found["surgery:none"] = _("the network before the surgery")
    return found


def _default(selection: Selection) -> str:
    if selection.surgery:
        return "surgery:none"
    return next(iter(_choices(selection)))


def _what(one: Selection, other: Selection) -> str:
    """Return in what a subject differs from the one beside it."""
    if one.image != other.image:
        return _("your own") if one.image == UPLOAD else sample_title(one.image)
    if one.surgery != other.surgery:
        return _("after surgery") if one.surgery else _("whole")
    return weights_text(one)


def _payload(
    selection: Selection, picture: Picture, one: FloatArray, two: FloatArray, titles: tuple[str, str]
) -> bytes:
    first, second = (array if array.ndim == 3 else array[np.newaxis, np.newaxis, :] for array in (one, two))
    difference = second - first
    total = first.shape[-1]
    count = strip_count(*first.shape, 2)  # type: ignore[call-arg]
    node = selection.layer
    strongest = strongest_channels(difference, count)
    if selection.channel is not None and selection.channel < total and selection.channel not in strongest:
        strongest[-1] = selection.channel
    third = _("B − A")
    pair = list(zip((first, second), titles, strict=True))
    arrays: list[Layer | Derived] = [
        layer_of(selection.summary, node, array, title=title, channels=strongest if count < total else None)
        for array, title in pair
    ]
    arrays.append(Derived("difference", (0, 1), node, title=third))
    sources = (2, 0, 1)
    if count < total:
        arrays += [layer_of(selection.summary, node, array, title=title) for array, title in pair]
        arrays.append(Derived("difference", (3, 4), node, title=third))
        sources = (5, 3, 4)
    work = f"compared/{node}/{titles}/{forward.work_key(selection, picture)}"
    view = View(
        strip=tuple(Signal(place, title) for place, title in enumerate((*titles, third))),
        total=total,
        bound=max(float(np.max(np.abs(array), initial=0.0)) for array in (first, second, difference)),
        leads=(
            _("Channel {n} of {layer}").replace("{layer}", node),
            _("The {n} channels of {layer} that differ most").replace("{layer}", node),
        ),
        sources=sources,
        sentences=(_difference_sentence(norm(first), norm(difference)),),
        figures=(_("‖B − A‖ / ‖A‖ = {d:.4g} / {a:.4g}").format(d=norm(difference), a=norm(first)),),
        weights=_("Weights: {what}.").format(what=weights_text(selection)),
        layers=(("", [(item.id, item.id) for item in selection.summary.graph.nodes]),),
        layer=node,
        focus=f"compared {node}",
        channel=shown.channel_to_send(work, selection.channel),
    )
    return maps_payload(arrays, view, maps.rgb_of(selection, picture))


def _difference_sentence(size: float, difference: float) -> str:
    if not difference:
        return _("A and B are the same here.")
    if not size:
        return _("A is zero here, B is not.")
    return _("The difference is {times} times as strong as A.").format(times=f"{difference / size:.2g}")


def _show_predictions(one: Selection, picture: Picture, two: Selection, other_picture: Picture) -> None:
    columns = st.columns(2)
    for column, name, subject, image in zip(columns, "AB", (one, two), (picture, other_picture), strict=True):
        with column:
            st.markdown(f"**{name}**: " + _what(subject, two if subject is one else one))
            prediction.show(subject, image, count=3)
