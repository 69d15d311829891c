"""Weights for other libraries: safetensors under our names or torchvision's, HDF5 that Keras 3 loads."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.files import whole
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import BatchNorm, Conv, Dense
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.layouts.layout import block_index

Array = npt.NDArray[np.float32]
Arrays = Mapping[str, Array]

_BLOCK = re.compile(r"(res|bn)(\d)([a-z]+)_branch(1|2[abc])")
_STEM = {"conv1": "conv1", "bn_conv1": "bn1"}
_NORM = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
_KERNEL = {"kernel": "weight", "bias": "bias"}
_TURNED = {4: (3, 2, 0, 1), 2: (1, 0)}
# Keras 3 numbers a layer's arrays in this order.
_KERAS = {Conv: "conv2d", BatchNorm: "batch_normalization", Dense: "dense"}
_PLACES = {"kernel": 0, "bias": 1, "gamma": 0, "beta": 1, "moving_mean": 2, "moving_variance": 3}


def write_as(name: str, network: NetworkSummary, arrays: Arrays, path: Path, about: Mapping[str, str]) -> None:
    """Write a network's arrays for another library.

    Args:
        name: ``safetensors``, ``torchvision`` or ``keras-weights``.
        network: The network.
        arrays: All its arrays by ``layer/array``, in Keras's layout.
        path: The file.
        about: What the file says of itself, by key.

    Raises:
        ResNetVizError: If that library has no such network.
        OSError: If the disk does not take it.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "safetensors": lambda work: _write_safetensors(arrays, work, about),
        "torchvision": lambda work: _write_safetensors(
            torchvision_arrays(network, arrays), work, {**about, "format": "pt"}
        ),
        "keras-weights": lambda work: _write_keras(network, arrays, work, about),
    }
    with whole(path) as work:
        writers[name](work)


def torchvision_arrays(network: NetworkSummary, arrays: Arrays) -> dict[str, Array]:
    """Return a state dict under torchvision's names.

    Raises:
        ResNetVizError: If torchvision has no such network: one with biases, pre-activation or another head.
    """
    received = not_torchvisions(network)
    if received:
        advice = _("Such networks go by `--format safetensors`, under the names of this app.")
        rule = _("torchvision's kind: no bias in convolutions, BatchNorm behind them, one mean per channel")
        raise ResNetVizError(broken_rule("network", rule, received, advice))
    found = {}
    for name, array in arrays.items():
        layer, _slash, part = name.partition("/")
        names = _NORM if layer.startswith("bn") else _KERNEL
        axes = _TURNED.get(array.ndim, tuple(range(array.ndim)))
        found[f"{_torchvision_layer(layer)}.{names[part]}"] = np.ascontiguousarray(array.transpose(axes))
    return found


def not_torchvisions(network: NetworkSummary) -> str:
    """Return what of a network torchvision's have not; "" if they have all of it."""
    spec = network.graph.spec
    for name in expected_arrays(network):
        if name.endswith("_preact/gamma") or (name.endswith("/bias") and not name.startswith("fc")):
            return name
    return "" if spec.head == "global" and spec.use_batch_norm else spec.head


def _torchvision_layer(layer: str) -> str:
    """Return torchvision's name of a layer.

    >>> _torchvision_layer("res3b_branch2c"), _torchvision_layer("bn2a_branch1"), _torchvision_layer("fc1000")
    ('layer2.1.conv3', 'layer1.0.downsample.1', 'fc')
    """
    block = _BLOCK.fullmatch(layer)
    if not block:
        return _STEM.get(layer, "fc")
    kind, stage, letters, branch = block.groups()
    place = f"layer{int(stage) - 1}.{block_index(letters)}"
    if branch == "1":
        return f"{place}.downsample.{0 if kind == 'res' else 1}"
    return f"{place}.{'conv' if kind == 'res' else 'bn'}{'abc'.index(branch[1]) + 1}"


def _write_safetensors(arrays: Arrays, path: Path, about: Mapping[str, str]) -> None:
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path, dict(about))


def _write_keras(network: NetworkSummary, arrays: Arrays, path: Path, about: Mapping[str, str]) -> None:
    """Write `.weights.h5`: layers by class and number in the graph's order, which is that of a Keras model's layers."""
    import h5py

    counts: Counter[str] = Counter()
    with h5py.File(path, "w") as file:
        for key, text in about.items():
            file.attrs[key] = text
        for node in network.graph.nodes:
            kind = _KERAS.get(type(node.layer))
            if kind is None:
                continue
            number = counts[kind]
            counts[kind] += 1
            group = file.create_group(f"layers/{kind}_{number}/vars" if number else f"layers/{kind}/vars")
            group.attrs["name"] = node.id
            for array, place in _PLACES.items():
                if f"{node.id}/{array}" in arrays:
                    group[str(place)] = arrays[f"{node.id}/{array}"]
