"""Our own names, which are the course's, Keras's before 2.2.5 and Caffe's: `res2a_branch2a`, `bn_conv1`, `fc1000`."""

import re

from resnet_viz.weights.containers.contents import Contents
from resnet_viz.weights.layouts import keras
from resnet_viz.weights.layouts.layout import Assignment, Layout, block_id, block_index, by_names

_BLOCK = re.compile(r"(res|bn|scale)(\d)([a-z]{1,2}|b\d{1,3})_(preact|branch(1|2[abc]))")
_SINGLE = {"conv1": "conv1", "bn_conv1": "bn_conv1", "scale_conv1": "scale_conv1", "bn_final": "bn_final"}


def own_layer(name: str) -> str:
    """Return our id of a layer of such a name, "" of another.

    >>> own_layer("res4b22_branch2a"), own_layer("bn3b_branch2c"), own_layer("conv2d_7")
    ('res4w_branch2a', 'bn3b_branch2c', '')
    """
    found = _BLOCK.fullmatch(name)
    if not found:
        return _SINGLE.get(name, "")
    kind, stage, letters, place, branch = found.groups()
    index = block_index(letters)
    return "" if index is None else block_id(kind, int(stage), index, branch or place)


def _assign(contents: Contents) -> Assignment:
    return by_names(contents, lambda entry: keras.place(entry, own_layer))


LAYOUT = Layout("course", _assign, order=0)
