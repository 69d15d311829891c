"""The specification's own constructors, with its names and arguments.

Each makes a LayerGraph and walks it, so a block made here is the block that the pages draw and count.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.model.build import apply_graph, build_model
from resnet_viz.spec import PRESETS, Stage, preset
from resnet_viz.spec.graph import build_block_graph


def identity_block(x: Any, f: int, filters: Sequence[int], stage: int, block: str) -> Any:
    """Return ReLU(F(x) + x), where F squeezes, convolves f×f and widens again.

    Args:
        x: Tensor ``(batch, height, width, channels)``; channels must equal the last of `filters`.
        f: Side of the middle kernel.
        filters: ``(F1, F2, F3)``.
        stage: Number for the names, as in ``res3b_branch2a``.
        block: Letter for the names.

    Returns:
        Tensor of the same shape as `x`.

    Raises:
        SpecError: If the shortcut cannot be added, or a value breaks its rule.
    """
    if tuple(filters)[-1:] != (x.shape[-1],):
        advice = _(
            "An identity shortcut adds a block's input to its output: use a convolution block to change channels."
        )
        rule = _("three numbers ending in the input's channels, {n}").format(n=x.shape[-1])
        raise SpecError(broken_rule("filters", rule, tuple(filters), advice))
    return _block(x, f, filters, stage, block, projects=False, strides=1)


def convolution_block(x: Any, f: int, filters: Sequence[int], stage: int, block: str, s: int = 2) -> Any:
    """Return ReLU(F(x) + projection(x)), both with stride s.

    Deviation: the specification writes seed 0 for the identity block only; here the convolution block follows it.

    Args:
        x: Tensor ``(batch, height, width, channels)``.
        f: Side of the middle kernel.
        filters: ``(F1, F2, F3)``.
        stage: Number for the names.
        block: Letter for the names.
        s: Stride of the first convolution and of the shortcut's.

    Returns:
        Tensor ``(batch, ⌈height / s⌉, ⌈width / s⌉, F3)``.

    Raises:
        SpecError: If a value breaks its rule.
    """
    return _block(x, f, filters, stage, block, projects=True, strides=s)


def ResNet50(input_shape: tuple[int, int, int] = (64, 64, 3), classes: int = 6) -> keras.Model:
    """Return the course's ResNet50 (the specification's source spells it `RestNet50()` in places).

    Raises:
        SpecError: If the picture is smaller than 37×37 px, or a value breaks its rule.
    """
    height, width, channels = input_shape
    return build_model(preset("course", input_shape=(height, width, channels), classes=classes), name="ResNet50")


def _block(x: Any, f: int, filters: Sequence[int], stage: int, block: str, *, projects: bool, strides: int) -> Any:
    sizes = tuple(filters)
    height, width, channels = (size or 1 for size in x.shape[1:])
    spec = replace(
        PRESETS["course"],
        input_shape=(height, width, channels),
        stages=(Stage(blocks=1, convolution_filters=sizes, identity_filters=sizes, strides=strides),),
        kernel_size=f,
    )
    graph = build_block_graph(spec, stage, block, projects=projects, strides=strides)
    return apply_graph(graph, x)[graph.blocks[0].out]
