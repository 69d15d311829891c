"""Training pictures side by side, and which class each is of."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

TILE_PX = 64
"""Side of a picture on the sheet, at least."""


def order_text(names: Sequence[str]) -> str:
    """Return which class each picture is of, in reading order; one round of them, if they go round.

    >>> order_text(["a", "b", "a", "b"]), order_text(["a", "a", "b", "c"])
    ('Left to right: a, b, and again.', 'Left to right: a, a, b, c …')
    """
    count = len(set(names))
    if count <= 12 and all(name == names[place % count] for place, name in enumerate(names)):
        return _("Left to right: {names}, and again.").format(names=joined(names[:count]))
    return _("Left to right: {names} …").format(names=joined(names[:12]))


def contact_sheet(images: npt.NDArray[np.uint8], columns: int) -> npt.NDArray[np.uint8]:
    """Return pictures side by side with a line of dark between, each cell of a small one a square."""
    times = max(1, TILE_PX // images.shape[1])
    tiles = images.repeat(times, axis=1).repeat(times, axis=2)
    count, side = len(tiles), tiles.shape[1]
    rows = -(-count // columns)
    sheet = np.full((rows * (side + 2), columns * (side + 2), 3), 24, np.uint8)
    for number, tile in enumerate(tiles):
        y, x = divmod(number, columns)
        sheet[y * (side + 2) + 1 : y * (side + 2) + 1 + side, x * (side + 2) + 1 : x * (side + 2) + 1 + side] = tile
    return sheet
