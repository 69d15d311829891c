"""Feature maps as one block of bytes for the browser: a JSON header in front, every array float16, channel by channel.

Values are divided by the array's largest before they become float16, so that none overflows: a shown value is right to
three digits, zeros stay zeros. What is drawn, sorted and shared out there is computed in the browser from these bytes.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.receptive_field import ReceptiveField
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.viz.theme import COLOR_MAPS, GROUND, NOT_A_NUMBER

FloatArray = npt.NDArray[np.float32]

STRIP_BYTES = 1_500_000
"""Most bytes of a strip's signals; of larger ones the channels of most energy are sent, at least `LEAST_CHANNELS`."""
LEAST_CHANNELS = 64


@dataclass(frozen=True)
class Layer:
    """Channels of one layer's output.

    Attributes:
        node: The layer's id.
        maps: float32 ``(height, width, channels)``: the chosen channels, in order.
        channels: Their numbers.
        receptive_field: Where a cell looks, px; None if a cell is a pixel.
        title: What they are called, if not by the layer.
    """

    node: str
    maps: FloatArray
    channels: Sequence[int]
    receptive_field: ReceptiveField | None = None
    title: str = ""


@dataclass(frozen=True)
class Derived:
    """Maps that the browser makes of others: what a ReLU removes of one, or the second minus the first.

    Attributes:
        does: Which of the two.
        sources: Places of those others among the layers before it.
        node: The layer they belong to.
        title: What they are called, if not by the layer.
    """

    does: Literal["removed", "difference"]
    sources: tuple[int, ...]
    node: str
    title: str = ""


@dataclass(frozen=True)
class View:
    """What stands where.

    Attributes:
        strip: Places of the arrays side by side, on one scale.
        titles: What each of those is called.
        apart: Positions in the strip with a scale of their own.
        totals: Channels in all of each array in the strip; it may hold fewer.
        sources: Places of the arrays that the mosaic can show.
        energies: Places of F(x), shortcut(x) and their sum, for energies channel by channel; or empty.
        sentences: What is said below the strip.
        weights: Whose weights these are, for the line below the mosaic.
        lead: What the strip shows, in a few words.
        layers: Ids to choose the mosaic's layer from.
        layer: The one that is chosen.
        can_silence: Whether a channel can be silenced.
        can_sum: Whether a cell's sum can be asked for.
        single: Only one map, large, over the picture.
        numbered: Place of the array whose channel numbers a viewer may type.
    """

    strip: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    apart: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    sources: tuple[int, ...] = (0,)
    energies: tuple[int | None, ...] = ()
    sentences: tuple[str, ...] = ()
    weights: str = ""
    lead: str = ""
    layers: tuple[str, ...] = ()
    layer: str = ""
    can_silence: bool = False
    can_sum: bool = False
    single: bool = False
    numbered: int = 0


def maps_payload(arrays: Sequence[Layer | Derived], view: View, picture: npt.NDArray[np.uint8] | None = None) -> bytes:
    """Return the bytes for the component; see `frontend/maps/values.js` for the reader.

    Args:
        arrays: What there is to see.
        view: What stands where.
        picture: uint8 RGB ``(height, width, 3)`` under the large map, in the pixels that receptive fields count.
    """
    blocks: list[bytes] = []
    entries = [_entry(array, blocks) if isinstance(array, Layer) else _derived(array) for array in arrays]
    header: dict[str, Any] = {
        "arrays": entries,
        "image": None,
        "strip": view.strip,
        "titles": view.titles,
        "apart": view.apart,
        "totals": view.totals,
        "sources": view.sources,
        "energies": view.energies or None,
        "sentences": view.sentences,
        "weights": view.weights,
        "layers": view.layers,
        "layer": view.layer,
        "canSilence": view.can_silence,
        "canSum": view.can_sum,
        "single": view.single,
        "numbered": view.numbered,
        "ground": GROUND,
        "odd": NOT_A_NUMBER,
        "texts": {**_texts(), "lead": view.lead},
    }
    if picture is not None:
        height, width = picture.shape[:2]
        header["image"] = {"width": width, "height": height, "offset": sum(map(len, blocks))}
        blocks.append(np.ascontiguousarray(picture).tobytes())
    text = json.dumps(header, ensure_ascii=False).encode()
    return b"".join((struct.pack("<I", len(text)), text, *blocks))


def strip_count(height: int, width: int, channels: int, signals: int, most_bytes: int = STRIP_BYTES) -> int:
    """Return how many channels of each of a strip's signals are sent."""
    fitting = most_bytes // (2 * height * width * max(1, signals))
    least = LEAST_CHANNELS if most_bytes == STRIP_BYTES else 1
    return min(channels, max(least, fitting))


def _entry(layer: Layer, blocks: list[bytes]) -> dict[str, Any]:
    height, width = layer.maps.shape[:2]
    finite = np.isfinite(layer.maps)
    scale = float(np.max(np.abs(layer.maps), initial=0.0, where=finite)) or 1.0
    offset = sum(map(len, blocks))
    with np.errstate(over="ignore"):
        blocks.append((layer.maps.transpose(2, 0, 1) / np.float32(scale)).astype("<f2").tobytes())
    seen = layer.receptive_field
    return {
        "title": layer.title,
        "node": layer.node,
        "height": height,
        "width": width,
        "channels": list(layer.channels),
        "scale": scale,
        "offset": offset,
        "field": [list(seen.height), list(seen.width)] if seen else None,
    }


def _derived(array: Derived) -> dict[str, Any]:
    return {"title": array.title, "does": array.does, "from": array.sources, "node": array.node}


def color_map_name(name: str) -> str:
    """Return what a colour map is called, with what its colours mean."""
    return {
        "viridis": _("viridis"),
        "cividis": _("cividis"),
        "grey": _("grey"),
        "red-blue": _("blue − white 0 + red"),
    }[name]


def _texts() -> dict[str, Any]:
    choices = {"auto": _("by sign"), **{name: color_map_name(name).partition(" − ")[0] for name in COLOR_MAPS}}
    choices["red-blue"] = _("blue to red")
    return {
        "locale": "zh-CN" if current_language() == "zh" else "en",
        "channel": _("channel"),
        "channels": _("channels"),
        "channelOf": _("Channel {n} of {layer}"),
        "scale": _("range {low} … {high}, {colors}"),
        "ownScale": _("each channel on its own scale (all values: {low} … {high}), {colors}"),
        "layerLine": _("{n} channels of {layer}"),
        "zeros": _("{share} zeros"),
        "odd": _("{n} values that are no numbers (NaN, ∞), in magenta"),
        "everyChannel": _("Every channel of"),
        "layer": _("Layer"),
        "sorted": _("sorted by"),
        "byNumber": _("number"),
        "byEnergy": _("energy"),
        "bySparsity": _("zeros"),
        "bySimilarity": _("likeness"),
        "colors": _("colours"),
        "colorChoices": choices,
        "colorNames": {name: color_map_name(name) for name in COLOR_MAPS},
        "own": _("own scales"),
        "size": _("size"),
        "orNumber": _("or its number"),
        "noChannel": _("No channel of that number is shown here."),
        "energies": _("energy"),
        "sideShort": _("shortcut"),
        "side": _("shortcut(x)"),
        "removed": _("the ReLU removed {share}"),
        "range": _("{low} … {high}, {zeros} zeros"),
        "rank": _("energy rank {rank} of {n}"),
        "opacity": _("map over picture"),
        "smooth": _("smooth between cells"),
        "enlarge": _("Enlarge"),
        "back": _("Back"),
        "silence": _("Silence this channel"),
        "hover": _("Point at a cell: its value, and what it sees."),
        "hoverSum": _("Point at a cell: its value, and what it sees. Click it for its sum."),
        "value": _("row {row}, column {column}: {value}"),
        "field": _("sees {size} px"),
        "clipped": _("{size} of them inside the picture"),
        "largeHelp": _("Arrow keys move over the cells, Enter shows a cell's sum."),
        "mosaicHelp": _("Arrow keys choose a channel, Enter goes to it."),
    }
