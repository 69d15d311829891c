"""Caffe2's names: `gpu_0/res2_0_branch2a_w_0`, BatchNorm's apart by `_bn_s_0`, `_b_0`, `_rm_0` and `_riv_0`, a variance."""

import re

from resnet_viz.weights.containers.contents import Contents, Entry
from resnet_viz.weights.layouts.layout import HEAD, Assignment, Found, Layout, Place, block_id, by_names

_BLOB = re.compile(
    r"(?:(.*)/)?(?:(conv1|pred|res_conv1)|res(\d)_(\d{1,3})_branch(1|2[abc]))_(w|b|bn_(?:s|b|rm|riv))(?:_\d+)?"
)
_NORM = {"bn_s": "gamma", "bn_b": "beta", "bn_rm": "moving_mean", "bn_riv": "moving_variance"}
_KERNEL = {"w": "kernel", "b": "bias"}


def _assign(contents: Contents) -> Assignment:
    return by_names(contents, _place)


def _place(entry: Entry) -> Found | None:
    found = _BLOB.fullmatch(entry.name)
    if not found:
        return None
    shed, single, stage, index, branch, array = found.groups()
    is_norm = array in _NORM
    if single:
        layer = HEAD if single == "pred" else "bn_conv1" if is_norm else "conv1"
    else:
        layer = block_id("bn" if is_norm else "res", int(stage), int(index), branch)
    return shed or "", Place(layer, (_NORM if is_norm else _KERNEL)[array], is_turned=True)


LAYOUT = Layout("caffe2", _assign, assumed=("stride_on",), order=4)
