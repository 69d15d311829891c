"""Quantities about single cells: which ones are read, how much of a window meets the map, what strides add to the sight."""

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.reads import CellReads, cell_reads
from resnet_viz.analysis.receptive_field import ReceptiveField, input_field, output_field
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.of_network import convolution
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import AveragePool, ChannelPad, Conv, MaxPool


def read_cells(grounds: Grounds, layer: str) -> Value:
    """Return the cells of a layer's map that some window behind it holds."""
    return Value(_reads(grounds, layer).read, "cells")


def unread_cells(grounds: Grounds, layer: str) -> Value:
    """Return the cells of a layer's map that no window behind it holds."""
    return Value(_reads(grounds, layer).unread, "cells")


def unread_cell(grounds: Grounds, layer: str) -> Value:
    """Return each cell of a layer's map that no window behind it holds, as ``LAYER:ROW.COLUMN``: any of them is meant.

    Raises:
        SpecError: If every cell is read.
    """
    counts = _reads(grounds, layer).counts
    found = [
        f"{layer}:{row}.{column}" for row, own in enumerate(counts) for column, count in enumerate(own) if not count
    ]
    if not found:
        raise SpecError(broken_rule("layer", _("a layer of which some cell is never used"), layer))
    return Value(" ".join(found), "cell")


def _reads(grounds: Grounds, layer: str) -> CellReads:
    found = cell_reads(grounds.summary, layer)
    if found is None:
        raise SpecError(broken_rule("layer", _("a layer whose map another one reads"), layer))
    return found


def taps(grounds: Grounds, layer: str) -> Value:
    """Return the cells of a convolution's window."""
    return Value(convolution(grounds, layer).kernel_size ** 2, "cells")


def taps_that_meet(grounds: Grounds, layer: str) -> Value:
    """Return how many cells of a convolution's window lie on the map at most; the others lie on the padding."""
    side = convolution(grounds, layer).kernel_size
    rows, columns = grounds.summary.record(layer).input_shape[:2]
    return Value(min(side, rows) * min(side, columns), "cells")


def field_without_strides(grounds: Grounds, layer: str) -> Value:
    """Return how many pixels along a side one cell would see if every window moved one cell at a time."""
    grounds.summary.record(layer)  # says which layers there are
    return Value(_unstrided(grounds.summary)[layer].height.size, "px")


def _unstrided(summary: NetworkSummary) -> dict[str, ReceptiveField]:
    """Return the receptive field of every layer up to the last map, as if every stride were 1."""
    found: dict[str, ReceptiveField] = {}
    for record in summary.records:
        inputs, layer = [found[name] for name in record.node.inputs], record.node.layer
        moved = layer._replace(strides=1) if isinstance(layer, Conv | MaxPool | AveragePool | ChannelPad) else layer
        found[record.node.id] = output_field(moved, inputs, record.input_shape) if inputs else input_field()
    return found
