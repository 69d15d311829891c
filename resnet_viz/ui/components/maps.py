"""Feature maps on the page: the component that draws them, the picture they are of, and their files."""

import time
from dataclasses import replace
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.images.preprocess import NORMALISATIONS, resized
from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import sample_title
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.ui import shown, state
from resnet_viz.ui.cache import activations
from resnet_viz.ui.components import forward
from resnet_viz.ui.components.weights_source import weights_of, weights_text
from resnet_viz.ui.selection import UPLOAD, Selection, surgery_of
from resnet_viz.viz.block_view import Focus
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.origin import Origin, arrays_npz
from resnet_viz.viz.takehome import Subject, takehome_html

FloatArray = npt.NDArray[np.float32]


@cache
def _component() -> Any:
    """Register the packaged component; only a running app knows where packages keep theirs."""
    return st.components.v2.component("resnet-viz.maps", js="index-*.js", css="index-*.css")


def show(payload: bytes, *, key: str) -> None:
    """Draw maps from the bytes of `resnet_viz.viz.payload`; what is chosen there becomes the selection."""
    _component()(key=key, data=payload, on_did_change=lambda: _take(key))


def rgb_of(selection: Selection, picture: Picture) -> npt.NDArray[np.uint8]:
    """Return the picture at the network's size, uint8 ``(height, width, 3)``, before its pixels become values."""
    height, width = selection.spec.input_shape[:2]
    key = ("rgb", picture.sha256, f"{height}x{width}", selection.resize, selection.interpolation)
    found = activations.find(key)
    if found is None:
        found = np.asarray(
            resized(picture.rgb, height, width, selection.resize, selection.interpolation)  # type: ignore[arg-type]
        )
        activations.keep(key, found)
    return found


def show_input(selection: Selection, picture: Picture, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw the picture at the network's size; the values it becomes stand behind a question mark."""
    values = forward.input_of(selection, picture)
    st.image(rgb_of(selection, picture), width=width, alt=_("The picture as the network sees it"))
    rule = NORMALISATIONS[selection.normalisation].formula()
    text = _("{shape} values from {low:.3g} to {high:.3g} ({rule}).").format(
        shape=shape_text(values.shape), low=values.min(), high=values.max(), rule=rule
    )
    caption = _("As the network sees it")
    st.markdown(f":small[{caption}]", help=text.replace("-", "−"))
    if picture.notes:
        with st.expander(_("Bear in mind")):
            st.markdown(joined(picture.notes, " "))


def show_downloads(selection: Selection, picture: Picture, maps: dict[str, FloatArray], node: str) -> None:
    """Draw the raw arrays and the mosaic as files; the arrays carry how they came about."""
    name = f"{node}-{forward.content_name(selection, picture)}"
    layer = maps[node]
    st.download_button(
        _("Arrays (.npz)"),
        lambda: arrays_npz(origin_of(selection, picture), {"input": forward.input_of(selection, picture), **maps}),
        file_name=f"{name}.npz",
        mime="application/octet-stream",
        on_click="ignore",
    )
    st.download_button(
        _("All channels (PNG)"),
        lambda: mosaic_png(layer if layer.ndim == 3 else layer[np.newaxis, np.newaxis]),
        file_name=f"{name}.png",
        mime="image/png",
        on_click="ignore",
    )


def show_takehome(selection: Selection, picture: Picture, maps: dict[str, FloatArray], prediction: str) -> None:
    """Draw the button that makes the view one HTML file."""
    st.download_button(
        _("Take it home (HTML)"),
        lambda: takehome_html(
            selection.summary,
            focus_of(selection),
            maps,
            rgb_of(selection, picture),
            _subject(selection, prediction),
        ),
        file_name=f"{selection.layer}-{forward.content_name(selection, picture)}.html",
        mime="text/html",
        on_click="ignore",
        help=_("This view as one file that opens on a phone, without a server and without a network."),
    )


def focus_of(selection: Selection) -> Focus:
    """Return what the view of a block looks at."""
    return Focus(selection.block, selection.layer, selection.channel, selection.surgery)


def _subject(selection: Selection, prediction: str) -> Subject:
    """Return what a file says of its view."""
    spec = selection.spec
    counts = _("{n} parameters").format(n=f"{selection.summary.totals.parameters:,}")
    changes = ", ".join(f"{path}={value}" for path, value in selection.changes.items())
    title = joined(filter(None, [selection.preset, changes, shape_text(spec.input_shape), counts]))
    done = selection.surgery.to_text()
    image = _("your own") if selection.image == UPLOAD else sample_title(selection.image)
    how = NORMALISATIONS[selection.normalisation].formula()
    return Subject(
        title,
        weights_text(selection),
        _("after surgery: {what}").format(what=done) if done else "",
        _("image: {name}, {resize}, {rule}").format(name=image, resize=selection.resize, rule=how),
        prediction,
        time.strftime("%Y-%m-%d"),
    )


def origin_of(selection: Selection, picture: Picture) -> Origin:
    """Return how the maps of this picture come about."""
    weights = weights_of(selection)
    return Origin(
        preset=selection.preset,
        specification=selection.spec,
        weights=weights_text(selection),
        weights_sha256=weights.file.sha256 if weights.file else "",
        random_layers=weights.random_layers,
        surgery=selection.surgery.to_text(),
        image=selection.image,
        image_sha256=picture.sha256,
        resize=selection.resize,
        interpolation=selection.interpolation,
        pixels=selection.normalisation,
        normalisation=NORMALISATIONS[selection.normalisation].formula(),
    )


def _take(key: str) -> None:
    """Follow what was done in the component: another layer or channel, a cell's sum, a channel switched off or on."""
    event: Any = getattr(state.typed(key), "did", None)
    if not event or not state.is_first_delivery(str(event.get("mark"))):
        return
    node = str(event.get("node", ""))
    selection = state.current_selection()
    if node not in selection.summary.by_id:
        return
    if event.get("kind") == "node":
        state.set_parts(node=node)
    elif event.get("kind") == "pixel":
        place = ".".join(str(int(number)) for number in event.get("place", ()))
        state.set_parts(pixel=f"{node}:{place}")
    elif event.get("kind") == "channel":
        if event.get("has"):
            shown.heard_channel(int(event["channel"]))
        state.set_parts(channel=int(event["channel"]))
    elif event.get("kind") == "silence":
        channels = frozenset(selection.surgery.silenced_at(node)) ^ {int(event.get("channel", 0))}
        text = selection.surgery.silencing(node, channels).to_text()
        state.update(lambda now: replace(now, surgery=surgery_of(text, now.summary)))
