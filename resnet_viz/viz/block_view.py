"""One block's view as the browser takes it: its sum on one scale, every channel of a layer, one of them large."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.measures import strongest_channels, telling_channel
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.spec.surgery import NO_SURGERY, Surgery
from resnet_viz.viz.block_words import block_sentences, channel_words, figures
from resnet_viz.viz.payload import (
    MOST_STRIP_BYTES,
    STRIP_BYTES,
    Derived,
    Layer,
    Signal,
    View,
    maps_payload,
    strip_count,
)

FloatArray = npt.NDArray[np.float32]


class Term(NamedTuple):
    """One of a block's signals: what it is called, its layer, and the sign before it."""

    title: str
    node: str
    note: str
    joint: str
    kind: str


@dataclass(frozen=True)
class Focus:
    """What is looked at.

    Attributes:
        block: The block taken apart.
        node: The layer whose every channel is shown.
        channel: The channel in focus, or None for the one that shows best what the block did.
        surgery: What was done to the network.
    """

    block: Block
    node: str
    channel: int | None = None
    surgery: Surgery = NO_SURGERY


def terms(block: Block) -> tuple[Term, ...]:
    """Return the block's sum in the order it is written: x + F(x) = sum → output, without what a network lacks."""
    found = []
    if block.shortcut and block.add:
        if block.shortcut == block.input:
            found.append(Term("x", block.shortcut, _("the input, by the shortcut"), "", "shortcut"))
        else:
            title = _("projection(x)") if block.kind == "convolution" else _("shortcut(x)")
            found.append(Term(title, block.shortcut, _("x, brought to this shape"), "", "shortcut"))
    found.append(Term("F(x)", block.branch, _("what the layers compute"), "+" if found else "", "branch"))
    if block.add and block.out != block.add:
        found.append(Term(_("sum"), block.add, _("both, cell by cell"), "=", "sum"))
    if block.out != block.branch:
        is_sum = block.out == block.add
        note = _("what goes on") if is_sum else _("after the last ReLU")
        found.append(Term(_("output"), block.out, note, "=" if is_sum else "→", "output"))
    return tuple(found)


def signals(block: Block) -> dict[str, str]:
    """Return the block's signals by title: node ids in the order in which they are written."""
    return {term.title: term.node for term in terms(block)}


def layer_of(
    summary: NetworkSummary, node: str, maps: FloatArray, *, title: str = "", channels: list[int] | None = None
) -> Layer:
    """Return a layer's channels as the component draws them: all of them, or those given in their order."""
    shown = maps if maps.ndim == 3 else maps[np.newaxis, np.newaxis, :]
    numbers = list(range(shown.shape[-1])) if channels is None else channels
    record = summary.by_id[node]
    seen = record.field if len(record.output_shape) == 3 else None
    return Layer(node, shown if channels is None else shown[..., channels], numbers, seen, title)


def block_payload(
    summary: NetworkSummary,
    focus: Focus,
    found: dict[str, FloatArray],
    rgb: npt.NDArray[np.uint8],
    weights: str,
    *,
    most_bytes: int | None = None,
) -> bytes:
    """Return the bytes for the component.

    Args:
        summary: The network.
        focus: What is looked at.
        found: Outputs of the block's signals and of the layer.
        rgb: The picture, uint8 ``(height, width, 3)``, at the network's size.
        weights: What the weights are, in words.
        most_bytes: If given, a bound on the bytes of the strip and of the gallery each: the strongest channels are kept,
            and the controls that need a server are left out.
    """
    block, is_live = focus.block, most_bytes is None
    shown = terms(block)
    arrays, channels = _strip(summary, focus, found, most_bytes)
    places = {array.node: place for place, array in enumerate(arrays)}
    total = found[block.branch].shape[-1]
    if focus.node in places and (len(channels) == total or not is_live):
        source = places[focus.node]
    else:
        source = len(arrays)
        arrays.append(layer_of(summary, focus.node, found[focus.node], channels=_kept(found[focus.node], most_bytes)))
    off = {"shortcut": _("cut") if block.name in focus.surgery.cut else ""}
    off["branch"] = _("left out") if block.name in focus.surgery.dropped else ""
    gets = block.add or block.branch
    silenced = {node: numbers for node, numbers in focus.surgery.silenced if node in {*places, focus.node}}
    view = View(
        strip=tuple(
            Signal(places[term.node], term.title, term.note, term.joint, term.kind, off.get(term.kind, ""))
            for term in shown
        ),
        total=total,
        bound=max(_largest(found[term.node]) for term in shown),
        leads=(_("Channel {n} of block {name}"), _("The {n} strongest channels of block {name}")),
        sources=(source,),
        strengths=(
            places[block.shortcut] if block.shortcut and block.add else None,
            places[block.branch],
            places[gets] if block.out != gets else None,
        ),
        sentences=block_sentences(block, found, focus.surgery),
        words={
            **channel_words(of_sum=block.add is not None),
            "whyFirst": _("Of all channels, F(x) and the output are strongest together in this one.")
            if block.add
            else "",
        },
        figures=figures(block, found),
        weights=_("Weights: {what}.").format(what=weights),
        aside=_aside(summary, focus),
        layers=_layers(summary, block) if is_live else (),
        layer=focus.node,
        # Of another picture the channel that tells most is another; one that was chosen is in `channel`.
        focus=f"{block.name} {crc32(rgb.tobytes())}",
        channel=focus.channel,
        first=telling_channel(found[block.branch], found[block.out]),
        silenced=silenced,
        can_silence=is_live and bool(summary.graph.node(focus.node).inputs),
        can_sum=is_live,
    )
    return maps_payload(arrays, _named(view, block), rgb)


def _strip(
    summary: NetworkSummary, focus: Focus, found: dict[str, FloatArray], most_bytes: int | None
) -> tuple[list[Layer | Derived], list[int]]:
    """Return the block's signals, each once, and which channels they hold: as few bytes as the maps need."""
    block = focus.block
    nodes = list(dict.fromkeys(term.node for term in terms(block)))
    derived = {}
    if sum(2 * found[node].size for node in nodes) > (most_bytes or STRIP_BYTES):
        derived = _computable(block, found, nodes)
    height, width, total = found[block.branch].shape
    stored = len(nodes) - len(derived)
    count = strip_count(height, width, total, stored, most_bytes or MOST_STRIP_BYTES)
    channels = list(range(total))
    if count < total:
        channels = strongest_channels(found[block.out], count)
        wanted = telling_channel(found[block.branch], found[block.out]) if focus.channel is None else focus.channel
        if wanted < total and wanted not in channels:
            channels[-1] = wanted
    arrays: list[Layer | Derived] = []
    for node in nodes:
        if node in derived:
            does, sources = derived[node]
            field = summary.by_id[node].field
            arrays.append(Derived(does, tuple(map(nodes.index, sources)), node, field))
        else:
            arrays.append(layer_of(summary, node, found[node], channels=channels if count < total else None))
    return arrays, channels


def _computable(
    block: Block, found: dict[str, FloatArray], nodes: Sequence[str]
) -> dict[str, tuple[Literal["sum", "relu"], tuple[str, ...]]]:
    """Return which signals are exactly the sum or the ReLU of others; after a surgery they need not be."""
    derived: dict[str, tuple[Literal["sum", "relu"], tuple[str, ...]]] = {}
    if block.add and block.shortcut and np.array_equal(found[block.add], found[block.shortcut] + found[block.branch]):
        derived[block.add] = ("sum", (block.shortcut, block.branch))
    gets = block.add or block.branch
    if block.out in nodes and block.out != gets and np.array_equal(found[block.out], np.maximum(found[gets], 0)):
        derived[block.out] = ("relu", (gets,))
    return derived


def _kept(maps: FloatArray, most_bytes: int | None) -> list[int] | None:
    if most_bytes is None or maps.ndim != 3 or 2 * maps.size <= most_bytes:
        return None
    return sorted(strongest_channels(maps, max(1, most_bytes // (2 * maps.shape[0] * maps.shape[1]))))


def _largest(maps: FloatArray) -> float:
    return float(np.max(np.abs(maps), initial=0.0, where=np.isfinite(maps)))


def _named(view: View, block: Block) -> View:
    one, many = (lead.replace("{name}", block.name) for lead in view.leads)
    return replace(view, leads=(one, many))


def _aside(summary: NetworkSummary, focus: Focus) -> str:
    """Return where the gallery's layer stands, if it is none of the block's signals."""
    node, block = summary.graph.node(focus.node), focus.block
    if focus.node in signals(block).values():
        return ""
    if not node.block:
        return _("{layer} is in no block; above is {name}, the nearest one.").format(layer=node.id, name=block.name)
    if summary.by_id[node.id].output_shape[-1] == summary.by_id[block.out].output_shape[-1]:
        return ""
    return _("This layer lies inside F(x): its channels are not those of the output.")


def _layers(summary: NetworkSummary, block: Block) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the gallery can show: the block's signals, its other layers, all others."""
    ids = [node.id for node in summary.graph.nodes]
    signal = {node: title for title, node in reversed(signals(block).items())}
    # x of an identity block is the output of the block before.
    own = {node: title for node, title in signal.items() if summary.graph.block_of(node) == block}
    inside = [name for name in ids if summary.graph.block_of(name) == block and name not in own]
    named = [(node, _("{signal} of block {name}").format(signal=title, name=block.name)) for node, title in own.items()]
    others = [(name, name) for name in ids if name not in own and name not in inside]
    return [
        ("", named),
        (_("Inside block {name}").format(name=block.name), [(name, name) for name in inside]),
        (_("Other layers"), others),
    ]
