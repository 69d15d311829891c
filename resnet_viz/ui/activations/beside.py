"""Two answers side by side: another picture or other weights, the same layer, and the difference on a diverging map."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.samples import SAMPLES, sample_title
from resnet_viz.measures import norm, strongest_channels
from resnet_viz.messages import gettext as _
from resnet_viz.spec.surgery import Surgery
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ActivationsView
from resnet_viz.ui import state
from resnet_viz.ui.shared import controls, forward, image_source, maps, prediction, shown
from resnet_viz.ui.shared.weights_source import weights_choices, weights_text
from resnet_viz.viz.block_view import layer_of
from resnet_viz.viz.payload import Derived, Layer, Signal, View, maps_payload, strip_count

FloatArray = npt.NDArray[np.float32]
_BEFORE = "surgery:none"


def show(trial: Trial, view: ActivationsView, node: str, files: "st.delta_generator.DeltaGenerator") -> bool:
    """Draw what stands beside the picture, both answers and their difference; return whether there was one."""
    choices = _choices(trial)
    chosen = view.beside or _default(trial.surgery, choices)
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
    other = trial.beside(chosen)
    if other.image != trial.image and other.lacks_picture:
        image_source.say_missing()
    one = forward.maps_of(trial, [node])
    two = forward.maps_of(other, [node]) if one is not None else None
    if one is None or two is None:
        return False
    first = "A: " + _what(trial, other)
    second = "B: " + _what(other, trial)
    maps.show(_payload(trial, (node, view.channel), one[node], two[node], (first, second)), key="compared")
    _show_predictions(trial, other)
    with files:
        maps.show_downloads(trial, {node: one[node], f"{node} beside": two[node]}, node)
    return True


def _default(surgery: Surgery, choices: Iterable[str]) -> str:
    return _BEFORE if surgery else next(iter(choices))


def _choices(trial: Trial) -> dict[str, str]:
    images = [name for name in (*SAMPLES, UPLOAD) if name != trial.image]
    found = {
        f"image:{name}": _("picture: {name}").format(name=_("your own") if name == UPLOAD else sample_title(name))
        for name in images
    }
    weights = weights_choices(trial.source, trial.weights)
    found |= {
        f"weights:{name}": _("weights: {what}").format(what=title)
        for name, title in weights.items()
        if name != trial.source
    }
    if trial.surgery:
        found[_BEFORE] = _("the network before the surgery")
    return found


def _what(one: Trial, other: Trial) -> str:
    """Return in what a trial differs from the one beside it."""
    if one.image != other.image:
        return _("your own") if one.image == UPLOAD else sample_title(one.image)
    if one.surgery != other.surgery:
        return _("after surgery") if one.surgery else _("whole")
    return weights_text(one.weights, one.spec)


def _payload(
    trial: Trial, focus: tuple[str, int | None], one: FloatArray, two: FloatArray, titles: tuple[str, str]
) -> bytes:
    node, channel = focus
    first, second = (array if array.ndim == 3 else array[np.newaxis, np.newaxis, :] for array in (one, two))
    difference = second - first
    total = first.shape[-1]
    count = strip_count(*first.shape, 2)  # type: ignore[call-arg]
    strongest = strongest_channels(difference, count)
    if channel is not None and channel < total and channel not in strongest:
        strongest[-1] = channel
    third = _("B − A")
    pair = list(zip((first, second), titles, strict=True))
    arrays: list[Layer | Derived] = [
        layer_of(trial.summary, node, array, title=title, channels=strongest if count < total else None)
        for array, title in pair
    ]
    arrays.append(Derived("difference", (0, 1), node, title=third))
    sources = (2, 0, 1)
    if count < total:
        arrays += [layer_of(trial.summary, node, array, title=title) for array, title in pair]
        arrays.append(Derived("difference", (3, 4), node, title=third))
        sources = (5, 3, 4)
    work = f"compared/{node}/{titles}/{trial.key}"
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
        weights=_("Weights: {what}.").format(what=weights_text(trial.weights, trial.spec)),
        layers=(("", [(item.id, item.id) for item in trial.summary.graph.nodes]),),
        layer=node,
        focus=f"compared {node}",
        channel=shown.channel_to_send(work, channel),
    )
    return maps_payload(arrays, view, trial.rgb)


def _difference_sentence(size: float, difference: float) -> str:
    if not difference:
        return _("A and B are the same here.")
    if not size:
        return _("A is zero here, B is not.")
    return _("The difference is {times} times as strong as A.").format(times=f"{difference / size:.2g}")


def _show_predictions(one: Trial, two: Trial) -> None:
    columns = st.columns(2)
    for column, name, own, other in zip(columns, "AB", (one, two), (two, one), strict=True):
        with column:
            st.markdown(f"**{name}**: " + _what(own, other))
            prediction.show(own, count=3)
