"""Layers of other libraries under our names. Only what is certain is renamed; the rest stays as it is."""

import re

from resnet_viz.spec.graph import block_letter

_BLOCK = re.compile(r"conv(\d+)_block(\d+)_(preact|[0-3])_(conv|bn)")
_SINGLE = {"conv1_conv": "conv1", "conv1_bn": "bn_conv1", "post_bn": "bn_final"}
_CLASSIFIERS = ("predictions", "probs")


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
