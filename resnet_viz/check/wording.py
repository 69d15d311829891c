"""Short words of the checker: layers, places, sizes, and the one way to say where."""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from resnet_viz.check.recorder import Step
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _

_KINDS = Titles(
    {
        "batch_norm": N_("BatchNorm"),
        "relu": N_("ReLU"),
        "max_pool": N_("Max-pooling"),
        "average_pool": N_("Average pooling"),
        "global_average_pool": N_("Global average pooling"),
        "global_max_pool": N_("Global max-pooling"),
        "flatten": N_("Flatten"),
        "softmax": N_("Softmax"),
        "input": N_("Input"),
        "add": N_("sum"),
        "concatenate": N_("Concatenate"),
        "dropout": N_("Dropout"),
    }
)


_NAMES = {
    "leakyrelu": "LeakyReLU",
    "leaky_relu": "LeakyReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "relu6": "ReLU6",
    **{kind: kind.title() for kind in ("multiply", "subtract", "average", "maximum")},
}
"""Kinds that are called alike in every language."""

_PLACES = Titles({"1": N_("the shortcut"), "add": N_("the sum"), "out": N_("the last ReLU")})


def layer_text(step: Step) -> str:
    """Return what a layer is, in a few words."""
    settings = step.settings
    match step.kind:
        case "conv":
            return _("{k} convolution").format(k=square(settings["kernel_size"]))
        case "padding":
            return _("padding by {n}").format(n=settings["size"])
        case "dense":
            return _("dense layer of {n}").format(n=settings["units"])
        case "block":
            return _("block {name}").format(name=step.place or step.name)
    return _KINDS.get(step.kind, _NAMES.get(step.kind, step.kind))


def box_lines(step: Step) -> list[str]:
    """Return what stands in a layer's box: what it is, and what it gives."""
    settings = step.settings
    first = layer_text(step)
    if step.kind == "conv":
        strides = settings["strides"]
        first = f"{square(settings['kernel_size'])}, {settings['filters']}" + (f", /{strides}" if strides != 1 else "")
    elif step.kind in ("max_pool", "average_pool"):
        first = f"{first} {square(settings['pool_size'])}, /{settings['strides']}"
    elif step.kind == "add":
        first = "+"
    same = [_("padded: same")] if settings.get("padding") == "same" and settings.get("kernel_size") != 1 else []
    return [first, *same, *([shape_text(step.shape)] if step.kind != "add" and step.shape else [])]


def shape_text(shape: Sequence[int] | None) -> str:
    """Return a shape as it is written on the pages; "?" if it is not known."""
    return "×".join(map(str, shape)) if shape else "?"


def map_text(shape: Sequence[int] | None) -> str:
    """Return the height and width of a shape alone."""
    return shape_text(shape[:2]) if shape else "?"


def square(value: Any) -> str:
    """Return a kernel's or a pool's sides.

    >>> square(3), square((3, 1))
    ('3×3', '3×1')
    """
    return "×".join(map(str, value)) if isinstance(value, tuple) else f"{value}×{value}"


def places_text(places: Sequence[str]) -> str:
    """Return places of a block as a sentence names them."""
    return joined([_PLACES.get(place, place) for place in places])


_CLOSE_UP = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A space that a sentence has for a Latin word, where a Chinese one was put in."""


def at_line(line: int | None, sentence: str) -> str:
    """Return a sentence with the line that it is about before it."""
    sentence = _CLOSE_UP.sub("", sentence)
    if line is None:
        return sentence[:1].upper() + sentence[1:]
    return joined((_("Line {n}").format(n=line), sentence), ": ")


def near(name: str, names: Iterable[str], alike: float = 0.75) -> str:
    """Return the name that a misspelt one is nearest to, or ""; capitals and underscores count least.

    >>> near("identity_blok", ["identity_block", "Add"]), near("conv2d", ["Conv2D"]), near("x", ["y"])
    ('identity_block', 'Conv2D', '')
    """
    plain: dict[str, list[str]] = {}
    for each in names:
        if each != name:
            plain.setdefault(each.lower().replace("_", ""), []).append(each)
    close = difflib.get_close_matches(name.lower().replace("_", ""), plain, n=1, cutoff=alike)
    return difflib.get_close_matches(name, plain[close[0]], n=1, cutoff=0)[0] if close else ""


def suggested(sentence: str, name: str) -> str:
    """Return a sentence with the name that may have been meant, if there is one."""
    meant = _("Did you mean `{name}`?").format(name=name) if name else ""
    return joined(filter(None, (sentence, meant)), " ")
