"""A block taken apart: x, F(x), shortcut(x), their sum and its ReLU, for the same channels on one scale."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.ui import state
from resnet_viz.ui.components import maps
from resnet_viz.ui.components.weights_source import weights_text
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.anatomy import norm, removed_by_relu, strongest_channels
from resnet_viz.viz.payload import Derived, Layer, View, maps_payload, strip_count

FloatArray = npt.NDArray[np.float32]

_REMOVED = "removed"


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
        title = (
            _("projection(x)") if block.kind == "convolution" and block.shortcut != block.input else _("shortcut(x)")
        )
        parts.append((title, block.shortcut))
    if block.add:
        parts.append((_("sum"), block.add))
    if block.out not in (block.add, block.branch):
        parts.append((_("output"), block.out))
    return dict(parts)


def nodes_of(selection: Selection) -> list[str]:
    """Return the layers that the view of a block shows."""
    return list(dict.fromkeys([*signals(selection.block).values(), selection.node]))


def show(selection: Selection, picture: Picture, found: dict[str, FloatArray]) -> None:
    """Draw the signals side by side for the same channels, every channel of the chosen layer, and one of them large."""
    maps.show(payload(selection, picture, found), key="maps")


def payload(selection: Selection, picture: Picture, found: dict[str, FloatArray]) -> bytes:
    """Return a block's view as the browser takes it."""
    block, parts = selection.block, signals(selection.block)
    branch = found[block.branch]
    count = strip_count(*branch.shape, len(parts))  # type: ignore[call-arg]
    channels = strongest_channels(branch, count)
    arrays: list[Layer | Derived] = []
    places: dict[str, int] = {}
    for node in dict.fromkeys(parts.values()):
        # A convolution block mixes the channels of x: those shown are its own strongest, no partners of the others.
        is_own = node == block.input and block.kind == "convolution"
        own = strongest_channels(found[node], min(count, found[node].shape[-1])) if is_own else channels
        places[node] = len(arrays)
        arrays.append(maps.layer_of(selection, node, found[node], channels=own))
    shown = list(parts.items())
    if block.add and block.out != block.add:
        shown.append((_("removed"), _REMOVED))
        places[_REMOVED] = len(arrays)
        arrays.append(Derived("removed", (places[block.add],), block.add))
    arrays.append(maps.layer_of(selection, selection.node, found[selection.node]))
    joints = {block.branch: "→ ", block.add: "= ", block.out: "→ "}
    view = View(
        strip=tuple(places[node] for _title, node in shown),
        titles=tuple(
            f"{'+ ' if place == 2 and block.add else joints.get(node, '')}{title}"
            for place, (title, node) in enumerate(shown)
        ),
        totals=tuple(found[node if node in found else str(block.add)].shape[-1] for _title, node in shown),
        sources=(len(arrays) - 1,),
        energies=_energies(block, places),
        sentences=(*_sentences(block, found), _("weights: {what}").format(what=weights_text(selection))),
        weights=_("weights: {what}").format(what=weights_text(selection)),
        lead=_("channels with most energy in F(x):"),
        layers=tuple(node.id for node in selection.summary.graph.nodes),
        layer=selection.node,
        can_silence=bool(selection.summary.graph.node(selection.node).inputs),
        can_sum=True,
        numbered=places[block.branch],
    )
    return maps_payload(arrays, view, maps.rgb_of(selection, picture))


def _energies(block: Block, places: dict[str, int]) -> tuple[int | None, ...]:
    # Of a convolution block's x and shortcut only the projection has partners of F(x)'s channels.
    has_relu = block.add is not None and block.out != block.add
    return (
        places[block.branch],
        places[block.shortcut] if block.shortcut else None,
        places[block.add] if block.add and has_relu else None,
    )


def _sentences(block: Block, found: dict[str, FloatArray]) -> tuple[str, ...]:
    if block.shortcut is None or block.add is None:
        return (_("A plain block: no shortcut, nothing is added."),)
    branch, side = norm(found[block.branch]), norm(found[block.shortcut])
    texts = [
        _("‖F(x)‖ / ‖shortcut(x)‖ = {branch:.4g} / {side:.4g} = {ratio:.3g}").format(
            branch=branch, side=side, ratio=branch / side if side else float("inf")
        )
    ]
    if block.out != block.add:
        texts.append(
            _("the last ReLU removed {share:.1%} of the sum's values").format(share=removed_by_relu(found[block.add]))
        )
    texts.append(_("bars: mean square per channel; %: removed from it"))
    if block.kind == "convolution":
        texts.append(_("x shows its own strongest channels: the block mixes them"))
    return tuple(texts)
