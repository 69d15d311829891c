"""A map over its picture as one PNG, every cell where its receptive field is centred; and what one cell sees."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from resnet_viz.analysis.receptive_field import Extent, ReceptiveField
from resnet_viz.viz.mosaic import painted, shared_scale

FloatArray = npt.NDArray[np.float32]

_SIDE_PX = 512
_BOX_SIDE_PX = 320
_BOX = (255, 157, 0)
OPACITY = 0.55


def overlay_png(
    rgb: npt.NDArray[np.uint8], values: FloatArray, seen: ReceptiveField | None = None, opacity: float = OPACITY
) -> bytes:
    """Return the picture with a map over it.

    Args:
        rgb: uint8 ``(height, width, 3)``.
        values: float32 ``(rows, columns)``; the scale is its whole range, symmetric about 0 if any is negative. NaN and
            infinities are marked in magenta.
        seen: Where the cells look; without it the map has the picture's pixels.
        opacity: Of the map, 0 … 1; where no cell is centred the picture stays as it is.
    """
    height, width = rgb.shape[:2]
    zoom = max(1, _SIDE_PX // max(height, width))
    size = (height * zoom, width * zoom)
    colors = painted(values, shared_scale(values))
    rows = _cells(seen.height if seen else None, values.shape[0], size[0], zoom)
    columns = _cells(seen.width if seen else None, values.shape[1], size[1], zoom)
    base = np.asarray(Image.fromarray(rgb).resize((size[1], size[0]), Image.Resampling.NEAREST), np.float32)
    cells = np.ix_(np.clip(rows, 0, None), np.clip(columns, 0, None))
    over = colors[cells].astype(np.float32)
    # A mark that the picture shines through would be one more colour that no legend names.
    opacities = np.where(np.isfinite(values), opacity, 1.0)[cells]
    covered = (((rows >= 0)[:, np.newaxis] & (columns >= 0)) * opacities)[..., np.newaxis]
    mixed = (base * (1 - covered) + over * covered).round().astype(np.uint8)
    out = BytesIO()
    Image.fromarray(mixed).save(out, "PNG")
    return out.getvalue()


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
