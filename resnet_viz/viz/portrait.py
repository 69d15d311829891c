"""The bytes that the browser's picture of weights is made of: kernels, a row of bars a quantity, every layer's histogram."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.viz.theme import SERIES
from resnet_viz.viz.words import number_text, part_name, percent_text
from resnet_viz.weights.figures import Change, LayerFigures, NormFigures, Portrait, Portraits

FloatArray = npt.NDArray[np.float32]

MOST_KERNELS = 256
"""Kernels that are drawn; the first ones of more."""
_LEVELS = 32767


@dataclass(frozen=True)
class Look:
    """How weights are looked at.

    Attributes:
        titles: What the sets are called, one or two.
        node: The layer in focus.
        channel: The channel in focus, or None.
        is_reversed: Whether the network receives blue first, as Caffe's do.
        can_jump: Whether its channels can be seen in Activations: it is the subject's own network.
        is_random: Whether nothing was learned, set by set.
    """

    titles: Sequence[str]
    node: str
    channel: int | None = None
    is_reversed: bool = False
    can_jump: bool = True
    is_random: Sequence[bool] = (False,)


def portrait_payload(summary: NetworkSummary, found: Portraits, look: Look) -> bytes:
    """Return the bytes for the component; see `dev/frontend/weights/read.js` for the reader."""
    sets = [found.own, *([found.other] if found.other else [])]
    blocks: list[bytes] = []
    layers = [own.layer for own in found.own.layers]
    header = {
        "kernels": _kernels(sets, look, blocks),
        "layers": [_layer(summary, place, sets, found.changes, blocks) for place in range(len(layers))],
        "rows": _rows(found),
        "titles": list(look.titles),
        "colors": [SERIES[1].color, SERIES[0].color],
        "selected": _selected(found.own.layers, summary, look.node),
        "channel": look.channel,
        "canJump": look.can_jump,
        "sentences": _sentences(found, look),
        "texts": _texts(),
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join((struct.pack("<I", len(text)), text, *blocks))


def _kernels(sets: Sequence[Portrait], look: Look, blocks: list[bytes]) -> dict[str, Any]:
    """Return the kernels of all sets on one scale, each ``(height, width, colours)``, red first."""
    height, width, inputs, count = sets[0].kernels.shape
    bound = max(float(np.abs(own.kernels).max(initial=0.0)) for own in sets) or 1.0
    colors = 3 if inputs >= 3 else 1
    sheets = []
    for own in sets:
        shown = own.kernels[:, :, :colors, :MOST_KERNELS]
        if look.is_reversed:
            shown = shown[:, :, ::-1]
        sheets.append(_packed(shown.transpose(3, 0, 1, 2), blocks, bound))
    return {
        "height": height,
        "width": width,
        "colors": colors,
        "count": min(count, MOST_KERNELS),
        "bound": bound,
        "sheets": sheets,
    }


def _packed(values: FloatArray, blocks: list[bytes], bound: float) -> dict[str, Any]:
    offset = sum(map(len, blocks))
    blocks.append(np.round(values * np.float32(_LEVELS / bound)).astype("<i2").tobytes())
    return {"offset": offset, "count": int(values.size), "bound": bound}


def _layer(
    summary: NetworkSummary, place: int, sets: Sequence[Portrait], changes: Sequence[Change], blocks: list[bytes]
) -> dict[str, Any]:
    own = sets[0].layers[place]
    node = summary.graph.by_id[own.layer]
    block = f"{node.stage}{node.block}" if node.block else {0: "head", 1: "stem"}[node.stage]
    return {
        "id": own.layer,
        "norms": [_norm(found, blocks) for found in own.norms],
        "block": part_name(block),
        "stage": node.stage,
        "title": joined((own.layer, _shape_of(summary, own.layer)), ": "),
        "facts": _facts([one.layers[place] for one in sets], changes[place] if changes else None),
        "bound": own.bound,
        "histograms": [one.layers[place].histogram for one in sets],
    }


def _norm(own: NormFigures, blocks: list[bytes]) -> dict[str, Any]:
    arrays = {"scales": own.scales, "shifts": own.shifts, "means": own.means, "deviations": own.deviations}
    packed = {name: _packed(array, blocks, float(np.abs(array).max()) or 1.0) for name, array in arrays.items()}
    return {"id": own.norm, "isBefore": own.is_before, **packed}


def _shape_of(summary: NetworkSummary, layer: str) -> str:
    record = summary.by_id[layer]
    node = record.node.layer
    side = getattr(node, "kernel_size", 0)
    inputs = record.input_shape[-1]
    if side:
        return _("{count} kernels of {shape}").format(
            count=f"{record.output_shape[-1]:,}", shape=shape_text((side, side, inputs))
        )
    return _("{n} inputs, {m} outputs").format(n=f"{inputs:,}", m=f"{record.output_shape[-1]:,}")


def _facts(figures: Sequence[LayerFigures], change: Change | None) -> list[str]:
    """Return what is to be known of a layer, a short sentence each."""
    own = figures[0]
    facts = [
        _("{n} weights from {low} to {high}, root mean square {rms}.").format(
            n=f"{own.size:,}", low=number_text(own.low, 3), high=number_text(own.high, 3), rms=number_text(own.rms, 3)
        ),
        _("{share} are near zero.").format(share=percent_text(own.near_zero)),
    ]
    if change and change.relative is not None:
        cosine = _("cosine {n}").format(n=number_text(change.cosine, 3)) if change.cosine is not None else ""
        moved = _("Relative change {n}").format(n=number_text(change.relative, 3))
        facts = [_("{sentence}.").format(sentence=joined(filter(None, (moved, cosine)))), *facts]
    if own.twin:
        facts.append(_("The same numbers as in {layer}.").format(layer=own.twin))
    if own.off:
        facts.append(
            ngettext("{n} of {m} channels is off.", "{n} of {m} channels are off.", own.off).format(
                n=f"{own.off:,}", m=f"{own.channels:,}"
            )
        )
    if own.idle_biases:
        facts.append(
            ngettext(
                "{n} bias does nothing: the BatchNorm takes it out again.",
                "{n} biases do nothing: the BatchNorm takes them out again.",
                own.idle_biases,
            ).format(n=f"{own.idle_biases:,}")
        )
    return facts


def _selected(layers: Sequence[LayerFigures], summary: NetworkSummary, node: str) -> int:
    """Return the layer in focus: itself, the one before its BatchNorm, the first of its block, or the first."""
    names: dict[str, int] = {}
    for place, own in enumerate(layers):
        held = summary.graph.by_id[own.layer]
        for name in (own.layer, *(norm.norm for norm in own.norms), f"{held.stage}{held.block}"):
            names.setdefault(name, place)
    found = summary.graph.by_id.get(node)
    return names.get(node, names.get(f"{found.stage}{found.block}", 0) if found else 0)


def _rows(found: Portraits) -> list[dict[str, Any]]:
    """Return the quantities that are drawn layer by layer."""
    layers = found.own.layers
    if found.other:
        cosines = [change.cosine for change in found.changes]
        return [
            _row(
                "change",
                _("How far apart they are"),
                _("‖B − A‖ against ‖A‖"),
                [change.relative for change in found.changes],
                lambda value: number_text(value, 3),
            ),
            _row(
                "cosine",
                _("Do they point the same way?"),
                _("cosine: 1 the same, 0 at right angles"),
                cosines,
                lambda value: number_text(value, 3),
            ),
        ]
    rows = [
        _row(
            "size",
            _("Size of the weights"),
            _("root mean square"),
            [own.rms for own in layers],
            lambda value: number_text(value, 3),
        ),
        _row(
            "zeros",
            _("Near zero"),
            _("smaller than a tenth of the root mean square (a normal distribution has 8 %)"),
            [own.near_zero for own in layers],
            percent_text,
        ),
    ]
    if any(own.off for own in layers):
        shares = [own.off / max(1, own.channels) for own in layers]
        sentence = _("the BatchNorm's scale is below 1 % of the layer's largest")
        rows.append(_row("off", _("Channels that are off"), sentence, shares, percent_text))
    return rows


def _row(
    name: str, title: str, sentence: str, values: Sequence[float | None], text: Callable[[float], str]
) -> dict[str, Any]:
    known = [value for value in values if value is not None]
    top = 1.0 if name == "cosine" else max([*known, 0.0]) or 1.0
    low = min([*known, 0.0])
    return {
        "name": name,
        "title": title,
        "sentence": sentence,
        "values": [None if value is None else float(f"{value:.4g}") for value in values],
        "shown": ["–" if value is None else text(value) for value in values],
        "top": top,
        "low": low,
        "topText": text(top),
    }


def _sentences(found: Portraits, look: Look) -> dict[str, str]:
    """Return what is said of the kernels, and of the layers."""
    first = found.own.layers[0]
    shape = found.own.kernels.shape
    bound = max(own.layers[0].bound for own in (found.own, found.other) if own)
    kernels = ngettext("{n} kernel of {side} pixels.", "{n} kernels of {side} pixels.", shape[3]).format(
        n=f"{shape[3]:,}", side=shape_text(shape[:2])
    )
    scale = _("Mid-grey is 0, the range −{n} … {n}.").format(n=number_text(bound, 3))
    rest = [kernels, scale]
    if shape[2] != 3 and shape[2] > 1:
        rest.append(
            _("Of the {n} input channels the first three are drawn, as red, green and blue.").format(n=shape[2])
        )
    if shape[3] > MOST_KERNELS:
        rest.append(_("The first {n} are drawn.").format(n=MOST_KERNELS))
    if all(look.is_random):
        rest.append(_("Nothing was learned: this is chance."))
    elif shape[0] > 1:
        rest.append(
            _(
                "Look for order: light beside dark answers to an edge, one hue beside another to a colour. Speckle, as at the start, has learned little."
            )
        )
    if not any(look.is_random):
        rest.append(_("A kernel answers most where the picture looks like it."))
    return {"kernels": joined(rest, " "), "layers": joined(_of_layers(found.own, first), " ")}


def _of_layers(own: Portrait, first: LayerFigures) -> list[str]:
    twins = [layer for layer in own.layers if layer.twin]
    idle = sum(layer.idle_biases for layer in own.layers)
    off = sum(layer.off for layer in own.layers)
    total = sum(layer.channels for layer in own.layers)
    said = []
    if twins:
        text = ngettext(
            "{n} layer starts as a copy: {one} has the same numbers as {other}.",
            "{n} layers start as copies: {one} has the same numbers as {other}.",
            len(twins),
        )
        said.append(text.format(n=len(twins), one=twins[0].layer, other=twins[0].twin))
    if total and not off:
        said.append(_("No channel is off."))
    elif off:
        most = max((norm for layer in own.layers for norm in layer.norms), key=lambda norm: norm.off)
        said.append(
            ngettext(
                "{n} of {m} channels is off, in {layer}.", "{n} of {m} channels are off, most in {layer}.", off
            ).format(n=f"{off:,}", m=f"{total:,}", layer=most.norm)
        )
    if idle:
        said.append(
            ngettext(
                "{n} bias is idle: a BatchNorm takes it out again.",
                "{n} biases are idle: a BatchNorm takes them out again.",
                idle,
            ).format(n=f"{idle:,}")
        )
    return said if first else []


def _texts() -> dict[str, Any]:
    return {
        "kernels": _("The kernels of the first convolution"),
        "kernel": _("Kernel {n}"),
        "planes": [_("red"), _("green"), _("blue")],
        "layers": _("Layer by layer"),
        "alt": _("Bars, one a layer; the arrow keys go from layer to layer"),
        "histogram": _("How its weights are spread"),
        "behind": _("The BatchNorm behind it, a square a channel"),
        "before": _("The BatchNorm before it, a square a channel"),
        "noScales": _("No BatchNorm follows this layer."),
        "channel": _("Channel {n}: scale γ {scale}, shift β {shift}, mean {mean}, standard deviation {deviation}"),
        "jump": _("See channel {n} in Activations"),
        "taken": _("Take this network to see its channels in Activations."),
        "keys": {
            "scales": _("Scale γ: bright is {value}, crossed out is off."),
            "shifts": _("Shift β: red is above 0, blue below, up to {value}."),
            "means": _("Mean: red is above 0, blue below, up to {value}."),
            "deviations": _("Standard deviation: bright is {value}."),
        },
    }
