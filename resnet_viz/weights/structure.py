"""What the names and shapes of arrays say of a network: blocks, filters, biases, norms, classifier."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resnet_viz.spec.layers import Shape
from resnet_viz.weights.layouts.layout import HEAD, block_index

_BLOCK = re.compile(r"(res|bn)(\d)([a-z]+)_(preact|branch(1|2[abc]))/(\w+)")
_BRANCHES = ("2a", "2b", "2c")

Filters = tuple[int, ...]


@dataclass(frozen=True)
class Structure:
    """A network as its arrays tell it; None or 0 where they say nothing.

    Attributes:
        channels: Of the picture.
        stem_filters: Kernels of the first convolution.
        stem_side: Their side.
        stem_bias: Whether it has a bias; None if that tells nothing.
        stem_norm: Whether a BatchNorm follows it.
        stages: Per stage, the filters of every block.
        per_block: Convolutions on the main path.
        kernel_size: Side of the kernels that are not 1×1.
        biases: Which convolutions have one, by the names of `spec.Bias`.
        projecting: Which blocks project, as (stage, index).
        projection_norm: Whether a BatchNorm follows the projections.
        is_pre_activated: Whether a BatchNorm stands before the blocks' first convolution.
        final_norm: Whether one stands behind the last block.
        has_norms: Whether there is any.
        head_inputs: What the classifier receives.
        classes: What it gives.
    """

    channels: int
    stem_filters: int
    stem_side: int
    stem_bias: bool | None
    stem_norm: bool
    stages: tuple[tuple[Filters, ...], ...]
    per_block: int
    kernel_size: int
    biases: Mapping[str, bool]
    projecting: frozenset[tuple[int, int]]
    projection_norm: bool
    is_pre_activated: bool
    final_norm: bool
    has_norms: bool
    head_inputs: int
    classes: int


@dataclass
class _Seen:
    """Arrays of blocks: kernels by (stage, index, branch), biases by branch, norms by branch."""

    kernels: dict[tuple[int, int, str], Shape]
    biases: Counter[str]
    norms: Counter[str]


def structure_of(shapes: Mapping[str, Shape]) -> Structure | None:
    """Return what arrays by our names and in Keras's layout say; None if they are too few to say it."""
    stem = shapes.get("conv1/kernel", ())
    seen = _seen(shapes)
    stages = _stages(seen)
    if len(stem) != 4 or not stages:
        return None
    per_block = len(stages[0][0])
    head = shapes.get(f"{HEAD}/kernel", ())
    wide = "2b" if per_block == 3 else "2a"
    branches = {"branch2a": "2a", "branch2b": "2b", "branch2c": "2c", "shortcut": "1"}
    present = Counter(branch for _stage, _index, branch in seen.kernels)
    return Structure(
        channels=stem[2],
        stem_filters=stem[3],
        stem_side=stem[0],
        stem_bias="conv1/bias" in shapes,
        stem_norm="bn_conv1/gamma" in shapes or "bn_conv1/moving_mean" in shapes,
        stages=stages,
        per_block=per_block,
        kernel_size=_most(shape[0] for (_s, _i, branch), shape in seen.kernels.items() if branch == wide),
        biases={name: 2 * seen.biases[own] > present[own] for name, own in branches.items() if present[own]},
        projecting=frozenset((stage, index) for stage, index, branch in seen.kernels if branch == "1"),
        projection_norm=2 * seen.norms["1"] > present["1"],
        is_pre_activated=seen.norms["preact"] > 0,
        final_norm=any(name.startswith("bn_final/") for name in shapes),
        has_norms=bool(seen.norms) or "bn_conv1/gamma" in shapes,
        head_inputs=head[0] if len(head) == 2 else 0,
        classes=head[1] if len(head) == 2 else 0,
    )


def _seen(shapes: Mapping[str, Shape]) -> _Seen:
    seen = _Seen({}, Counter(), Counter())
    for name, shape in shapes.items():
        found = _BLOCK.fullmatch(name)
        if not found:
            continue
        kind, stage, letters, place, branch, array = found.groups()
        index = block_index(letters)
        if index is None:
            continue
        if kind == "bn":
            seen.norms[branch or place] += array == "moving_variance"
        elif array == "kernel" and len(shape) == 4:
            seen.kernels[int(stage), index, branch] = shape
        elif array == "bias":
            seen.biases[branch] += 1
    return seen


def _stages(seen: _Seen) -> tuple[tuple[Filters, ...], ...]:
    """Return the filters of every block; of a block that lacks a kernel, those of most others in its stage."""
    places = {(stage, index) for stage, index, _branch in seen.kernels}
    numbers = sorted({stage for stage, _index in places})
    if not numbers or numbers != list(range(2, 2 + len(numbers))):
        return ()
    branches = _BRANCHES if any(branch == "2c" for _s, _i, branch in seen.kernels) else _BRANCHES[:2]
    stages = []
    for number in numbers:
        count = 1 + max(index for stage, index in places if stage == number)
        blocks = [
            tuple(seen.kernels.get((number, index, branch), (0,))[-1] for branch in branches) for index in range(count)
        ]
        usual = tuple(_most(block[at] for block in blocks if block[at]) for at in range(len(branches)))
        if not all(usual):
            return ()
        stages.append(tuple(tuple(own or most for own, most in zip(block, usual, strict=True)) for block in blocks))
    return tuple(stages)


def _most(values: Iterable[int]) -> int:
    """Return the value that occurs most often; 0 of none."""
    return next((value for value, _count in Counter(values).most_common(1)), 0)
