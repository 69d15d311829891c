"""Feature maps on the page: the component that draws them, the picture they are of, and their files."""

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.messages import in_this_language, joined
from resnet_viz.reports.origins import about_of, origin_of
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.shared import shown
from resnet_viz.ui.shared.component import component
from resnet_viz.viz.block_view import Focus
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.origin import Origin, arrays_npz
from resnet_viz.viz.takehome import takehome_html

FloatArray = npt.NDArray[np.float32]


def show(payload: bytes, *, key: str) -> None:
    """Draw maps from the bytes of `resnet_viz.viz.payload`; what is chosen there becomes the subject."""
    component("maps")(key=key, data=payload, on_did_change=lambda: _take(key))


def show_input(trial: Trial, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw the picture at the network's size; the values it becomes stand behind a question mark."""
    values = trial.input
    st.image(trial.png, width=width, output_format="PNG", alt=_("The picture as the network sees it"))
    rule = trial.normalisation.formula()
    text = _("{shape} values from {low:.3g} to {high:.3g} ({rule}).").format(
        shape=shape_text(values.shape), low=values.min(), high=values.max(), rule=rule
    )
    caption = _("As the network sees it")
    engine = _("Maps are computed with {engine}, in float32.").format(engine=Origin.engine)
    st.markdown(f":small[{caption}]", help=joined((text.replace("-", "−"), engine), " "))
    if trial.picture.notes:
        with st.expander(_("Bear in mind")):
            st.markdown(joined(trial.picture.notes, " "))


def show_downloads(trial: Trial, maps: dict[str, FloatArray], node: str) -> None:
    """Draw the raw arrays and the mosaic as files; the arrays carry how they came about."""
    name = f"{node}-{trial.name}"
    layer = maps[node]
    st.download_button(
        _("Arrays (.npz)"),
        lambda: arrays_npz(origin_of(trial), {"input": trial.input, **maps}),
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


def show_takehome(trial: Trial, focus: Focus, maps: dict[str, FloatArray], prediction: str) -> None:
    """Draw the button that makes the view one HTML file."""
    st.download_button(
        _("Take it home (HTML)"),
        in_this_language(lambda: takehome_html(trial.summary, focus, maps, trial.rgb, about_of(trial, prediction))),
        file_name=f"{focus.node}-{trial.name}.html",
        mime="text/html",
        on_click="ignore",
        help=_("This view as one file that opens on a phone, without a server and without a network."),
    )


def focus_of(subject: Subject) -> Focus:
    """Return what the view of a block looks at."""
    return Focus(subject.block, subject.layer, subject.activations.channel, subject.surgery)


def _take(key: str) -> None:
    """Follow what was done in the component: another layer or channel, a cell's sum, a channel switched off or on."""
    event = state.news(key)
    if event is None:
        return
    node = str(event.get("node", ""))
    subject = state.subject()
    if node not in subject.summary.by_id:
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
        channels = frozenset(subject.surgery.silenced_at(node)) ^ {int(event.get("channel", 0))}
        text = subject.surgery.silencing(node, channels).to_text()
        state.update(lambda now: replace(now, surgery=surgery_of(text, now.summary)))
