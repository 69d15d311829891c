"""Which arrays a network has, and why: the shipped ones, a random start, a visitor's file, ImageNet's, a run's."""

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal, NamedTuple, Protocol

from resnet_viz.analysis import network
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.weights.catalogue import Card, cards, shapes_of
from resnet_viz.weights.content import Content, content_of
from resnet_viz.weights.fit import Fit, fit
from resnet_viz.weights.imagenet import ImageNetFile, class_names, file_for
from resnet_viz.weights.store import PLACES, WeightsFile

SHIPPED, RANDOM, FILE, IMAGENET, RUN = "shapes", "random", PLACES[0], "imagenet", "run"
SOURCES = (SHIPPED, RANDOM, *PLACES, IMAGENET)
"""The shipped ones where they fit, the network's own random start, a visitor's files, ImageNet's. A run's are
`run.ID.NETWORK`."""
_OF_RUN = re.compile(rf"{RUN}\.[A-Za-z0-9_-]{{4,24}}\.[^./]{{1,40}}")

LearnedFrom = Literal["shapes", "photos", "other", ""]
"""What pictures weights were learned from; "" if nobody knows."""


class Trained(NamedTuple):
    """What a run has learned.

    Attributes:
        file: The arrays.
        made_for: The network they were learned in.
        classes: Names of its classes, in the order of the outputs.
        learned_from: What pictures they were learned from.
    """

    file: WeightsFile
    made_for: ResNetSpec
    classes: tuple[str, ...]
    learned_from: LearnedFrom


class WeightsStores(Protocol):
    """Where weights lie that do not ship."""

    def own_weights(self, place: str) -> WeightsFile | None:
        """Return the visitor's own file in one of `PLACES`, if there is one."""

    def imagenet(self, file: ImageNetFile) -> WeightsFile | None:
        """Return our copy of a published file, if it was fetched."""

    def trained(self, run_id: str, name: str) -> Trained | None:
        """Return what a run has made of one of its networks, if it is there."""


@dataclass(frozen=True)
class Weights:
    """The weights behind the pages: arrays and how they fit, or neither for random ones.

    Attributes:
        file: The arrays.
        fit: How they fit the network.
        card: What is known of them, if they ship.
        imagenet: The published file they come from, if they are ImageNet's.
        made_for: The network they were learned in, if anybody knows.
        classes: What its classes are called, if anybody knows.
        assumes_classes: Whether those names are ImageNet's, which nothing in the file says.
        learned_from: What pictures they were learned from.
    """

    file: WeightsFile | None = None
    fit: Fit | None = None
    card: Card | None = None
    imagenet: ImageNetFile | None = None
    made_for: ResNetSpec | None = None
    classes: tuple[str, ...] = ()
    assumes_classes: bool = False
    learned_from: LearnedFrom = ""

    @property
    def normalisation(self) -> str:
        """The preprocessing these weights were trained with, or "" if nobody knows or cares."""
        source = self.card or self.imagenet or (self.file.about if self.file else None)
        return source.normalisation if source else ""

    @property
    def key(self) -> str:
        """What tells these weights from others beside the specification: the sha256 of the arrays' file."""
        return self.content.sha256 if self.content else ""

    @cached_property
    def content(self) -> Content | None:
        """The bytes of the arrays' file as they are now; None for random weights."""
        if self.file is None:
            return None
        try:
            return content_of(self.file.path)
        except OSError:  # its owner deleted it a moment ago: whoever reads it says so
            return Content(self.file.path, "gone")

    @property
    def random_layers(self) -> tuple[str, ...]:
        """Layers that keep at least one array of their random start."""
        return self.fit.random_layers if self.fit else ()

    @property
    def has_chance(self) -> bool:
        """Whether any layer keeps its random start."""
        return self.file is None or (bool(self.random_layers) and not self.refusal)

    @property
    def refusal(self) -> str:
        """Why nothing of these weights fits the network; "" if anything does."""
        return self.fit.refusal() if self.fit else ""


def is_source(text: str) -> bool:
    """Whether a text names a choice of weights; a run may be gone all the same."""
    return text in SOURCES or bool(_OF_RUN.fullmatch(text) and text.isprintable())


def weights_for(source: str, spec: ResNetSpec, stores: WeightsStores) -> Weights:
    """Return the weights that a choice comes to on a network; random ones where it has nothing for it."""
    kind, _dot, rest = source.partition(".")
    if kind == SHIPPED:
        return _shipped(spec)
    if kind == IMAGENET:
        return _imagenet(spec, stores)
    if kind == RUN:
        found = stores.trained(*rest.split(".", 1))
        if found is None:
            return Weights()
        return Weights(
            found.file,
            _fit(spec, found.file),
            made_for=found.made_for,
            classes=found.classes,
            learned_from=found.learned_from,
        )
    file = stores.own_weights(kind) if kind in PLACES else None
    return _own(spec, file) if file else Weights()


def fits_shipped(spec: ResNetSpec) -> bool:
    """Whether shipped weights fill a network as it is."""
    return any(_fit_of(spec, card).is_complete for card in cards().values())


def _fit(spec: ResNetSpec, file: WeightsFile) -> Fit:
    return fit(network(spec), file.shapes)


def _own(spec: ResNetSpec, file: WeightsFile) -> Weights:
    """Return a visitor's weights; a network published for ImageNet with as many classes is taken to have its classes."""
    found = _fit(spec, file)
    is_imagenets = file.about is not None and file.about.has_imagenet_classes
    return Weights(file, found, classes=class_names() if is_imagenets else (), assumes_classes=is_imagenets)


def _shipped(spec: ResNetSpec) -> Weights:
    """Return the shipped weights where all but the classifier fits; another network has its random start instead."""
    for card in cards().values():
        found = _fit_of(spec, card)
        if all(layer.startswith("fc") for layer in found.random_layers):
            file = WeightsFile(card.name, card.path, card.sha256, shapes_of(card.path))
            return Weights(file, found, card, made_for=_network_of(card), classes=card.classes, learned_from="shapes")
    return Weights()


@cache
def _network_of(card: Card) -> ResNetSpec:
    height, width, channels = card.input_shape
    return preset(card.preset, input_shape=(height, width, channels), classes=len(card.classes))


@lru_cache(maxsize=128)
def _fit_of(spec: ResNetSpec, card: Card) -> Fit:
    """Return how shipped weights fit a network: every page of every visitor asks."""
    return fit(network(spec), shapes_of(card.path))


def _imagenet(spec: ResNetSpec, stores: WeightsStores) -> Weights:
    """Return ImageNet's weights where all but the classifier fits and the file is here."""
    file = file_for(spec)
    arrays = stores.imagenet(file) if file else None
    if file is None or arrays is None:
        return Weights()
    made_for = preset(file.preset)
    return Weights(
        arrays, _fit(spec, arrays), imagenet=file, made_for=made_for, classes=class_names(), learned_from="photos"
    )
