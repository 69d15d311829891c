"""Feature maps as palette PNG: every channel a tile, one byte a value, true pixels (enlarging is the browser's work)."""

import math
from io import BytesIO
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.viz.theme import GROUND, NOT_A_NUMBER, color_table

FloatArray = npt.NDArray[np.float32]

# Pixels of ground between and around tiles.
_BORDER = 1
# Width to height of a page's largest picture.
_PAGE_ASPECT = 2.4

# Palette: 254 colours of the map, then the ground between the channels, then the mark for NaN and ±∞.
_LEVELS = 254
_GROUND = 254
_NOT_A_NUMBER = 255


class Scale(NamedTuple):
    """How values become colours: a map from `low` to `high`; a signed scale is symmetric about zero.

    Attributes:
        low: Value of the first colour.
        high: Value of the last colour.
        is_signed: Diverging about zero, or sequential.
    """

    low: float
    high: float
    is_signed: bool

    @property
    def color_map(self) -> str:
        """The name of its colour map, a key of `theme.COLOR_MAPS`."""
        return "red-blue" if self.is_signed else "viridis"


def shared_scale(*arrays: FloatArray) -> Scale:
    """Return one scale for all arrays: their whole finite range, symmetric about zero if any value is negative.

    Nothing is clipped. Values that are not finite do not count.
    """
    lows, highs = [], []
    for array in arrays:
        low, high = float(np.min(array, initial=np.inf)), float(np.max(array, initial=-np.inf))
        if not (math.isfinite(low) and math.isfinite(high)):
            finite = array[np.isfinite(array)]
            low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        lows.append(low)
        highs.append(high)
    low, high = min(lows, default=0.0), max(highs, default=0.0)
    if low < 0:
        bound = max(-low, high)
        return Scale(-bound, bound, is_signed=True)
    return Scale(0.0, high, is_signed=False)


def mosaic_png(
    maps: FloatArray, scale: Scale | None = None, *, columns: int | None = None, smallest_tile: int = 1
) -> bytes:
    """Return all channels of ``(height, width, channels)`` as one PNG, left to right, top to bottom.

    Args:
        maps: Feature maps, any range; NaN and infinities are marked in magenta.
        scale: From values to colours; the maps' own shared scale by default.
        columns: Tiles in a row; as square a picture as possible by default.
        smallest_tile: Smaller maps are drawn with squares of several pixels a cell, until a tile is at least this
            wide: next to a 2×2 map even a line of one pixel is thick.
    """
    used = scale or shared_scale(maps)
    return _png(_tiled(_enlarged(_levels(maps, used), smallest_tile), columns), used.color_map)


def painted(values: FloatArray, scale: Scale) -> npt.NDArray[np.uint8]:
    """Return the colour of every value, ``(…, 3)`` uint8; NaN and infinities are marked."""
    return _palette(scale.color_map)[_levels(values, scale)]


def page_columns(maps: FloatArray) -> int:
    """Return the columns of a mosaic over the whole width of a page: wide rather than tall, no tile larger than an eighth."""
    height, width, channels = maps.shape
    return max(8, round(math.sqrt(channels * _PAGE_ASPECT * height / width)))


def per_channel_png(maps: FloatArray, *, columns: int | None = None, smallest_tile: int = 1) -> bytes:
    """Return the same mosaic with every channel on its own scale; says nothing about sizes between channels."""
    finite = np.isfinite(maps)
    low = np.min(maps, axis=(0, 1), initial=0.0, where=finite)
    high = np.max(maps, axis=(0, 1), initial=0.0, where=finite)
    is_signed = bool((low < 0).any())
    bound = np.maximum(-low, high) if is_signed else high
    first = -bound if is_signed else np.zeros_like(bound)
    span = np.where(bound - first > 0, bound - first, 1)
    normal = ((maps - first) / span).astype(np.float32)
    scale = Scale(0.0, 1.0, is_signed)
    return _png(_tiled(_enlarged(_levels(normal, scale), smallest_tile), columns), scale.color_map)


def counts_png(counts: tuple[tuple[int, ...], ...]) -> bytes:
    """Return a map of whole numbers, one pixel a cell: zero is the dark ground, the rest viridis's bright part to its end."""
    values = np.array(counts, dtype=np.float64)
    levels = np.round(_LEVELS * 0.4 + (_LEVELS * 0.6 - 1) * values / max(1.0, values.max()))
    return _png(np.where(values > 0, levels, _GROUND).astype(np.uint8), "viridis")


def tiles(channels: int, height: int, width: int, columns: int | None = None) -> tuple[int, int]:
    """Return (rows, columns) of a mosaic that is as square as its tiles allow, or has that many columns."""
    across = columns or max(1, min(channels, round(math.sqrt(channels * height / width))))
    return -(-channels // across), across


def _levels(maps: FloatArray, scale: Scale) -> npt.NDArray[np.uint8]:
    span = scale.high - scale.low
    factor = np.float32((_LEVELS - 1) / span if span > 0 else 0.0)
    with np.errstate(invalid="ignore"):  # an infinity times 0 is no number either
        scaled = maps * factor
    scaled += np.float32(0.5 - scale.low * factor)
    finite = np.isfinite(scaled)
    if finite.all():
        return np.clip(scaled, 0, _LEVELS - 1, out=scaled).astype(np.uint8)
    levels = np.clip(np.where(finite, scaled, 0), 0, _LEVELS - 1).astype(np.uint8)
    levels[~finite] = _NOT_A_NUMBER
    return levels


def _enlarged(levels: npt.NDArray[np.uint8], smallest: int) -> npt.NDArray[np.uint8]:
    factor = -(-smallest // max(levels.shape[:2]))
    return levels if factor == 1 else levels.repeat(factor, axis=0).repeat(factor, axis=1)


def _tiled(levels: npt.NDArray[np.uint8], columns: int | None) -> npt.NDArray[np.uint8]:
    border = _BORDER
    height, width, channels = levels.shape
    rows, across = tiles(channels, height, width, columns)
    cells = np.full((rows * across, height + border, width + border), _GROUND, np.uint8)
    cells[:channels, :height, :width] = levels.transpose(2, 0, 1)
    grid = cells.reshape(rows, across, height + border, width + border).transpose(0, 2, 1, 3)
    sheet = np.full((rows * (height + border) + border, across * (width + border) + border), _GROUND, np.uint8)
    sheet[border:, border:] = grid.reshape(rows * (height + border), across * (width + border))
    return sheet


def _png(levels: npt.NDArray[np.uint8], color_map: str) -> bytes:
    image = Image.fromarray(levels)
    image.putpalette(_palette(color_map).tobytes())
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _palette(color_map: str) -> npt.NDArray[np.uint8]:
    return np.concatenate([color_table(color_map, _LEVELS), np.array([GROUND, NOT_A_NUMBER], np.uint8)])
