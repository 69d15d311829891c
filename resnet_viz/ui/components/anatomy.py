"""A block taken apart: x + F(x) = sum → output, for the same channels on one scale."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.ui import shown, state
from resnet_viz.ui.components import forward, maps
from resnet_viz.ui.components.weights_source import weights_text
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.block_view import block_payload, signals

FloatArray = npt.NDArray[np.float32]


def show_blocks(selection: Selection) -> None:
    """Draw the strip of blocks; choosing one selects it everywhere."""
    key = state.bind("block", selection.block.name)
    st.pills(
        _("Block"),
        list(selection.summary.graph.block_by_name),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.update(lambda current: current.revealing(state.typed(key))),
    )


def nodes_of(selection: Selection) -> list[str]:
    """Return the layers that the view of a block shows."""
    return list(dict.fromkeys([*signals(selection.block).values(), selection.layer]))


def show(selection: Selection, picture: Picture, found: dict[str, FloatArray]) -> None:
    """Draw the signals side by side for the same channels, every channel of the chosen layer, and one of them large."""
    focus = maps.focus_of(selection)
    work = f"{focus.block.name}/{focus.node}/{forward.work_key(selection, picture)}"
    focus = replace(focus, channel=shown.channel_to_send(work, focus.channel))
    rgb = maps.rgb_of(selection, picture)
    maps.show(block_payload(selection.summary, focus, found, rgb, weights_text(selection)), key="maps")
