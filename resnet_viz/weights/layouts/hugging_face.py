"""Hugging Face's names: `resnet.encoder.stages.0.layers.0.layer.0.convolution.weight`."""

import re

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
from resnet_viz.weights.layouts.pytorch import PRESET_NAMES

_KIND = r"(convolution|normalization)\.(\w+)"
_STEM = re.compile(rf"embedder\.embedder\.{_KIND}")
_BLOCK = re.compile(rf"encoder\.stages\.(\d)\.layers\.(\d{{1,3}})\.(?:layer\.(\d)|(shortcut))\.{_KIND}")
_HEAD = re.compile(r"classifier\.1\.(\w+)")


def _assign(contents: Contents) -> Assignment:
    return by_names(contents, _place, PRESET_NAMES)


def _place(entry: Entry) -> Found | None:
    for shed, rest in suffixes(entry.name):
        known = _known(rest)
        if known:
            return shed, known
    return None


def _known(name: str) -> Place | None:
    stem, head, block = _STEM.fullmatch(name), _HEAD.fullmatch(name), _BLOCK.fullmatch(name)
    if stem:
        return torch_array("conv1" if stem[1] == "convolution" else "bn_conv1", stem[2])
    if head:
        return torch_array(HEAD, head[1])
    if not block:
        return None
    stage, index, place, shortcut, kind, array = block.groups()
    if not shortcut and place not in ("0", "1", "2"):
        return None
    branch = "1" if shortcut else f"2{'abc'[int(place)]}"
    return torch_array(block_id("res" if kind == "convolution" else "bn", int(stage) + 2, int(index), branch), array)


LAYOUT = Layout("hugging-face", _assign, order=3)
