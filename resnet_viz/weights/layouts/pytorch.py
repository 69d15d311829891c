"""torchvision's and timm's names, and those of the common CIFAR networks: `layer1.0.conv1.weight`."""

import re

from resnet_viz.spec.presets import PRESETS
from resnet_viz.weights.containers.contents import Contents, Entry
from resnet_viz.weights.layouts.layout import (
    HEAD,
    Assignment,
    Found,
    Layout,
    Place,
    block_id,
    by_names,
    suffixes,
    torch_array,
)

_BLOCK = re.compile(r"layer(\d)\.(\d{1,3})\.(?:(conv|bn)(\d)|(?:downsample|shortcut)\.([01]))\.(\w+)")
_SINGLE = re.compile(r"(conv1|bn1|fc|linear|classifier|head\.fc|last_linear)\.(\w+)")
_STEM = {"conv1": "conv1", "bn1": "bn_conv1"}
PRESET_NAMES = (
    "torch-v1.5",
    "resnet18",
    "resnet34",
    *(name for name in PRESETS if name.startswith("cifar-") and "plain" not in name),
)
"""Networks that PyTorch's users have: no plain ones under names like these."""


def _assign(contents: Contents) -> Assignment:
    return by_names(contents, _place, PRESET_NAMES)


def _place(entry: Entry) -> Found | None:
    return next(((shed, known) for shed, rest in suffixes(entry.name) if (known := _known(rest))), None)


def _known(name: str) -> Place | None:
    single = _SINGLE.fullmatch(name)
    if single:
        return torch_array(_STEM.get(single[1], HEAD), single[2])
    block = _BLOCK.fullmatch(name)
    if not block:
        return None
    stage, index, kind, number, shortcut, array = block.groups()
    if shortcut:
        kind, branch = ("conv", "bn")[int(shortcut)], "1"
    elif number in ("1", "2", "3"):
        branch = f"2{'abc'[int(number) - 1]}"
    else:
        return None
    own = "res" if kind == "conv" else "bn"
    return torch_array(block_id(own, int(stage) + 1, int(index), branch), array)


LAYOUT = Layout("torch", _assign, order=2)
