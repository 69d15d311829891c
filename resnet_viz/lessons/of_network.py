"""Quantities that a network's graph and account say."""

from collections.abc import Callable, Iterable
from math import prod

from resnet_viz.analysis import NetworkSummary, covering_cells
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.analysis.summary import Totals, smallest_side
from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons.grounds import Grounds, Unit, Value
from resnet_viz.messages import gettext as _
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import AveragePool, Conv, MaxPool, Padding

Of = Callable[..., Value]


def totals_of(summary: NetworkSummary, where: str) -> Totals:
    """Return the sums over the network (""), a stage ("stage 4"; the stem is stage 1), a block ("4f"), or a layer.

    Raises:
        SpecError: If the network has no such part.
    """
    if not where:
        return summary.totals
    if where.startswith("stage "):
        stages = {f"stage {stage}": totals for stage, totals in summary.stage_totals().items() if stage}
        if where in stages:
            return stages[where]
        raise SpecError(broken_rule("stage", _("a stage of this network"), where, did_you_mean(where, stages)))
    if where in {block.name for block in summary.graph.blocks}:
        return summary.totals_where(lambda node: f"{node.stage}{node.block}" == where)
    node_id = summary.graph.node(where).id
    return summary.totals_where(lambda node: node.id == node_id)


def count(name: str, unit: Unit = "", factor: int = 1) -> Of:
    """Return the quantity that adds up one of `Totals`'s counts."""
    return lambda grounds, where="": Value(factor * getattr(totals_of(grounds.summary, where), name), unit)


def layers_that(keep: Callable[[Node], bool]) -> Of:
    """Return the quantity that counts layers."""
    return lambda grounds: Value(sum(keep(node) for node in grounds.summary.graph.nodes))


def output_side(grounds: Grounds, layer: str) -> Value:
    """Return the cells along the height of a layer's output."""
    return Value(grounds.summary.record(layer).output_shape[0], "cells")


def cells(grounds: Grounds, layer: str) -> Value:
    """Return the cells of one channel of a layer's output."""
    shape = grounds.summary.record(layer).output_shape
    return Value(shape[0] * shape[1] if len(shape) > 1 else 1, "cells")


def values(grounds: Grounds, layer: str) -> Value:
    """Return how many numbers a layer puts out."""
    return Value(prod(grounds.summary.record(layer).output_shape))


def channels(grounds: Grounds, layer: str) -> Value:
    """Return the channels, or units, of a layer's output."""
    return Value(grounds.summary.record(layer).output_shape[-1])


def shape(grounds: Grounds, layer: str) -> Value:
    """Return a layer's output shape, as the pages write it."""
    return Value(shape_text(grounds.summary.record(layer).output_shape), "shape")


def convolution(grounds: Grounds, layer: str) -> Conv:
    """Return a convolution.

    Raises:
        SpecError: If the layer is none.
    """
    found = grounds.summary.record(layer).node.layer
    if isinstance(found, Conv):
        return found
    raise SpecError(broken_rule("layer", _("a convolution"), layer))


def _window(grounds: Grounds, layer: str) -> tuple[int, int]:
    """Return the side of the window that moves over a layer's input, and how many cells it moves.

    Raises:
        SpecError: If the layer has none.
    """
    match grounds.summary.record(layer).node.layer:
        case Conv(kernel_size=side, strides=step) | MaxPool(pool_size=side, strides=step):
            return side, step
        case AveragePool(pool_size=side, strides=step):
            return side, step
    raise SpecError(broken_rule("layer", _("a layer with a window"), layer))


def window(grounds: Grounds, layer: str) -> Value:
    """Return a convolution's or a pool's window, as in 3×3."""
    side, _step = _window(grounds, layer)
    return Value(f"{side}×{side}", "shape")


def kernel_side(grounds: Grounds, layer: str) -> Value:
    """Return the side of a convolution's or a pool's window."""
    return Value(_window(grounds, layer)[0], "cells")


def stride(grounds: Grounds, layer: str) -> Value:
    """Return how many cells a convolution's or a pool's window moves."""
    return Value(_window(grounds, layer)[1], "cells")


def places(grounds: Grounds, layer: str) -> Value:
    """Return at how many places along a side a window fits, before its stride passes any over."""
    return Value(grounds.summary.record(layer).input_shape[0] - _window(grounds, layer)[0] + 1, "cells")


def frame(grounds: Grounds, layer: str) -> Value:
    """Return how many cells a padding puts at each edge.

    Raises:
        SpecError: If the layer pads nothing.
    """
    found = grounds.summary.record(layer).node.layer
    if isinstance(found, Padding):
        return Value(found.size, "cells")
    raise SpecError(broken_rule("layer", _("a padding"), layer))


def kernel_weights(grounds: Grounds, layer: str) -> Value:
    """Return the weights of a convolution without its biases."""
    record = grounds.summary.record(layer)
    return Value(convolution(grounds, layer).kernel_size ** 2 * record.input_shape[-1] * record.output_shape[-1])


def kernel_parameters(grounds: Grounds, side: str) -> Value:
    """Return the parameters of all convolutions with a window of that side, biases too.

    Raises:
        SpecError: If no window has that side.
    """
    sides = {str(n.layer.kernel_size) for n in grounds.summary.graph.nodes if isinstance(n.layer, Conv)}
    if side not in sides:
        raise SpecError(broken_rule("kernel", _("a side of this network's windows"), side, did_you_mean(side, sides)))

    def has_it(node: Node) -> bool:
        return isinstance(node.layer, Conv) and str(node.layer.kernel_size) == side

    return Value(grounds.summary.totals_where(has_it).parameters)


def branch_convolutions(grounds: Grounds, block: str) -> Value:
    """Return how many convolutions F(x) of a block has."""
    found = grounds.summary.graph.block(block).name

    def is_in_it(node: Node) -> bool:
        return f"{node.stage}{node.block}" == found and isinstance(node.layer, Conv) and not is_projection(node)

    return layers_that(is_in_it)(grounds)


def is_projection(node: Node) -> bool:
    """Return whether a layer is a convolution on a shortcut."""
    return isinstance(node.layer, Conv) and node.path == "shortcut"


def shortcut_parameters(grounds: Grounds, block: str) -> Value:
    """Return the parameters on a block's shortcut: those of a projection and its BatchNorm, or none."""
    found = grounds.summary.graph.block(block).name
    totals = grounds.summary.totals_where(lambda n: f"{n.stage}{n.block}" == found and n.path == "shortcut")
    return Value(totals.parameters)


def projection(grounds: Grounds, block: str) -> Value:
    """Return the convolution on a block's shortcut.

    Raises:
        SpecError: If the block has none.
    """
    found = grounds.summary.graph.block(block).name
    nodes = [n for n in grounds.summary.graph.nodes if f"{n.stage}{n.block}" == found and is_projection(n)]
    if not nodes:
        raise SpecError(broken_rule("block", _("a block with a projection"), block))
    return Value(nodes[0].id, "place")


def bottleneck_saving(grounds: Grounds, block: str) -> Value:
    """Return how many times the weights of F(x) two convolutions with its largest window would have on all its channels."""
    found = grounds.summary.graph.block(block)
    records = [
        record
        for record in grounds.summary.records
        if f"{record.node.stage}{record.node.block}" == found.name
        and isinstance(record.node.layer, Conv)
        and not is_projection(record.node)
    ]
    own = sum(int(kernel_weights(grounds, record.node.id).amount) for record in records)
    side = max(convolution(grounds, record.node.id).kernel_size for record in records)
    return Value(2 * (side * records[-1].output_shape[-1]) ** 2 / own, "times")


def main_convolutions(grounds: Grounds) -> Value:
    """Return the convolutions of the main path: with the dense layer, what the 50 in ResNet-50 counts."""
    return Value(grounds.summary.main_path_convolutions)


def blocks(grounds: Grounds, stage: str) -> Value:
    """Return the blocks of a stage, named as in ``stage 4``.

    Raises:
        SpecError: If the network has no such stage.
    """
    found = sum(f"stage {block.stage}" == stage for block in grounds.summary.graph.blocks)
    if not found:
        raise SpecError(broken_rule("stage", _("a stage of this network"), stage))
    return Value(found)


def sums(grounds: Grounds) -> Value:
    """Return the blocks in which a shortcut is added."""
    return Value(sum(block.add is not None for block in grounds.summary.graph.blocks))


def paths(grounds: Grounds) -> Value:
    """Return the ways through the sums: each block's F(x) or not (Veit et al. 2016, arXiv:1605.06431, section 3)."""
    return Value(2 ** int(sums(grounds).amount))


def receptive_field(grounds: Grounds, layer: str) -> Value:
    """Return the pixels along a side that can reach one cell."""
    return Value(grounds.summary.record(layer).field.height.size, "px")


def step(grounds: Grounds, layer: str) -> Value:
    """Return the pixels between neighbouring cells."""
    return Value(grounds.summary.record(layer).field.height.stride, "px")


def covering(summary: NetworkSummary, layer: str) -> int:
    """Return how many cells along a side of a layer's output see the whole picture."""
    record = summary.record(layer)
    return covering_cells(record.field.height, record.output_shape[0], summary.graph.spec.input_shape[0])


def cells_that_cover(grounds: Grounds, layer: str) -> Value:
    """Return how many cells along a side of a layer's output see the whole picture."""
    return Value(covering(grounds.summary, layer), "cells")


def first_layer_larger_than_the_picture(grounds: Grounds) -> Value:
    """Return the first layer whose receptive field has more pixels along a side than the picture."""
    side = grounds.summary.graph.spec.input_shape[0]
    return _first(record.node.id for record in grounds.summary.records if record.field.height.size > side)


def first_layer_that_covers(grounds: Grounds) -> Value:
    """Return the first layer of which some cell sees the whole picture."""
    maps = [record.node.id for record in grounds.summary.records if len(record.output_shape) > 1]
    return _first(layer for layer in maps if covering(grounds.summary, layer))


def first_block_that_sees_all(grounds: Grounds) -> Value:
    """Return the first block of which every cell sees the whole picture."""
    summary = grounds.summary
    return _first(
        block.name
        for block in summary.graph.blocks
        if covering(summary, block.out) == summary.record(block.out).output_shape[0]
    )


def _first(found: Iterable[str]) -> Value:
    name = next(iter(found), None)
    if name is None:
        raise SpecError(broken_rule("quantity", _("reached by some layer of this network"), _("none")))
    return Value(name, "place")


def smallest_input(grounds: Grounds) -> Value:
    """Return the side of the smallest square picture that reaches the classifier."""
    side = smallest_side(grounds.summary.graph.spec)
    if side is None:
        raise SpecError(broken_rule("input", _("reached by a picture within the limit"), _("none")))
    return Value(side, "px")
