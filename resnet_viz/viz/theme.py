"""The only colours: one per layer kind, told apart without colour too by a shape of its own.

References:
    Okabe and Ito 2008, Color Universal Design: a set that colour-blind people can tell apart.
    Viridis: Smith and van der Walt 2015. Cividis: Nuñez, Anderton, Renslow 2018. Diverging: ColorBrewer RdBu, Brewer et al. 2003.
"""

import itertools
import json
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.paths import ASSETS


@cache
def _tint(color: str, strength: float) -> str:
    channels = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * strength):02x}" for channel in channels)


class Mark(NamedTuple):
    """How a layer kind is drawn: outline colour, and the Graphviz shape and style that work in black and white."""

    color: str
    shape: str
    style: str
    strength: float = 0.28

    @property
    def fill(self) -> str:
        """A tint of the colour, light enough for black text (contrast above 7:1)."""
        return _tint(self.color, self.strength)


_BLUE, _SKY, _ORANGE, _GREEN = "#0072b2", "#56b4e9", "#e69f00", "#009e73"
_YELLOW, _VERMILION, _PURPLE, _GREY = "#c9b800", "#d55e00", "#cc79a7", "#808080"
INK = "#1a1a1a"
LINE = "#5f6368"
"""What connects and frames: arrows, frames of stages, the small words beside them."""
SHORTCUT = _VERMILION
"""A block's shortcut: the arc in the picture, the bar beside the maps, the curve."""

MARKS: dict[str, Mark] = {
    "input": Mark(_GREY, "ellipse", "filled"),
    "padding": Mark(_GREY, "box", "filled,dashed"),
    "conv": Mark(_BLUE, "box", "filled,bold"),
    "batch_norm": Mark(_SKY, "box", "filled,rounded"),
    "relu": Mark(_ORANGE, "octagon", "filled"),
    "max_pool": Mark(_GREEN, "box", "filled,diagonals"),
    "average_pool": Mark(_GREEN, "box", "filled,diagonals"),
    "global_average_pool": Mark(_GREEN, "box", "filled,diagonals,bold"),
    "channel_pad": Mark(_GREY, "cds", "filled,dashed"),
    "add": Mark(INK, "circle", "filled,bold", strength=0),
    "flatten": Mark(_GREY, "cds", "filled"),
    "dense": Mark(_PURPLE, "box", "filled,bold,rounded"),
    "softmax": Mark(_PURPLE, "ellipse", "filled"),
}
"""Marks by layer kind (see `resnet_viz.spec.layers.kind_of`)."""

BRANCH = Mark(_YELLOW, "box", "filled,rounded")
"""F(x), the layers of a block's main path drawn as one, in both kinds of block."""


class StatusMark(NamedTuple):
    """How a layer's status in a difference is drawn: the colour of its frame, a style, and a sign for black and white."""

    color: str
    style: str
    sign: str


STATUS_MARKS = {
    "added": StatusMark(_GREEN, "bold", "+"),
    "removed": StatusMark(_GREY, "dashed,bold", "−"),
    "changed": StatusMark(_PURPLE, "bold", "≠"),
    "settings": StatusMark(_PURPLE, "dotted", "~"),
}
"""Marks by status (see `resnet_viz.analysis.difference`)."""


class SeriesMark(NamedTuple):
    """How a curve or its bars are drawn: by colour, and for black and white by dash and hatching."""

    color: str
    dash: str
    pattern: str


SERIES = (
    SeriesMark(_VERMILION, "dash", "/"),
    SeriesMark("#2a8fd4", "solid", ""),
    SeriesMark(_GREEN, "dot", "x"),
    SeriesMark(_PURPLE, "dashdot", "."),
    SeriesMark(_ORANGE, "longdash", "+"),
    SeriesMark(_GREY, "longdashdot", "-"),
)
"""Marks of curves in order; the first two stand apart in both themes."""

PLAIN, RESIDUAL = SeriesMark(_GREY, "dash", "/"), SeriesMark(SHORTCUT, "solid", "")
"""A network without and with shortcuts, wherever the two are beside each other: only the shortcuts have their colour."""


def series_marks(names: Iterable[str]) -> dict[str, SeriesMark]:
    """Return each network's mark: `plain` and `residual` have their own, others take what is left in order."""
    own = {"plain": PLAIN, "residual": RESIDUAL}
    others = itertools.cycle(mark for mark in SERIES if mark.color not in (SHORTCUT, _GREY))
    return {name: own[name] if name in own else next(others) for name in names}


COLOR_MAPS: dict[str, str] = json.loads(
    (ASSETS / "color-maps.json").read_text("utf-8")  # the browser's components carry it too
)
"""The colours of each map by name: 256 of them, six hexadecimal digits each."""


def stage_color(place: int, count: int) -> str:
    """Return the colour of a stage by its place among all: from dark to light with depth, of the map cividis."""
    colors = COLOR_MAPS["cividis"]
    at = round(255 * (0.22 + 0.72 * place / max(1, count - 1)))
    return f"#{colors[6 * at : 6 * at + 6]}"


FOR, AGAINST = (214, 24, 44), (24, 104, 214)
"""What speaks for a class and what speaks against it, over its picture in grey."""
GROUND = (24, 26, 30)
NOT_A_NUMBER = (255, 0, 255)


def ink_on(color: str) -> str:
    """Return black or white, whichever stands out more on a colour: at least 4.5:1 (WCAG 2.2, relative luminance)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else "#ffffff"


def color_table(name: str, size: int = 256) -> npt.NDArray[np.uint8]:
    """Return `size` of a map's 256 colours, evenly chosen and none mixed, as ``(size, 3)`` uint8."""
    colors = np.frombuffer(bytes.fromhex(COLOR_MAPS[name]), np.uint8).reshape(-1, 3)
    chosen: npt.NDArray[np.uint8] = colors[np.linspace(0, len(colors) - 1, size).round().astype(int)]
    return chosen
