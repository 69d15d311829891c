"""One channel of a layer, large: to point at a cell of it, then to see which cells later layers use."""

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.reads import cell_reads
from resnet_viz.measures import strongest_channels
from resnet_viz.messages import gettext as _
from resnet_viz.viz.block_view import layer_of
from resnet_viz.viz.payload import View, maps_payload


def pointing_payload(
    summary: NetworkSummary, node: str, maps: npt.NDArray[np.float32], rgb: npt.NDArray[np.uint8]
) -> bytes:
    """Return the bytes for the component: the strongest channel alone, over the picture; a click on a cell is told."""
    title = _("One channel of {layer}").format(layer=node)
    layer = layer_of(summary, node, maps, title=title, channels=strongest_channels(maps, 1))
    view = View(single=True, can_sum=True, layer=node, focus=node, words={"hoverSum": _("Click a cell.")})
    return maps_payload([layer], view, rgb)


def reads_payload(
    summary: NetworkSummary,
    node: str,
    maps: npt.NDArray[np.float32],
    rgb: npt.NDArray[np.uint8],
    chosen: tuple[int, int] | None,
) -> bytes:
    """Return the bytes for the component: the same channel, dark where no later layer looks, and the chosen cell framed."""
    reads = cell_reads(summary, node)
    counts = reads.counts if reads else ()
    unread = [(row, column) for row, own in enumerate(counts) for column, count in enumerate(own) if not count]
    title = _("One channel of {layer}: dark cells are never used").format(layer=node)
    layer = layer_of(summary, node, maps, title=title, channels=strongest_channels(maps, 1))
    return maps_payload([layer], View(single=True, layer=node, focus=node, unread=unread, chosen=chosen), rgb)
