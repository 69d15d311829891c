"""Layers and arrays of other libraries under our names. Only what is certain is renamed; the rest stays as it is."""

import re

from resnet_viz.spec.graph import block_letter

_BLOCK = re.compile(r"conv(\d+)_block(\d+)_(preact|[0-3])_(conv|bn)")
_SINGLE = {"conv1_conv": "conv1", "conv1_bn": "bn_conv1", "post_bn": "bn_final"}
_CLASSIFIERS = ("predictions", "probs")
# Keras 1 and 2 called the same arrays by other names.
_ARRAY_NAMES = {"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
# What libraries call layers and arrays that nobody named: a class, and a number that tells no place in the network.
_AUTOMATIC = re.compile(
    r"(?:conv(?:olution)?_?2d|(?:sync_)?batch_?norm(?:alization)?(?:_v1)?|dense|layer|variable|arr|param)(?:_\d+)?|\d+"
)


def own_name(name: str, shape: tuple[int, ...]) -> str:
    """Return our ``layer/array`` of an array.

    Args:
        name: As the file has it.
        shape: Of the array.

    >>> own_name("conv1_conv/kernel:0", (7, 7, 3, 64)), own_name("conv1/conv1_W:0", (7, 7, 3, 64))
    ('conv1/kernel', 'conv1/kernel')
    """
    layer, slash, array = name.rpartition("/")
    plain = array.partition(":")[0].removeprefix(f"{layer}_")
    return f"{own_layer(layer, shape)}{slash}{_ARRAY_NAMES.get(plain, plain)}"


def own_layer(name: str, shape: tuple[int, ...]) -> str:
    """Return our id of a layer of keras.applications' ResNets; other names as they are.

    Args:
        name: As the file has it.
        shape: Of one of its arrays; the last size names the classifier.

    >>> own_layer("conv2_block1_0_conv", (1, 1, 64, 256)), own_layer("conv3_block2_3_bn", (512,))
    ('res2a_branch1', 'bn3b_branch2c')
    >>> own_layer("predictions", (2048, 1000)), own_layer("res2a_branch1", (1, 1, 64, 256))
    ('fc1000', 'res2a_branch1')
    """
    if name in _CLASSIFIERS and shape:
        return f"fc{shape[-1]}"
    found = _BLOCK.fullmatch(name)
    if not found:
        return _SINGLE.get(name, name)
    stage, number, part, kind = found.groups()
    block = f"{stage}{block_letter(int(number) - 1)}"
    if part == "preact":
        return f"bn{block}_preact"
    place = "1" if part == "0" else f"2{'abc'[int(part) - 1]}"
    return f"{'res' if kind == 'conv' else 'bn'}{block}_branch{place}"


def is_automatic(name: str) -> bool:
    """Return whether a layer carries no name but its class's and a number.

    Such layers are never matched by their order in a file: HDF5 sorts `_10` before `_7`, many have equal shapes, and
    nothing would notice.

    >>> [is_automatic(name) for name in ("conv2d_7", "conv2d", "batch_normalization_12", "arr_0")]
    [True, True, True, True]
    >>> [is_automatic(name) for name in ("conv1", "res2a_branch1", "bn_conv1", "fc1000", "conv2_block1_0_conv")]
    [False, False, False, False, False]
    """
    return bool(_AUTOMATIC.fullmatch(name))
