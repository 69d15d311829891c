"""One channel of a layer, large, to point at a cell of it."""

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
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
