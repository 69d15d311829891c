"""Feature maps as one block of bytes for the browser: a JSON header in front, every array float16, channel by channel.

Values are divided by the array's largest before they become float16, so that none overflows: a shown value is right to
three digits, zeros stay zeros. What is drawn, sorted and shared out there is computed in the browser from these bytes.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.receptive_field import ReceptiveField
from resnet_viz.viz.map_texts import map_texts
from resnet_viz.viz.theme import AGAINST, BRANCH, FOR, GROUND, NOT_A_NUMBER, SHORTCUT

FloatArray = npt.NDArray[np.float32]

STRIP_BYTES = 1_500_000
"""Most bytes of a strip's signals as they are; of larger ones the browser adds the sum up itself."""
MOST_STRIP_BYTES = 3_500_000
"""Most bytes of a strip at all; of larger ones the strongest channels are sent, at least `LEAST_CHANNELS`."""
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
    """Maps that the browser makes of others: the sum of two, what a ReLU leaves of one, or the second minus the first.

    Attributes:
        does: Which of them.
        sources: Places of those others among the layers before it.
        node: The layer they belong to.
        receptive_field: Where a cell looks, px; None for that of the first source.
        title: What they are called, if not by the layer.
    """

    does: Literal["sum", "relu", "difference"]
    sources: tuple[int, ...]
    node: str
    receptive_field: ReceptiveField | None = None
    title: str = ""


class Signal(NamedTuple):
    """One of the maps side by side.

    Attributes:
        place: Of its array.
        title: What it is called.
        note: What it is, in a few words.
        joint: The sign between the map before and this one.
        kind: ``shortcut`` and ``branch`` have their colours.
        off: That it is cut or left out, in a word; or "".
    """

    place: int
    title: str
    note: str = ""
    joint: str = ""
    kind: str = ""
    off: str = ""


@dataclass(frozen=True)
class View:
    """What stands where.

    Attributes:
        strip: The maps side by side, on one scale.
        total: Channels of each of them in all; the strip may hold fewer.
        bound: Largest size of a value in all of them, all channels; None if the strip holds all.
        leads: What the strip shows, of one channel ``{n}`` and of several.
        sources: Places of the arrays that the gallery can show.
        strengths: Places of shortcut(x), F(x) and what the last ReLU gets, for strengths by channel; or empty.
        sentences: What stands below the strip of all channels.
        words: More texts, about one channel.
        figures: Exact figures, a line each, behind a question mark.
        weights: Whose weights these are, for the line below the gallery.
        aside: What is to be known of the gallery's layer, or "".
        layers: Ids and names to choose the gallery's layer from, in titled groups.
        layer: The one that is chosen.
        focus: What the channel in focus belongs to: another view of the same keeps it.
        channel: The channel in focus, or None for the one that was in focus before.
        first: The channel in focus if there was none before, or None for the strongest.
        silenced: Channels that are switched off, by layer.
        can_silence: Whether a channel can be switched off.
        can_sum: Whether a cell's sum can be asked for.
        single: Only one map, large, over the picture.
        unread: Rows and columns of cells that no later layer uses: the large map has them dark.
        chosen: Row and column of the cell that is framed in the large map, or None.
        is_for_and_against: Whether that map is red for and blue against, over the picture in grey.
    """

    strip: tuple[Signal, ...] = ()
    total: int = 0
    bound: float | None = None
    leads: tuple[str, str] = ("", "")
    sources: tuple[int, ...] = (0,)
    strengths: tuple[int | None, ...] = ()
    sentences: tuple[str, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    weights: str = ""
    aside: str = ""
    layers: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    layer: str = ""
    focus: str = ""
    channel: int | None = None
    first: int | None = None
    silenced: Mapping[str, Sequence[int]] = field(default_factory=dict)
    can_silence: bool = False
    can_sum: bool = False
    single: bool = False
    unread: Sequence[tuple[int, int]] = ()
    chosen: tuple[int, int] | None = None
    is_for_and_against: bool = False


def maps_payload(arrays: Sequence[Layer | Derived], view: View, picture: npt.NDArray[np.uint8] | None = None) -> bytes:
    """Return the bytes for the component; see `dev/frontend/maps/values.js` for the reader.

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
        "strip": [signal.place for signal in view.strip],
        "titles": [signal.title for signal in view.strip],
        "notes": [signal.note for signal in view.strip],
        "joints": [signal.joint for signal in view.strip],
        "kinds": [signal.kind for signal in view.strip],
        "off": [signal.off for signal in view.strip],
        "total": view.total,
        "bound": view.bound,
        "sources": view.sources,
        "strengths": view.strengths or None,
        "sentences": view.sentences,
        "figures": view.figures,
        "weights": view.weights,
        "aside": view.aside,
        "layers": view.layers,
        "layer": view.layer,
        "focus": view.focus,
        "channel": view.channel,
        "first": view.first,
        "silenced": view.silenced,
        "canSilence": view.can_silence,
        "canSum": view.can_sum,
        "single": view.single,
        "unread": view.unread,
        "chosen": view.chosen,
        "over": [FOR, AGAINST] if view.is_for_and_against else None,
        "ground": GROUND,
        "odd": NOT_A_NUMBER,
        "colors": {"shortcut": SHORTCUT, "branch": BRANCH.color},
        "texts": {**map_texts(), "leadOne": view.leads[0], "leadMany": view.leads[1], **view.words},
    }
    if picture is not None:
        height, width = picture.shape[:2]
        header["image"] = {"width": width, "height": height, "offset": sum(map(len, blocks))}
        blocks.append(np.ascontiguousarray(picture).tobytes())
    text = json.dumps(header, ensure_ascii=False).encode()
    return b"".join((struct.pack("<I", len(text)), text, *blocks))


def strip_count(height: int, width: int, channels: int, signals: int, most_bytes: int = MOST_STRIP_BYTES) -> int:
    """Return how many channels of each of a strip's signals are sent."""
    fitting = most_bytes // (2 * height * width * max(1, signals))
    least = LEAST_CHANNELS if most_bytes == MOST_STRIP_BYTES else 1
    return min(channels, max(least, fitting))


def _entry(layer: Layer, blocks: list[bytes]) -> dict[str, Any]:
    height, width = layer.maps.shape[:2]
    finite = np.isfinite(layer.maps)
    scale = float(np.max(np.abs(layer.maps), initial=0.0, where=finite)) or 1.0
    offset = sum(map(len, blocks))
    with np.errstate(over="ignore"):
        blocks.append((layer.maps.transpose(2, 0, 1) / np.float32(scale)).astype("<f2").tobytes())
    return {
        "title": layer.title,
        "node": layer.node,
        "height": height,
        "width": width,
        "channels": list(layer.channels),
        "scale": scale,
        "offset": offset,
        "field": _field(layer.receptive_field),
    }


def _derived(array: Derived) -> dict[str, Any]:
    seen = _field(array.receptive_field)
    return {"title": array.title, "does": array.does, "from": array.sources, "node": array.node, "field": seen}


def _field(seen: ReceptiveField | None) -> list[list[int]] | None:
    return [list(seen.height), list(seen.width)] if seen else None
