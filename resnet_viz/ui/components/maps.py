"""Feature maps on the page: a mosaic with its range and colour map, and every channel of any layer."""

import io
import json

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.components import forward
from resnet_viz.ui.components.weights_source import picture_note, weights_text
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.anatomy import channel_energy, map_statistics, strongest_channels
from resnet_viz.viz.mosaic import Scale, mosaic_png, page_columns, per_channel_png, shared_scale

FloatArray = npt.NDArray[np.float32]

# Pixels of the smallest tile on a page; the border beside it is one.
_TILE = 14


def show_maps(maps: FloatArray, scale: Scale, *, alt: str) -> None:
    """Draw channels as one picture on a given scale."""
    st.image(mosaic_png(maps, scale, smallest_tile=_TILE), width="stretch", alt=alt)


def range_text(scale: Scale) -> str:
    """Return a scale in words: its range and colour map."""
    low, high = (f"{value:.3g}".replace("-", "−") for value in (scale.low, scale.high))
    names = {"viridis": _("viridis"), "red-blue": _("blue − white 0 + red")}
    return _("range {low} … {high}, {colors}").format(low=low, high=high, colors=names[scale.color_map])


def show_input(selection: Selection, picture: Picture, values: FloatArray) -> None:
    """Draw the picture as the network receives it, with its range."""
    shown = values if values.shape[-1] == 3 else values[..., :1]
    low, high = float(shown.min()), float(shown.max())
    unit = (shown - low) / (high - low or 1.0)
    pixels = (unit * 255).round().astype(np.uint8)
    if NORMALISATIONS[selection.normalisation].order == "BGR" and pixels.shape[-1] == 3:
        pixels = pixels[..., ::-1]
    st.image(np.squeeze(pixels), width="stretch", alt=_("The picture as the network receives it"))
    rule = NORMALISATIONS[selection.normalisation].formula()
    text = _("as the network receives it: {shape}, {low:.3g} … {high:.3g} ({rule})").format(
        shape="×".join(map(str, values.shape)), low=values.min(), high=values.max(), rule=rule
    )
    notes = [*picture.notes, picture_note(selection)]
    st.markdown(". ".join([text.replace("-", "−"), " ".join(note for note in notes if note)]).removesuffix(". "))


def show_layer(selection: Selection, maps: FloatArray) -> None:
    """Draw every channel of the selected layer, or its values if it has no map."""
    if maps.ndim == 1:
        maps = maps[np.newaxis, np.newaxis, :]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("**Every channel of**"), width="content")
        names = [node.id for node in selection.summary.graph.nodes]
        key = state.bind("layer", selection.node)
        st.selectbox(
            _("Layer"),
            names,
            key=key,
            on_change=lambda: state.set_parts(node=state.typed(key)),
            label_visibility="collapsed",
            width=220,
        )
        order = st.segmented_control(
            _("Sorted by"),
            ("index", "energy"),
            default="index",
            required=True,
            key="maps_order",
            format_func=lambda name: {"index": _("by number"), "energy": _("by energy")}[name],
            label_visibility="collapsed",
        )
        own = st.toggle(_("every channel on its own scale"), key="maps_own")
    channels = list(range(maps.shape[-1])) if order == "index" else strongest_channels(maps, maps.shape[-1])
    shown = maps[..., channels]
    scale = shared_scale(shown)
    columns = page_columns(shown)
    png = (
        per_channel_png(shown, columns=columns, smallest_tile=_TILE)
        if own
        else mosaic_png(shown, scale, columns=columns, smallest_tile=_TILE)
    )
    with st.container(key="maps_layer"):
        st.image(png, width="stretch", alt=_("All channels of {layer}").format(layer=selection.node))
    st.markdown(_caption(selection, maps, scale, own=own))


def show_channel(selection: Selection, maps: FloatArray) -> None:
    """Draw one channel large, with its numbers."""
    if maps.ndim == 1:
        return
    strongest = strongest_channels(maps, 1)[0]
    number = st.number_input(
        _("Channel of {layer}").format(layer=selection.node),
        min_value=0,
        max_value=maps.shape[-1] - 1,
        value=strongest,
        step=1,
        key=f"channel_{selection.node}_{maps.shape[-1]}",
        help=_("It starts at the one with most energy."),
    )
    channel = maps[..., [int(number)]]
    scale = shared_scale(channel)
    with st.container(key="maps_channel"):
        show_maps(channel, scale, alt=_("Channel {n} of {layer}").format(n=number, layer=selection.node))
    numbers = map_statistics(channel)
    energy = channel_energy(maps)
    rank = int((energy > energy[int(number)]).sum()) + 1
    text = _(
        "{range}; mean {mean:.3g}, deviation {deviation:.3g}, {zeros:.0%} zeros; energy rank {rank} of {n}"
    ).format(
        range=range_text(scale),
        mean=numbers.mean,
        deviation=numbers.deviation,
        zeros=numbers.zeros,
        rank=rank,
        n=len(energy),
    )
    st.markdown(text.replace("-", "−"))


def show_downloads(selection: Selection, picture: Picture, maps: dict[str, FloatArray]) -> None:
    """Draw the raw arrays and the mosaic as files; the arrays carry how they came about."""
    name = f"{selection.node}-{forward.content_name(selection, picture)}"
    layer = maps[selection.node]
    with st.container(horizontal=True):
        st.download_button(
            _("Arrays (.npz)"),
            lambda: npz_bytes(selection, picture, maps),
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


def npz_bytes(selection: Selection, picture: Picture, maps: dict[str, FloatArray]) -> bytes:
    """Return arrays under their node ids, with `input` and a JSON text `about`: network, weights, picture, preparation."""
    rule = NORMALISATIONS[selection.normalisation]
    about = {
        "specification": selection.spec.to_dict(),
        "weights": weights_text(selection),
        "image_sha256": picture.sha256,
        "resize": selection.resize,
        "interpolation": selection.interpolation,
        "normalisation": rule.formula(),
        "mode": "inference (moving statistics)",
    }
    out = io.BytesIO()
    arrays = {"input": forward.input_of(selection, picture), **maps}
    np.savez_compressed(out, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def _caption(selection: Selection, maps: FloatArray, scale: Scale, *, own: bool) -> str:
    numbers = map_statistics(maps)
    span = f"{numbers.low:.3g} … {numbers.high:.3g}".replace("-", "−")
    if own:
        return _("{n} channels of {layer}, each on its own scale (all values: {span}) · weights: {weights}").format(
            n=maps.shape[-1], layer=selection.node, span=span, weights=weights_text(selection)
        )
    return _("{n} channels of {layer} · {range} · {zeros:.0%} zeros · weights: {weights}").format(
        n=maps.shape[-1],
        layer=selection.node,
        range=range_text(scale),
        zeros=numbers.zeros,
        weights=weights_text(selection),
    )
