"""The signal along depth: mean, deviation, zeros, silent channels, the size of the branches, what a cell sees in fact."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz.images.samples import SAMPLES
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.results import EffectiveField, LayerState
from resnet_viz.server import services
from resnet_viz.spec import Block, LayerGraph
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import STATISTICS, ActivationsView
from resnet_viz.ui import state
from resnet_viz.ui.shared import chart, controls, downloads, forward, maps, without_keras
from resnet_viz.ui.shared.weights_source import weights_text
from resnet_viz.viz.depth import (
    branch_to_shortcut,
    field_sentence,
    mean_and_deviation,
    ratio_sentences,
    receptive_fields,
    spread_sentence,
    zeros_and_silent,
    zeros_sentence,
)
from resnet_viz.viz.payload import Layer, View, maps_payload
from resnet_viz.worker.requests.depth import Depth
from resnet_viz.worker.requests.fields import EffectiveFields

# With the picture in view these make the batch: enough for statistics, few enough for a laptop at 224 px.
BATCH_SAMPLES = tuple(SAMPLES)[:7]


def show(trial: Trial, view: ActivationsView, block: Block, files: "st.delta_generator.DeltaGenerator") -> bool:
    """Draw the charts; effective receptive fields are measured on request. Return whether there was an answer."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("BatchNorm by"), width="content")
        controls.choice(
            _("Statistics"),
            STATISTICS,
            view.statistics,
            lambda name: state.set_parts(statistics=name),
            key="statistics",
            title=lambda name: {"moving": _("its moving statistics"), "batch": _("the batch's own")}[name],
            label_visibility="collapsed",
        )
        controls.toggle(
            _("Every layer"),
            view.every_layer,
            lambda wanted: state.set_parts(every_layer=wanted),
            key="depth_every",
        )
    states = _states(trial, view.statistics)
    if states is None:
        return False
    shown, names = _shown(trial.summary.graph, states, is_every=view.every_layer)
    cut = trial.surgery.cut | trial.surgery.dropped
    left, right = st.columns(2, gap="medium")
    with left:
        chart.show(
            branch_to_shortcut(states, cut), "depth_ratio", _("Size of F(x) against the shortcut, block by block")
        )
        st.markdown(joined(filter(None, ratio_sentences(states)), " "))
        chart.show(mean_and_deviation(shown, names), "depth_mean", _("Mean and standard deviation of outputs"))
        st.markdown(spread_sentence(shown, names))
    with right:
        chart.show(zeros_and_silent(shown, names), "depth_zeros", _("Zeros, and channels that are zero everywhere"))
        st.markdown(zeros_sentence(shown, names))
        _show_fields(trial, block)
    st.markdown(
        _("BatchNorm is computed {how}. Weights: {weights}.").format(
            how=_mode_text(view.statistics, has_surgery=bool(trial.surgery)),
            weights=weights_text(trial.weights, trial.spec),
        )
    )
    st.markdown(
        _(
            "To compare: the size of responses in trained networks, [He et al. 2015, figure 7](https://arxiv.org/abs/1512.03385)."
        )
    )
    with files:
        downloads.show(_frame(states), f"depth-{trial.name}", key="depth")
    return True


def _shown(graph: LayerGraph, states: list[LayerState], *, is_every: bool) -> tuple[list[LayerState], dict[str, str]]:
    """Return the states to draw, block outputs unless every layer is asked for, and what the axis calls them."""
    outs = {block.out: block.name for block in graph.blocks}
    return [item for item in states if is_every or item.node in outs], outs


def _mode_text(statistics: str, *, has_surgery: bool) -> str:
    if statistics == "moving":
        text = _("as in inference: the mean and variance that training left behind (untrained: 0 and 1)")
    else:
        text = _("as in training: mean and variance over this picture and {n} samples ({names})").format(
            n=len(BATCH_SAMPLES), names=joined(BATCH_SAMPLES)
        )
        if has_surgery:
            text += "; " + _("without the surgery")
    return text


def _states(trial: Trial, mode: str) -> list[LayerState] | None:
    pictures = [trial.input]
    if mode == "batch":
        pictures += [trial.having(image=name).input for name in BATCH_SAMPLES]
    return forward.remembered(
        f"depth/{mode}/{trial.key}",
        lambda waiting: services.worker().ask(Depth(forward.network_of(trial), np.stack(pictures), mode), waiting),
    )


def _show_fields(trial: Trial, focus: Block) -> None:
    """Draw the receptive fields; the effective ones once they are measured, with the picture of one of them."""
    summary = trial.summary
    blocks = [block for block in summary.graph.blocks if summary.by_id[block.out].output_shape[:2]]
    theoretical = [float(summary.by_id[block.out].field.height.size) for block in blocks]
    key = f"field/{trial.key}"
    measured = None
    if state.is_wanted(key):
        measured = forward.outlasting(
            key,
            lambda: partial(
                services.worker().ask,
                EffectiveFields(
                    forward.network_of(trial),
                    trial.input,
                    [block.out for block in blocks],
                ),
            ),
        )
    sides = [field.side_px for field in measured or ()]
    figure = receptive_fields([block.name for block in blocks], theoretical, sides, trial.spec.input_shape[0])
    chart.show(figure, "depth_field", _("Theoretical and effective receptive field, block by block"))
    st.markdown(field_sentence([block.name for block in blocks], theoretical, trial.spec.input_shape[0]))
    if measured is None:
        if not state.is_cancelled(key) and not without_keras.say_missing(
            _("Needed only to measure what the middle cell sees in fact.")
        ):
            st.button(
                _("Measure what the middle cell sees in fact"),
                key="field_measure",
                on_click=state.want,
                args=(key,),
                help=_(
                    "Measured by the gradients of every block's output (Luo et al. 2016). It takes some seconds at 64 px."
                ),
            )
        return
    place = next((number for number, block in enumerate(blocks) if block == focus), 0)
    with st.expander(_("What the middle cell of block {name} sees").format(name=blocks[place].name), expanded=True):
        _show_field(trial, focus, measured[place])


def _show_field(trial: Trial, block: Block, found: EffectiveField) -> None:
    layer = Layer(block.out, found.gradient[..., np.newaxis], [0], title=_("size of the gradient, largest 1"))
    maps.show(maps_payload([layer], View(single=True), trial.rgb), key="field_map")
    theoretical = trial.summary.by_id[block.out].field.height.size
    st.markdown(
        _("In fact this cell reacts to a square of {side:.0f} px; it could see {size} px.").format(
            side=found.side_px, size=theoretical
        ),
        help=_("The square of as many pixels as have a gradient above {share:.2%} of the largest one.").format(
            share=1 - 0.9545
        ),
    )


def _frame(states: list[LayerState]) -> pd.DataFrame:
    """Return the states as a table, one row per layer."""
    rows = [
        {
            "layer": item.node,
            **item.statistics._asdict(),
            "silent_channels": item.silent,
            "channels": item.channels,
            "branch_to_shortcut": item.ratio,
        }
        for item in states
    ]
    return pd.DataFrame(rows)
