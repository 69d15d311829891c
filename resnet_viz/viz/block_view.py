"""One block's view as the browser takes it: its signals on one scale, every channel of a layer, one of them large."""

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.viz.anatomy import norm, removed_by_relu, strongest_channels
from resnet_viz.viz.payload import STRIP_BYTES, Derived, Layer, View, maps_payload, strip_count

FloatArray = npt.NDArray[np.float32]

_REMOVED = "removed"


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
    focus: tuple[Block, str],
    found: dict[str, FloatArray],
    rgb: npt.NDArray[np.uint8],
    weights: str,
    *,
    most_bytes: int | None = None,
) -> bytes:
    """Return the bytes for the component.

    Args:
        summary: The network.
        focus: The block taken apart, and the layer whose every channel is shown.
        found: Outputs of the block's signals and of that layer.
        rgb: The picture, uint8 ``(height, width, 3)``, at the network's size.
        weights: What the weights are, in words.
        most_bytes: If given, a bound on the mosaic's and on the strip's bytes each: the channels of most energy are kept,
            and the controls that need a server are left out.
    """
    block, node = focus
    parts = signals(block)
    branch = found[block.branch]
    height, width, total = branch.shape
    count = strip_count(height, width, total, len(parts), most_bytes or STRIP_BYTES)
    channels = strongest_channels(branch, count)
    arrays: list[Layer | Derived] = []
    places: dict[str, int] = {}
    for name in dict.fromkeys(parts.values()):
        # A convolution block mixes the channels of x: those shown are its own strongest, no partners of the others.
        is_own = name == block.input and block.kind == "convolution"
        own = strongest_channels(found[name], min(count, found[name].shape[-1])) if is_own else channels
        places[name] = len(arrays)
        arrays.append(layer_of(summary, name, found[name], channels=own))
    shown = list(parts.items())
    if block.add and block.out != block.add:
        shown.append((_("removed"), _REMOVED))
        places[_REMOVED] = len(arrays)
        arrays.append(Derived("removed", (places[block.add],), block.add))
    mosaic = found[node]
    kept = None
    if most_bytes is not None and 2 * mosaic.size > most_bytes and mosaic.ndim == 3:
        fitting = max(1, most_bytes // (2 * mosaic.shape[0] * mosaic.shape[1]))
        kept = sorted(strongest_channels(mosaic, fitting))
    arrays.append(layer_of(summary, node, mosaic, channels=kept))
    joints = {block.branch: "→ ", block.add: "= ", block.out: "→ "}
    named = _("weights: {what}").format(what=weights)
    is_live = most_bytes is None
    view = View(
        strip=tuple(places[name] for _title, name in shown),
        titles=tuple(
            f"{'+ ' if place == 2 and block.add else joints.get(name, '')}{title}"
            for place, (title, name) in enumerate(shown)
        ),
        totals=tuple(found[name if name in found else str(block.add)].shape[-1] for _title, name in shown),
        sources=(len(arrays) - 1,),
        energies=_energies(block, places),
        sentences=(*_sentences(block, found), named),
        weights=named,
        lead=_("channels with most energy in F(x):"),
        layers=tuple(item.id for item in summary.graph.nodes) if is_live else (),
        layer=node,
        can_silence=is_live and bool(summary.graph.node(node).inputs),
        can_sum=is_live,
        numbered=places[block.branch],
    )
    return maps_payload(arrays, view, rgb)


def _energies(block: Block, places: dict[str, int]) -> tuple[int | None, ...]:
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
