"""Weights files in the layouts that people have, made of any network and its arrays: by hand, as each library writes them.

Arrays come in Keras's layout by our ``layer/array``. Kernels are random, so a wrong order or a swapped pair shows in outputs.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import h5py
import numpy as np
from safetensors.numpy import save

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.spec import preset
from resnet_viz.spec.layers import BatchNorm, Conv, Dense
from resnet_viz.weights.fit import expected_arrays

Arrays = Mapping[str, np.ndarray]
_TORCH = {"kernel": "weight", "gamma": "weight", "beta": "bias", "moving_mean": "running_mean"}
_OLD = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
_PLACES = {"kernel": 0, "bias": 1, "gamma": 0, "beta": 1, "moving_mean": 2, "moving_variance": 3}


def random_arrays(summary: NetworkSummary, seed: int = 1) -> dict[str, np.ndarray]:
    """Return arrays with which a picture's logits differ, and neither vanish nor explode."""
    drawn = np.random.default_rng(seed)
    found = {}
    for name, shape in expected_arrays(summary).items():
        if name.endswith("/kernel"):
            values = drawn.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        elif name.endswith(("/gamma", "/moving_variance")):
            values = drawn.uniform(0.5, 1.5, shape)
        else:
            values = drawn.normal(0, 0.2, shape)
        found[name] = values.astype(np.float32)
    return found


def npz(arrays: Arrays) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def layers_in_order(summary: NetworkSummary) -> dict[str, list[str]]:
    """Return the ids of convolutions, norms and dense layers, each in the graph's order."""
    kinds = {"conv2d": Conv, "batch_normalization": BatchNorm, "dense": Dense}
    return {
        name: [node.id for node in summary.graph.nodes if isinstance(node.layer, kind)] for name, kind in kinds.items()
    }


def layers_as_keras_lists_them(summary: NetworkSummary) -> dict[str, list[str]]:
    """Return the same with projections before the last convolution of a block, as keras.applications' models have them."""
    found = layers_in_order(summary)
    for layers in found.values():
        for layer in [name for name in layers if name.endswith("_branch1")]:
            layers.remove(layer)
            layers.insert(layers.index(layer.replace("_branch1", "_branch2c")), layer)
    return found


@cache
def some_network(seed: int) -> dict[str, np.ndarray]:
    """Return all arrays of a small network under the names that one of the libraries gives them."""
    summary = network(replace(preset(("resnet18", "keras-v1", "v2", "course")[seed % 4], classes=6), width=0.05))
    own = random_arrays(summary)
    match seed // 4:
        case 0:
            return state_dict(own, torchvision, "module.")
        case 1:
            return state_dict(own, hugging_face)
        case 2:
            layer = numbered(summary, 7)
        case 3:
            layer = keras_applications
        case _:
            return own
    return {f"{layer(name.partition('/')[0])}/{name.partition('/')[2]}": array for name, array in own.items()}


# --- Keras ------------------------------------------------------------------------------------------------------------


def h5(
    arrays: Arrays,
    layer: Callable[[str], str] = str,
    *,
    path: str = "{layer}/{layer}/{array}:0",
    old: bool = False,
    optimizer: bool = False,
) -> bytes:
    """Return a legacy HDF5 file; `layer` renames layers, `path` says where an array lies."""
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        for name, array in arrays.items():
            own, _slash, part = name.partition("/")
            file[path.format(layer=layer(own), array=_OLD.get(part, part) if old else part)] = array
            if optimizer:
                file[f"optimizer_weights/adam/{own}_{part}_m:0"] = array
                file[f"optimizer_weights/adam/{own}_{part}_v:0"] = array
        if optimizer:
            file["optimizer_weights/adam/iteration:0"] = np.int64(7)
    return out.getvalue()


def keras_3(arrays: Arrays, classes: Mapping[str, list[str]], *, named: bool = True) -> bytes:
    """Return `.weights.h5`: layers by class and number, their names as an attribute where Keras is new enough."""
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        groups = {}
        for kind, layers in classes.items():
            groups |= {
                layer: f"layers/{kind}_{count}" if count else f"layers/{kind}" for count, layer in enumerate(layers)
            }
        for name, array in arrays.items():
            own, _slash, part = name.partition("/")
            group = file.require_group(f"{groups[own]}/vars")
            group[str(_PLACES[part])] = array
            if named:
                group.attrs["name"] = own
        file["layers/dropout/seed_generator/vars/0"] = np.zeros(2, np.uint32)
        file["optimizer/vars/0"] = np.int64(3)
        file["optimizer/vars/1"] = np.float32(0.1)
    return out.getvalue()


def keras_archive(weights: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", '{"module": "os", "class_name": "system"}')
        archive.writestr("model.weights.h5", weights)
    return out.getvalue()


def keras_applications(layer: str) -> str:
    """Return keras.applications' name of a layer; the weights-only file calls the classifier `probs`."""
    single = {"conv1": "conv1_conv", "bn_conv1": "conv1_bn", "bn_final": "post_bn"}
    block = re.fullmatch(r"(res|bn)(\d)([a-z]+)_(preact|branch(1|2[abc]))", layer)
    if not block:
        return single.get(layer, "probs")
    kind, stage, letters, place, branch = block.groups()
    name = f"conv{stage}_block{_index(letters) + 1}"
    if place == "preact":
        return f"{name}_preact_bn"
    return f"{name}_{'0' if branch == '1' else 'abc'.index(branch[1]) + 1}_{'conv' if kind == 'res' else 'bn'}"


def numbered(summary: NetworkSummary, first: int, *, keep: tuple[str, ...] = ("bn_conv1",)) -> Callable[[str], str]:
    """Return the course's 2021 names: every layer by class and number, but for a few."""
    names = {}
    for kind, layers in layers_in_order(summary).items():
        unnamed = [layer for layer in layers if layer not in keep and kind != "dense"]
        names |= {layer: f"{kind}_{first + count}" if first + count else kind for count, layer in enumerate(unnamed)}
    return lambda layer: names.get(layer, layer)


# --- PyTorch ----------------------------------------------------------------------------------------------------------


def torch_order(array: np.ndarray) -> np.ndarray:
    axes = {4: (3, 2, 0, 1), 2: (1, 0)}.get(array.ndim, (0,))
    return np.ascontiguousarray(array.transpose(axes))


def torch_axes(array: np.ndarray) -> tuple[int, ...]:
    return array.transpose({4: (3, 2, 0, 1), 2: (1, 0)}.get(array.ndim, (0,))).shape


def torchvision(layer: str, shortcut: str = "downsample", head: str = "fc") -> str:
    single = {"conv1": "conv1", "bn_conv1": "bn1"}
    block = re.fullmatch(r"(res|bn)(\d)([a-z]+)_branch(1|2[abc])", layer)
    if not block:
        return single.get(layer, head)
    kind, stage, letters, branch = block.groups()
    place = f"layer{int(stage) - 1}.{_index(letters)}"
    if branch == "1":
        return f"{place}.{shortcut}.{0 if kind == 'res' else 1}"
    return f"{place}.{'conv' if kind == 'res' else 'bn'}{'abc'.index(branch[1]) + 1}"


def hugging_face(layer: str) -> str:
    block = re.fullmatch(r"(res|bn)(\d)([a-z]+)_branch(1|2[abc])", layer)
    kind = "convolution" if layer.startswith(("res", "conv1")) else "normalization"
    if layer in ("conv1", "bn_conv1"):
        return f"resnet.embedder.embedder.{kind}"
    if not block:
        return "classifier.1"
    _kind, stage, letters, branch = block.groups()
    place = f"resnet.encoder.stages.{int(stage) - 2}.layers.{_index(letters)}"
    return f"{place}.shortcut.{kind}" if branch == "1" else f"{place}.layer.{'abc'.index(branch[1])}.{kind}"


def state_dict(
    arrays: Arrays, layer: Callable[[str], str], prefix: str = "", dtype: object = None, *, is_copied: bool = True
) -> dict[str, np.ndarray]:
    """Return a PyTorch state dict, with its counters."""
    found = {}
    for name, array in arrays.items():
        own, _slash, part = name.partition("/")
        turned = torch_order(array) if is_copied else np.broadcast_to(array.flat[0], torch_axes(array))
        key = _TORCH.get(part, part.replace("moving_variance", "running_var"))
        found[f"{prefix}{layer(own)}.{key}"] = turned.astype(dtype) if dtype else turned
        if part == "gamma":
            found[f"{prefix}{layer(own)}.num_batches_tracked"] = np.array(7)
    return found


def caffe2(layer: str, array: str) -> str:
    """Return Caffe2's name of an array."""
    block = re.fullmatch(r"(?:res|bn)(\d)([a-z]+)_branch(1|2[abc])", layer)
    stem = "pred" if layer.startswith("fc") else "res_conv1" if layer == "bn_conv1" else "conv1"
    name = f"res{block[1]}_{_index(block[2])}_branch{block[3]}" if block else stem
    parts = {
        "gamma": "bn_s",
        "beta": "bn_b",
        "moving_mean": "bn_rm",
        "moving_variance": "bn_riv",
        "kernel": "w",
        "bias": "b",
    }
    return f"gpu_0/{name}_{parts[array]}_0"


def safetensors(arrays: Arrays) -> bytes:
    return save(dict(arrays))


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("a") + 1
    return index - 1
