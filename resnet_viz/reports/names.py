"""What weights and classes are called."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.spec import ResNetSpec
from resnet_viz.viz.words import class_name
from resnet_viz.weights.catalogue import Card
from resnet_viz.weights.choice import Weights

FloatArray = npt.NDArray[np.float32]


def card_text(card: Card) -> str:
    """Return what shipped weights are called."""
    return {"course-shapes": _("trained on shapes")}.get(card.name, card.name)


def weights_text(weights: Weights, spec: ResNetSpec, shown: Callable[[str], str] = str) -> str:
    """Return what the weights are, in the words every panel and every file uses.

    Args:
        weights: The weights.
        spec: The network that has them.
        shown: Makes a name that a person chose fit to be shown where the text will stand.
    """
    if weights.file is None:
        return random_text(spec)
    own = card_text(weights.card) if weights.card else weights.file.name
    name = own if weights.card or weights.imagenet else shown(own)
    if weights.refusal:
        return _("{name}, of which nothing fits").format(name=name)
    layers = weights.random_layers
    if not layers:
        return name
    count = ngettext("{n} layer random", "{n} layers random", len(layers)).format(n=len(layers))
    return _("{what}, {detail}").format(what=name, detail=count)


def random_text(spec: ResNetSpec) -> str:
    """Return how random weights came about."""
    if spec.seed_policy == "same":
        return _("random, seed {n}").format(n=spec.seed)
    return _("random, a seed per layer from {n}").format(n=spec.seed)


def class_names(weights: Weights, classes: int) -> list[str]:
    """Return what the classes are called: the weights' own names, else numbers."""
    if len(weights.classes) == classes:
        return [class_name(name) for name in weights.classes]
    return [_("class {n}").format(n=n) for n in range(classes)]


def assumed_text(weights: Weights, classes: int) -> str:
    """Return that the classes' names are taken to be ImageNet's; "" where their own names are known, or none."""
    return _("names of ImageNet, assumed") if weights.assumes_classes and len(weights.classes) == classes else ""


def prediction_text(weights: Weights, shares: FloatArray) -> str:
    """Return the three likeliest classes in a line, from probabilities ``(classes,)``."""
    names, assumed = class_names(weights, len(shares)), assumed_text(weights, len(shares))
    likeliest = np.argsort(-shares, kind="stable")[:3]
    listed = joined(f"{names[place]} {shares[place]:.1%}" for place in likeliest)
    return joined(filter(None, (_("prediction: {list}").format(list=listed), assumed)), "; ")


def softmax(logits: FloatArray) -> FloatArray:
    """Return the probabilities of logits ``(classes,)``."""
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum(), np.float32)
