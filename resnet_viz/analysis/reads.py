"""Which cells of a map the layers after it read: a stride wider than its window leaves cells that nobody looks at.

A change in an unread cell changes nothing downstream; its gradient is exactly 0. Layers that look at single cells
(BatchNorm, ReLU, the add, padding) only pass a map on, so what counts is what reads the map they hand over.
"""

from dataclasses import replace
from typing import NamedTuple

from resnet_viz.analysis.shapes import same_padding
from resnet_viz.analysis.summary import NetworkSummary
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Padding,
    Relu,
)
from resnet_viz.spec.schema import ResNetSpec

_CELLWISE = (BatchNorm, Relu, Add)


class CellReads(NamedTuple):
    """How often each cell of a map is read.

    Attributes:
        counts: ``(height, width)`` numbers of windows that hold the cell, summed over all readers.
        readers: Ids of the layers that read it.
    """

    counts: tuple[tuple[int, ...], ...]
    readers: tuple[str, ...]

    @property
    def cells(self) -> int:
        """Cells of one channel."""
        return len(self.counts) * len(self.counts[0])

    @property
    def read(self) -> int:
        """Cells that some window holds."""
        return sum(count > 0 for row in self.counts for count in row)

    @property
    def is_edge(self) -> bool:
        """Whether all cells that no window holds lie outside a rectangle in which every cell is held."""
        rows = [place for place, row in enumerate(self.counts) if any(row)]
        columns = [place for place in range(len(self.counts[0])) if any(row[place] for row in self.counts)]
        if not rows:
            return False
        inner = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
        return self.read == inner

    @property
    def unread(self) -> int:
        """Cells that no window holds."""
        return self.cells - self.read


def cell_reads(summary: NetworkSummary, node_id: str) -> CellReads | None:
    """Return how often the cells of a layer's output are read, or None where there are no cells or no readers.

    A stride-2 1×1 convolution and its shortcut read 8·8 = 64 of 15·15 = 225 cells at 15→8.
    """
    record = summary.record(node_id)
    shape = record.output_shape
    if len(shape) != 3:
        return None
    counts = [[0] * shape[1] for _row in range(shape[0])]
    readers: list[str] = []
    waiting = [(name, 0) for name in summary.graph.readers[node_id]]
    while waiting:
        name, frame = waiting.pop(0)
        layer = summary.by_id[name].node.layer
        if isinstance(layer, _CELLWISE):
            waiting += [(after, frame) for after in summary.graph.readers[name]]
            # The end of the network, or an add: what it hands on is read as a whole by whoever reads the sum.
            continue
        if isinstance(layer, Padding):
            waiting += [(after, frame + layer.size) for after in summary.graph.readers[name]]
            continue
        if name in readers:
            continue
        readers.append(name)
        rows, columns = (_along(layer, cells, frame) for cells in shape[:2])
        for y, down in enumerate(rows):
            for x, across in enumerate(columns):
                counts[y][x] += down * across
    return CellReads(tuple(map(tuple, counts)), tuple(readers)) if readers else None


def other_stride(spec: ResNetSpec) -> ResNetSpec | None:
    """Return the network with the stride on the other convolution (v1 or v1.5), or None where blocks have no other."""
    if spec.block != "bottleneck":
        return None
    return replace(spec, stride_on="middle" if spec.stride_on == "first" else "first")


def _along(layer: object, cells: int, frame: int) -> list[int]:
    """Return how many windows hold each of an axis's cells, with `frame` cells of padding on both sides of them."""
    match layer:
        case Conv(kernel_size=size, strides=strides, padding=padding):
            before, after = same_padding(cells + 2 * frame, size, strides) if padding == "same" else (0, 0)
        case MaxPool(pool_size=size, strides=strides) | AveragePool(pool_size=size, strides=strides):
            before = after = 0
        case ChannelPad(strides=strides):
            size, before, after = 1, 0, 0
        case GlobalAveragePool() | Flatten():
            return [1] * cells
        case _:
            return [1] * cells
    counts = [0] * cells
    padded = cells + 2 * frame + before + after
    for start in range(0, padded - size + 1, strides):
        for place in range(start, start + size):
            cell = place - before - frame
            if 0 <= cell < cells:
                counts[cell] += 1
    return counts
