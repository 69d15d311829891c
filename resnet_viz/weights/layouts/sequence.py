"""Blocks told by the order and the shapes of convolutions alone: for files that number their layers.

Files differ in where they put the projection of a block. Its shape tells it from the convolution beside it in nearly every
stage, but not in all, so a whole network is read in one order, and only the order that fits it throughout is right.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from resnet_viz.spec.layers import Shape

Order = Literal["last", "before_last", "first"]
"""Where the projection stands: behind the main path, before its last convolution (as Keras lists layers), or first."""

ORDERS: tuple[Order, ...] = ("last", "before_last", "first")
# More than any network that can be built here has.
_MOST = 1_100
_ENOUGH = 2


class Block(NamedTuple):
    """A block of a sequence.

    Attributes:
        main: Places of its main path's convolutions in the sequence.
        projection: Place of its projection; -1 for none.
    """

    main: tuple[int, ...]
    projection: int


def blocks_of(kernels: Sequence[Shape], channels: int, order: Order, *, per_block: int) -> list[list[Block]]:
    """Return the ways to read kernels ``(height, width, inputs, outputs)`` as blocks; two at most, then it is open.

    Args:
        kernels: In the file's order, without the stem's.
        channels: What the first block receives.
        order: Where projections stand.
        per_block: 3 or 2 convolutions on the main path.
    """
    if not 0 < len(kernels) <= _MOST:
        return []
    # From the end to the beginning; whatever block ends before a place gives the channels of the convolution before it.
    ways: dict[int, list[list[Block]]] = {len(kernels): [[]]}
    for at in range(len(kernels) - 1, -1, -1):
        received = kernels[at - 1][3] if at else channels
        blocks = (_block(at, order, per_block, projects=projects) for projects in (True, False))
        ways[at] = [
            [block, *rest]
            for block in blocks
            if _fits(kernels, block, received)
            for rest in ways[max(*block.main, block.projection) + 1]
        ][:_ENOUGH]
    return ways[0]


def _block(at: int, order: Order, per_block: int, *, projects: bool) -> Block:
    places = list(range(at, at + per_block + projects))
    if not projects:
        return Block(tuple(places), -1)
    projection = places.pop({"last": -1, "before_last": -2, "first": 0}[order])
    return Block(tuple(places), projection)


def _fits(kernels: Sequence[Shape], block: Block, channels: int) -> bool:
    if max(*block.main, block.projection) >= len(kernels):
        return False
    received = channels
    for place, index in enumerate(block.main):
        side, _width, inputs, outputs = kernels[index]
        is_pointwise = len(block.main) == 3 and place != 1
        if inputs != received or (side == 1) != is_pointwise:
            return False
        received = outputs
    return block.projection < 0 or kernels[block.projection] == (1, 1, channels, received)


def layer_ids(blocks: Sequence[Block], kernels: Sequence[Shape]) -> dict[int, tuple[int, int, str]]:
    """Return stage, block and branch of every convolution, by its place in the sequence.

    A stage begins where a block projects or gives another number of channels.
    """
    found: dict[int, tuple[int, int, str]] = {}
    stage, index, before = 1, 0, -1
    for block in blocks:
        out = kernels[block.main[-1]][3]
        if stage == 1 or block.projection >= 0 or out != before:
            stage, index = stage + 1, 0
        else:
            index += 1
        before = out
        for place, position in enumerate(block.main):
            found[position] = stage, index, f"2{'abc'[place]}"
        if block.projection >= 0:
            found[block.projection] = stage, index, "1"
    return found
