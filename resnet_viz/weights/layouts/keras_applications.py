"""keras.applications' names since Keras 2.2.5: `conv2_block1_0_conv`, of which 0 is the projection."""

import re

from resnet_viz.weights.containers.contents import Contents
from resnet_viz.weights.layouts import keras
from resnet_viz.weights.layouts.layout import Assignment, Layout, block_id, by_names

_BLOCK = re.compile(r"conv(\d)_block(\d{1,3})_(?:(preact)_bn|([0-3])_(conv|bn))")
_SINGLE = {"conv1_conv": "conv1", "conv1_bn": "bn_conv1", "post_bn": "bn_final"}


def own_layer(name: str) -> str:
    """Return our id of a layer of such a name, "" of another.

    >>> own_layer("conv2_block1_0_conv"), own_layer("conv3_block2_3_bn"), own_layer("conv1")
    ('res2a_branch1', 'bn3b_branch2c', '')
    """
    found = _BLOCK.fullmatch(name)
    if not found:
        return _SINGLE.get(name, "")
    stage, number, preact, part, kind = found.groups()
    branch = preact or ("1" if part == "0" else f"2{'abc'[int(part) - 1]}")
    return block_id("res" if kind == "conv" else "bn", int(stage), int(number) - 1, branch)


def _assign(contents: Contents) -> Assignment:
    presets = ("keras-v1", "keras-v1-101", "keras-v1-152", "v2")
    return by_names(contents, lambda entry: keras.place(entry, own_layer), presets)


LAYOUT = Layout("keras-applications", _assign, order=1)
