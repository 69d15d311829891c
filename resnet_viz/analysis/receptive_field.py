"""Theoretical receptive fields: which pixels can reach a cell, by size, stride and place.

References:
    Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill,
    doi:10.23915/distill.00021. r' = r + (k − 1)·j, j' = j·s, start' = start − p·j.
"""

from typing import NamedTuple

from resnet_viz.analysis.shapes import same_padding
from resnet_viz.spec.layers import AveragePool, ChannelPad, Conv, Flatten, GlobalAveragePool, Layer, MaxPool, Padding


class Extent(NamedTuple):
    """The receptive field of a map's cells along one axis, px of the input picture.

    Attributes:
        size: Pixels that can reach one cell.
        stride: Pixels between neighbouring cells (the effective stride).
        start: The first cell's first pixel; negative where the window hangs over the border.
    """

    size: int
    stride: int
    start: int

    def window(self, cell: int) -> tuple[int, int]:
        """Return the first pixel of cell number `cell` and the one after its last, not clipped to the picture."""
        first = self.start + cell * self.stride
        return first, first + self.size


class ReceptiveField(NamedTuple):
    """Extents along height and width."""

    height: Extent
    width: Extent


# Layers that change where a cell looks; the others, two in three, only look at the cell itself.
_MOVING = frozenset((Conv, MaxPool, AveragePool, Padding, ChannelPad, GlobalAveragePool, Flatten))


def input_field() -> ReceptiveField:
    """Return the field of the picture itself: every pixel sees itself."""
    pixel = Extent(1, 1, 0)
    return ReceptiveField(pixel, pixel)


def output_field(layer: Layer, fields: list[ReceptiveField], shape: tuple[int, ...]) -> ReceptiveField:
    """Return the field of a layer's output.

    Args:
        layer: The layer.
        fields: Of its inputs; an add sees what any of them sees.
        shape: Of its first input, ``(height, width, channels)`` in cells, or ``(features,)``.
    """
    if len(fields) > 1:
        return _union(fields)
    axes = fields[0]
    if type(layer) not in _MOVING or len(shape) != 3:
        return axes
    height = _along(layer, axes.height, shape[0])
    if axes.height == axes.width and shape[0] == shape[1]:
        return ReceptiveField(height, height)
    return ReceptiveField(height, _along(layer, axes.width, shape[1]))


def covering_cells(extent: Extent, cells: int, pixels: int) -> int:
    """Return how many cells of an axis see the whole picture: a field as large as it may still hang over a border.

    >>> covering_cells(Extent(size=99, stride=16, start=-40), cells=4, pixels=64)
    2
    """
    windows = (extent.window(cell) for cell in range(cells))
    return sum(first <= 0 and last >= pixels for first, last in windows)


def _along(layer: Layer, extent: Extent, cells: int) -> Extent:
    size, stride, start = extent
    match layer:
        case Conv(kernel_size=kernel, strides=step, padding=padding):
            before = same_padding(cells, kernel, step)[0] if padding == "same" else 0
            return Extent(size + (kernel - 1) * stride, stride * step, start - before * stride)
        case MaxPool(pool_size=kernel, strides=step) | AveragePool(pool_size=kernel, strides=step):
            return Extent(size + (kernel - 1) * stride, stride * step, start)
        case Padding(size=before):
            return Extent(size, stride, start - before * stride)
        case ChannelPad(strides=step):
            return Extent(size, stride * step, start)
        case GlobalAveragePool() | Flatten():
            return Extent(size + (cells - 1) * stride, stride * cells, start)
    return extent


def _union(fields: list[ReceptiveField]) -> ReceptiveField:
    """Return the smallest field that holds them all: an add sees what either path sees."""
    first, second = fields
    if first == second:
        return first
    return ReceptiveField(_joined(first.height, second.height), _joined(first.width, second.width))


def _joined(one: Extent, other: Extent) -> Extent:
    start = min(one.start, other.start)
    end = max(one.start + one.size, other.start + other.size)
    return Extent(end - start, one.stride, start)
