"""Would the map look the same if the network knew nothing? The check against random weights, from the top down."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.attribution.catalogue import METHODS, AttributionRequest, needs_keras
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.results import Sanity
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.shared import explained, without_keras
from resnet_viz.viz.overlay import bound_of, overlay_png
from resnet_viz.viz.words import number_text

FloatArray = npt.NDArray[np.float32]

_PER_ROW = 4


class Check(NamedTuple):
    """What is checked.

    Attributes:
        request: The question, at a layer with enough cells.
        shown: The layer whose map the page shows.
        is_asked: Whether the link asks for it.
    """

    request: AttributionRequest
    shown: str
    is_asked: bool


def show(trial: Trial, check: Check) -> None:
    """Draw the offer to make the weights random, and what becomes of the map."""
    with st.container(key="sanity", gap="small"):
        st.markdown(
            _("**Would it look the same if the network knew nothing?**"),
            help=_(
                "Weights are made random from the top down ([Adebayo et al. 2018](https://arxiv.org/abs/1810.03292)). A map that does not change says nothing about what was learned."
            ),
        )
        if needs_keras(check.request, trial.summary.graph) and without_keras.say_missing(
            _("This check works without it for occlusion.")
        ):
            return
        key = explained.check_key(trial, check.request)
        if not (check.is_asked or state.is_wanted(key)):
            st.button(_("Make the weights random and see"), key="sanity_try", on_click=state.want, args=(key,))
            return
        found = explained.check(trial, check.request)
        if found is not None:
            _show_maps(trial, check.request, found)
            _show_notes(check, is_random=trial.weights.file is None)


def _show_maps(trial: Trial, request: AttributionRequest, found: Sanity) -> None:
    rgb, bound = trial.rgb, bound_of(found.maps[0])
    field = trial.summary.by_id[request.node].field if METHODS[request.method].needs_node else None
    titles = [_("as it is"), *(_stage_text(stage) for stage in found.stages)]
    shown = list(zip(titles, found.maps, found.correlations, strict=True))
    for start in range(0, len(shown), _PER_ROW):
        columns = st.columns(_PER_ROW, gap="small")
        for place, (title, values, correlation) in enumerate(shown[start : start + _PER_ROW], start):
            with columns[place - start], st.container(key=f"maps_sanity_{place}", gap=None):
                named = joined((title, _range_text(values)), ": ")
                st.image(overlay_png(rgb, values, field, bound), width="stretch", output_format="PNG", alt=named)
                alike = _("flat") if correlation is None else number_text(round(correlation, 2), 2)
                st.markdown(title)
                st.markdown(_("alike: {alike}").format(alike=alike) if place else " ")


def _range_text(values: FloatArray) -> str:
    return _("range {low} … {high}").format(
        low=number_text(float(values.min()), 2), high=number_text(float(values.max()), 2)
    )


def _show_notes(check: Check, *, is_random: bool) -> None:
    notes = [
        _(
            "All maps use the scale of the first. Alike 1: all cells have the same order. Alike 0: the orders have nothing in common."
        )
    ]
    if check.request.node != check.shown:
        sentence = _("Checked at layer {layer}: {own} has too few cells to compare.")
        notes.append(sentence.format(layer=check.request.node, own=check.shown))
    if is_random:
        notes.append(_("These weights are random already. Here other random weights only take their place."))
    st.markdown(joined(notes, " "))


def _stage_text(stage: int) -> str:
    """Return what was made random last."""
    if stage == 0:
        return _("head random")
    return _("… stem too") if stage == 1 else _("… stage {n} too").format(n=stage)
