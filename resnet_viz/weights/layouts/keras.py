"""What Keras's layouts share: from a path of groups to the layer that it names and to one of its arrays."""

import re
from collections.abc import Callable

from resnet_viz.spec.rules import whole_of
from resnet_viz.weights.containers.contents import Entry
from resnet_viz.weights.layouts.layout import HEAD, Found, Place, torch_array

# Keras 1 and 2 called the same arrays by other names; `running_std` holds a variance in spite of its name.
_OLD = {"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
_OWN = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
# Keras 3 numbers a layer's arrays; its groups are called by the layer's class.
_BY_CLASS = {
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "conv2d": ("kernel", "bias"),
    "dense": ("kernel", "bias"),
}
_AGAIN = re.compile(r"_\d+$")
_CLASSIFIERS = re.compile(r"fc\d*|predictions|probs|dense(?:_\d+)?")
AUTOMATIC = re.compile(r"(conv2d|convolution2d|batch_?normalization(?:_v1)?|dense)(?:_(\d+))?")
"""What Keras calls a layer that nobody named: its class, and a number from its second on."""


def place(entry: Entry, own_layer: Callable[[str], str]) -> Found | None:
    """Return where an array belongs, by the outermost group that names a layer.

    Args:
        entry: The array.
        own_layer: Our id of a layer, or "" of a name that the layout does not know.
    """
    parts = parts_of(entry)
    for count, part in enumerate(parts[:-1]):
        found = _layer(part, own_layer)
        if found and all(inner.startswith(part) or inner == "vars" for inner in parts[count + 1 : -1]):
            known = array_of(entry, part, found)
            return ("/".join(parts[:count]), known) if known else None
    return None


def parts_of(entry: Entry) -> list[str]:
    """Return the parts of an array's path; a name without slashes is parted at its dots."""
    parts = entry.name.split("/") if "/" in entry.name else entry.name.rsplit(".", 1)
    if entry.layer and len(parts) > 2:
        return [*parts[:-3], entry.layer, *parts[-2:]]
    return parts


def array_of(entry: Entry, written: str, layer: str) -> Place | None:
    """Return one of a layer's arrays.

    Args:
        entry: The array.
        written: The layer as the file calls it.
        layer: Our id.
    """
    last = re.split(r"[/.]", entry.name)[-1]
    number = whole_of(last)
    if number is not None:
        return _numbered(entry, number, layer)
    name = last.partition(":")[0]
    for scope in (written, *entry.name.split("/")[-2:-1]):
        name = name.removeprefix(f"{scope}_")
    name = name if name in _OLD or name in _OWN else _AGAIN.sub("", name)
    name = _OLD.get(name, name)
    if name in _OWN:
        return Place(layer, name)
    return torch_array(layer, name)


def _numbered(entry: Entry, number: int, layer: str) -> Place | None:
    group = entry.name.split("/")[-3] if entry.name.count("/") >= 2 else ""
    names = _BY_CLASS.get(_AGAIN.sub("", group))
    if names is None:
        names = _BY_CLASS["batch_normalization" if layer.startswith("bn") else "conv2d"]
    return Place(layer, names[number]) if number < len(names) else None


def _layer(part: str, own_layer: Callable[[str], str]) -> str:
    for name in (part, _AGAIN.sub("", part)):
        found = HEAD if _CLASSIFIERS.fullmatch(name) else own_layer(name)
        if found:
            return found
    return ""
