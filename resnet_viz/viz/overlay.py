"""A map over its picture as one PNG, every cell where its receptive field is centred; and what one cell sees."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from resnet_viz.analysis.receptive_field import Extent, ReceptiveField
from resnet_viz.viz.theme import AGAINST, FOR, NOT_A_NUMBER

FloatArray = npt.NDArray[np.float32]

_SIDE_PX = 512
_BOX_SIDE_PX = 320
_BOX = (255, 157, 0)
# The picture under a map: grey, light enough for both colours to stand out; as `dev/frontend/maps/over.js` draws it.
_DARKEST, _CONTRAST = 70, 0.65


def overlay_png(
    rgb: npt.NDArray[np.uint8], values: FloatArray, seen: ReceptiveField | None = None, bound: float | None = None
) -> bytes:
    """Return the picture in grey, with red where a map is positive and blue where it is negative.

    Args:
        rgb: uint8 ``(height, width, 3)``.
        values: float32 ``(rows, columns)``; NaN and infinities are marked in magenta.
        seen: Where the cells look; without it the map has the picture's pixels. Where no cell is centred there is grey.
        bound: Size of a value that covers the picture wholly; that of the largest one by default.
    """
    height, width = rgb.shape[:2]
    zoom = max(1, _SIDE_PX // max(height, width))
    size = (height * zoom, width * zoom)
    rows = _cells(seen.height if seen else None, values.shape[0], size[0], zoom)
    columns = _cells(seen.width if seen else None, values.shape[1], size[1], zoom)
    grey = _DARKEST + _CONTRAST * np.asarray(Image.fromarray(rgb).convert("L"), np.float32)
    base = grey.repeat(zoom, axis=0).repeat(zoom, axis=1)[..., np.newaxis]
    cells = np.ix_(np.clip(rows, 0, None), np.clip(columns, 0, None))
    over = np.where(values[..., np.newaxis] > 0, FOR, AGAINST).astype(np.float32)
    over[~np.isfinite(values)] = NOT_A_NUMBER
    covered = ((rows >= 0)[:, np.newaxis] & (columns >= 0)) * _strengths(values, bound)[cells]
    mixed = base * (1 - covered[..., np.newaxis]) + over[cells] * covered[..., np.newaxis]
    out = BytesIO()
    Image.fromarray(mixed.round().astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def bound_of(values: FloatArray) -> float:
    """Return the size of a map's largest number."""
    return float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values)))


def _strengths(values: FloatArray, bound: float | None) -> FloatArray:
    """Return how far each value covers the picture, 0 … 1; the mark of what is no number covers it wholly."""
    most = bound_of(values) if bound is None else bound
    found = np.ones(values.shape, np.float32)
    np.divide(np.abs(values), most or 1.0, out=found, where=np.isfinite(values))
    return np.minimum(found, 1)


def boxed_png(rgb: npt.NDArray[np.uint8], rows: tuple[int, int], columns: tuple[int, int]) -> bytes:
    """Return the picture with a frame around what a cell sees; where it hangs over the border, the frame is open.

    Args:
        rgb: uint8 ``(height, width, 3)``.
        rows: First row and the one after the last, px; may lie outside.
        columns: First column and the one after the last.
    """
    height, width = rgb.shape[:2]
    zoom = max(1, _BOX_SIDE_PX // max(height, width))
    image = Image.fromarray(rgb).resize((width * zoom, height * zoom), Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(image)
    corners = [columns[0] * zoom, rows[0] * zoom, columns[1] * zoom - 1, rows[1] * zoom - 1]
    pen.rectangle(corners, outline=(0, 0, 0), width=6)
    pen.rectangle([corners[0] + 1, corners[1] + 1, corners[2] - 1, corners[3] - 1], outline=_BOX, width=4)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _cells(extent: Extent | None, cells: int, pixels: int, zoom: int) -> npt.NDArray[np.intp]:
    """Return for every drawn pixel along an axis the cell centred there, or −1."""
    at = (np.arange(pixels) + 0.5) / zoom
    if extent is None:
        return (at * cells / (pixels / zoom)).astype(np.intp)
    first = extent.start + (extent.size - extent.stride) / 2
    found = np.floor((at - first) / extent.stride).astype(np.intp)
    return np.where((found >= 0) & (found < cells), found, -1)
