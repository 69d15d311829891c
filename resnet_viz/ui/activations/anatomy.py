"""A block taken apart: x + F(x) = sum → output, for the same channels on one scale."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block, LayerGraph
from resnet_viz.subject.operations import pixel_of
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.shared import maps, shown
from resnet_viz.ui.shared.weights_source import weights_text
from resnet_viz.viz.block_view import Focus, block_payload, signals
from resnet_viz.viz.pointing import pointing_payload, reads_payload

FloatArray = npt.NDArray[np.float32]

KEY = "maps"


def show_blocks(graph: LayerGraph, block: Block) -> None:
    """Draw the strip of blocks; choosing one selects it everywhere."""
    key = state.bind("block", block.name)
    st.pills(
        _("Block"),
        list(graph.block_by_name),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.update(lambda current: current.revealing(state.typed(key))),
    )


def nodes_of(block: Block, layer: str) -> list[str]:
    """Return the layers that the view of a block shows."""
    return list(dict.fromkeys([*signals(block).values(), layer]))


def show(trial: Trial, focus: Focus, found: dict[str, FloatArray]) -> None:
    """Draw the signals side by side for the same channels, every channel of the chosen layer, and one of them large."""
    work = f"{focus.block.name}/{focus.node}/{trial.key}"
    focus = replace(focus, channel=shown.channel_to_send(work, focus.channel))
    text = weights_text(trial.weights, trial.spec)
    maps.show(block_payload(trial.summary, focus, found, trial.rgb, text), key=KEY)


def show_to_point(trial: Trial, node: str, found: dict[str, FloatArray]) -> None:
    """Draw one channel of a layer, large: a click on a cell of it becomes the subject's."""
    maps.show(pointing_payload(trial.summary, node, found[node], trial.rgb), key=KEY)


def show_pointed(trial: Trial, node: str, found: dict[str, FloatArray], cell: str) -> None:
    """Draw the same channel with what it was asked about: which cells are used, and the one that was pointed at."""
    chosen = pixel_of(cell, trial.summary)
    where = chosen[1][:2] if chosen and chosen[0] == node else None
    maps.show(reads_payload(trial.summary, node, found[node], trial.rgb, where), key=KEY)
