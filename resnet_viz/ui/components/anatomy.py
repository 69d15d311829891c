"""A block taken apart: x, F(x), shortcut(x), their sum and its ReLU, for the same channels on one scale."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.ui import state
from resnet_viz.ui.components.maps import range_text, show_maps
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.anatomy import norm, removed_by_relu, strongest_channels
from resnet_viz.viz.mosaic import shared_scale

FloatArray = npt.NDArray[np.float32]

_COUNTS = (1, 4, 16, 64)


def show_blocks(selection: Selection) -> None:
    """Draw the strip of blocks; choosing one selects its output everywhere."""
    blocks = selection.summary.graph.blocks
    outs = {block.name: block.out for block in blocks}
    key = state.bind("block", selection.block.name)
    st.pills(
        _("Block"),
        list(outs),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.update(lambda current: current.revealing(outs[state.typed(key)])),
    )


def signals(block: Block) -> dict[str, str]:
    """Return the block's signals by title: node ids in the order they arise, without what a plain network lacks."""
    parts = [("x", block.input), ("F(x)", block.branch)]
    if block.shortcut:
        parts.append((_("shortcut(x)"), block.shortcut))
    if block.add:
        parts.append((_("F(x) + shortcut(x)"), block.add))
    if block.out not in (block.add, block.branch):
        parts.append((_("ReLU: the output"), block.out))
    return dict(parts)


def show(block: Block, maps: dict[str, FloatArray], weights: str) -> None:
    """Draw the signals side by side for the same channels, and what the block did in a sentence."""
    parts = signals(block)
    branch = maps[block.branch]
    channels = _chosen_channels(branch)
    chosen = dict.fromkeys(parts, channels)
    if block.kind == "convolution":
        chosen["x"] = strongest_channels(maps[block.input], len(channels))
    shown = {title: maps[node][..., chosen[title]] for title, node in parts.items()}
    scale = shared_scale(*shown.values())
    with st.container(key="maps_anatomy"):
        for column, (title, array) in zip(st.columns(len(shown), gap="small"), shown.items(), strict=True):
            with column:
                st.markdown(f"**{title}**  \n{shape_text(maps[parts[title]].shape)}")
                show_maps(
                    array,
                    scale,
                    alt=_("{title} of block {name}, channels {channels}").format(
                        title=title, name=block.name, channels=", ".join(map(str, chosen[title]))
                    ),
                )
    named = _("weights: {what}").format(what=weights)
    st.markdown(f"{range_text(scale)} · {_sentence(block, maps)} · {named}")
    if block.kind == "convolution":
        st.markdown(
            _(
                "A convolution block mixes the channels of x, so x shows its own strongest ones, not partners of the others."
            )
        )


def _chosen_channels(branch: FloatArray) -> list[int]:
    total = branch.shape[-1]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("channels with most energy in F(x):"), width="content")
        count = st.segmented_control(
            _("How many channels"),
            _COUNTS,
            default=16,
            required=True,
            key="anatomy_count",
            label_visibility="collapsed",
        )
        one = st.number_input(
            _("One channel by its number"),
            min_value=0,
            max_value=total - 1,
            value=None,
            step=1,
            key="anatomy_channel",
            width=170,
            label_visibility="collapsed",
            placeholder=_("or number"),
        )
    if one is not None and one < total:
        return [int(one)]
    return strongest_channels(branch, min(int(count), total))


def _sentence(block: Block, maps: dict[str, FloatArray]) -> str:
    if block.shortcut is None or block.add is None:
        return _("A plain block: no shortcut, nothing is added.")
    branch, side = norm(maps[block.branch]), norm(maps[block.shortcut])
    text = _("‖F(x)‖ / ‖shortcut(x)‖ = {branch:.4g} / {side:.4g} = **{ratio:.3g}**").format(
        branch=branch, side=side, ratio=branch / side if side else float("inf")
    )
    if block.out != block.add:
        text += " · " + _("the last ReLU removed {share:.1%} of the sum's values").format(
            share=removed_by_relu(maps[block.add])
        )
    return text
