"""The methods of explanation, their settings and what they give: all that a page or a terminal must know. No Keras."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import ExplanationError, SpecError, broken_rule, did_you_mean
from resnet_viz.messages import N_
from resnet_viz.messages import gettext as _
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import Shape
from resnet_viz.spec.reach import is_closed
from resnet_viz.spec.rules import whole_of

FloatArray = npt.NDArray[np.float32]

MAX_NUMBER = 1024
"""Largest number a setting takes: gradient steps in a worker that others wait for, pixels of a side."""


class Setting(NamedTuple):
    """One setting of a method: its default and the values a page offers."""

    default: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """A method of explanation.

    Attributes:
        name: Its key in links and on the command line.
        module: Which has `explain(asked)`; see `resnet_viz.attribution.asked`. It alone may import an engine.
        title: What it is called, marked for translation.
        question: How it finds out, in plain words, marked for translation.
        reference: The paper.
        passes: Forward passes that it takes, by its settings and the network's input.
        needs_keras: Whether it takes a backward pass that is not known in closed form, by network and layer.
        needs_node: Whether it looks at a layer's map, not at the picture.
        settings: By name.
        price: The setting that decides how many passes it takes, if one does.
    """

    name: str
    module: str
    title: str
    question: str
    reference: str
    passes: Callable[[Mapping[str, str], Shape], int]
    needs_keras: Callable[[LayerGraph, str], bool] = lambda _graph, _node: False
    needs_node: bool = False
    settings: Mapping[str, Setting] = field(default_factory=dict)
    price: str = ""


# Side of a picture, px, up to which a patch of occlusion's own size is no needle; a larger picture has larger ones.
_PATCH_SIDE_PX = 96
LARGEST_PATCH = 32
# Of a forward pass: a gradient costs as much as three.
_GRADIENT = 3


def patch_count(height: int, width: int, patch: int, stride: int) -> int:
    """Return how many patches `occlusion.patch_places` yields, without making them."""
    rows, columns = (1 + -(-max(0, length - patch) // stride) for length in (height, width))
    return rows * columns


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "occlusion",
            "resnet_viz.attribution.occlusion",
            title=N_("Occlusion"),
            question=N_("We cover one patch of the picture after the other, and watch how far the score falls."),
            reference="Zeiler and Fergus 2014, arXiv:1311.2901",
            passes=lambda own, shape: patch_count(shape[0], shape[1], int(own["patch"]), int(own["stride"])),
            price="stride",
            settings={
                "patch": Setting("8", ("4", "8", "16", "32")),
                "stride": Setting("4", ("2", "4", "8", "16")),
                "fill": Setting("mean", ("mean", "black", "grey")),
            },
        ),
        Method(
            "gradcam",
            "resnet_viz.attribution.grad_cam",
            title=N_("Grad-CAM"),
            question=N_(
                "We ask of every channel of one layer how much it pushes the score. The channels that push most count most in the map."
            ),
            reference="Selvaraju et al. 2017, arXiv:1610.02391",
            passes=lambda _own, _shape: 1 + _GRADIENT,
            needs_keras=lambda graph, node: not is_closed(graph, node),
            needs_node=True,
        ),
        Method(
            "integrated-gradients",
            "resnet_viz.attribution.integrated_gradients",
            title=N_("Integrated gradients"),
            question=N_(
                "We fade the picture in from black and add up how much each pixel pushes the score on the way."
            ),
            reference="Sundararajan, Taly, Yan 2017, arXiv:1703.01365",
            passes=lambda own, _shape: int(own["steps"]) * _GRADIENT,
            needs_keras=lambda _graph, _node: True,
            price="steps",
            settings={
                "baseline": Setting("black", ("black", "grey", "mean")),
                "steps": Setting("64", ("16", "64", "256")),
            },
        ),
    )
}


class AttributionRequest(NamedTuple):
    """Which explanation is asked for.

    Attributes:
        method: A name of `METHODS`.
        node: The layer, for methods that look at one.
        target: Number of the class.
        settings: Those that differ from the default.
    """

    method: str
    node: str
    target: int
    settings: Mapping[str, str]


def needs_keras(request: AttributionRequest, graph: LayerGraph) -> bool:
    """Return whether an explanation takes a backward pass: a gradient that is not known in closed form."""
    return method(request.method).needs_keras(graph, request.node)


def check_node(request: AttributionRequest, summary: NetworkSummary) -> None:
    """Refuse a layer that a method cannot look at, before an engine starts for it.

    Raises:
        ExplanationError: If the layer has no map, or comes too late for the score.
        UnknownLayerError: If there is none of that name.
    """
    if not method(request.method).needs_node:
        return
    if len(summary.record(request.node).output_shape) != 3 or not summary.graph.readers[request.node]:
        raise ExplanationError(broken_rule("node", _("a layer with a map, before the classifier"), request.node))


def method(name: str) -> Method:
    """Return a method.

    Raises:
        ExplanationError: If there is none of that name.
    """
    if name not in METHODS:
        raise ExplanationError(broken_rule("method", _("a known method"), name, did_you_mean(name, METHODS)))
    return METHODS[name]


def settings_of(name: str, changed: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of a method, with the changed ones checked.

    Raises:
        ExplanationError: If a setting is unknown, or a value breaks its rule.
    """
    known = method(name).settings
    for key, value in changed.items():
        if key not in known:
            raise ExplanationError(
                broken_rule("setting", _("a setting of {m}").format(m=name), key, did_you_mean(key, known))
            )
        _check_setting(key, known[key], value)
    return {key: changed.get(key, setting.default) for key, setting in known.items()}


def settings_at(name: str, changed: Mapping[str, str], side_px: int) -> dict[str, str]:
    """Return all settings of a method as a page starts it on a picture of that side; the terminal has `settings_of`.

    Raises:
        ExplanationError: As `settings_of`.
    """
    own = {}
    if name == "occlusion" and side_px > _PATCH_SIDE_PX:
        patch = min(LARGEST_PATCH, 2 ** round(math.log2(side_px / 8)))
        own = {"patch": str(patch), "stride": str(patch // 2)}
    return settings_of(name, own | dict(changed))


def _check_setting(name: str, setting: Setting, value: str) -> None:
    """Refuse a value that is neither offered nor, where numbers are, a whole number from 1 to `MAX_NUMBER`.

    Raises:
        ExplanationError: With the rule and the value.
    """
    if value in setting.values:
        return
    number = whole_of(value)
    if number is None or not 1 <= number <= MAX_NUMBER or whole_of(setting.default) is None:
        raise ExplanationError(broken_rule(name, _("one of its values"), value, did_you_mean(value, setting.values)))


def method_title(name: str) -> str:
    """Return what a method is called."""
    return _(METHODS[name].title)


def method_question(name: str) -> str:
    """Return how a method finds out, in plain words."""
    return _(METHODS[name].question)


def setting_title(name: str) -> str:
    """Return what a setting is called."""
    return {
        "baseline": _("Baseline"),
        "steps": _("Steps"),
        "patch": _("Patch, px"),
        "stride": _("Stride, px"),
        "fill": _("Covered with"),
    }[name]


def value_title(value: str) -> str:
    """Return what a setting's value is called."""
    return {"black": _("black"), "grey": _("grey"), "mean": _("mean")}.get(value, value)


def baseline_picture(picture: FloatArray, kind: str, black: FloatArray, white: FloatArray) -> FloatArray:
    """Return a picture of one colour, as the network receives it.

    Args:
        picture: float32 ``(height, width, channels)``, preprocessed.
        kind: ``black``, ``grey`` (half-way to white) or ``mean`` (the picture's own mean colour).
        black: The black picture, preprocessed.
        white: The white picture, preprocessed.
    """
    if kind == "mean":
        return np.broadcast_to(picture.mean(axis=(0, 1)), picture.shape).astype(np.float32)
    return black if kind == "black" else ((black + white) / 2).astype(np.float32)


def parse_target(text: str, classes: int) -> int | None:
    """Return a class by its number, or None for "" (the one that the network finds likeliest).

    Raises:
        SpecError: If there is no such class.
    """
    if not text:
        return None
    number = whole_of(text)
    if number is None or not 0 <= number < classes:
        raise SpecError(broken_rule("class", _("a number from 0 to {last}").format(last=classes - 1), text[:20]))
    return number
