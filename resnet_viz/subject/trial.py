"""One network shown one picture: what all pages share of a subject, and what it comes to.

Everything is worked out when it is first asked for, and once: a page makes one trial a run and hands it on.
"""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.images.preprocess import (
    NORMALISATIONS,
    Normalisation,
    Preparation,
    plain_input,
    png_of,
    resized,
    values_of,
)
from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import DEFAULT_SAMPLE, sample_picture
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.surgery import NO_SURGERY, Surgery
from resnet_viz.subject.subject import UPLOAD, Subject
from resnet_viz.weights.choice import Weights, WeightsStores, weights_for

FloatArray = npt.NDArray[np.float32]


class Arrays(Protocol):
    """Keeps arrays that others may need too."""

    def find(self, key: tuple[str, ...]) -> npt.NDArray[Any] | None:
        """Return the array of that key, or None."""

    def keep(self, key: tuple[str, ...], array: npt.NDArray[Any]) -> None:
        """Keep an array, read-only from now on."""


class Stores(WeightsStores, Protocol):
    """What a link names and does not hold: a visitor's own files, runs; and arrays that were computed before."""

    @property
    def arrays(self) -> Arrays:
        """Where prepared pictures are kept, as `Trial.rgb` and `Trial.input` return them."""

    def own_picture(self) -> Picture | None:
        """Return the visitor's own picture, if there is one."""


@dataclass(frozen=True)
class Trial:
    """A network, its weights, what was done to it, and the picture it is shown.

    Attributes:
        preset: Where the network started.
        spec: The network.
        source: Which weights it is to have, as `Subject.weights` says it.
        surgery: What was done to it.
        image: Which picture it is shown, as `Subject.image` says it.
        preparation: How that becomes what it receives.
        stores: Where weights and picture are found.
        before: The trial that this one was made of: what still holds is asked of it.
    """

    preset: str
    spec: ResNetSpec
    source: str
    surgery: Surgery
    image: str
    preparation: Preparation
    stores: Stores = field(repr=False, compare=False)
    before: Self | None = field(default=None, repr=False, compare=False)

    @property
    def summary(self) -> NetworkSummary:
        """The account of the network."""
        return network(self.spec)

    @cached_property
    def weights(self) -> Weights:
        """The weights it has; a link to somebody's own file has random ones for others."""
        if self.before and (self.before.source, self.before.spec) == (self.source, self.spec):
            return self.before.weights
        return weights_for(self.source, self.spec, self.stores)

    @cached_property
    def own_picture(self) -> Picture | None:
        """The visitor's own picture, if it is the one to be shown and is here."""
        if self.before and self.before.image == self.image:
            return self.before.own_picture
        return self.stores.own_picture() if self.image == UPLOAD else None

    @property
    def lacks_picture(self) -> bool:
        """Whether the picture is not here: it is somebody else's, or was forgotten."""
        return self.image == UPLOAD and self.own_picture is None

    @property
    def picture(self) -> Picture:
        """The picture it is shown; the first sample in place of one that is not here."""
        return self.own_picture or sample_picture(DEFAULT_SAMPLE if self.image == UPLOAD else self.image)

    @cached_property
    def key(self) -> str:
        """What tells this picture's maps from all others: network, weights, surgery, picture, preparation."""
        return "/".join((_spec_key(self.spec), self.weights.key, self.surgery.to_text(), *self._image_key))

    @property
    def name(self) -> str:
        """Twelve digits that stand for network, weights, picture and preparation, for file names."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:12]

    @cached_property
    def rgb(self) -> npt.NDArray[np.uint8]:
        """The picture at the network's size, uint8 ``(height, width, 3)``, before its pixels become values."""
        height, width = self.spec.input_shape[:2]
        how, key = self.preparation, ("rgb", *self._rgb_key)
        found = self.stores.arrays.find(key)
        if found is None:
            found = np.asarray(resized(self.picture.rgb, height, width, how.resize, how.interpolation))
            self.stores.arrays.keep(key, found)
        return found

    @cached_property
    def png(self) -> bytes:
        """`rgb` as a file: Streamlit would write one anew at every run of a page, with a loss."""
        key = ("png", *self._rgb_key)
        found = self.stores.arrays.find(key)
        if found is None:
            found = np.frombuffer(png_of(self.rgb), np.uint8)
            self.stores.arrays.keep(key, found)
        return found.tobytes()

    @cached_property
    def input(self) -> FloatArray:
        """The picture as the network receives it: float32 ``(height, width, channels)``, after the normalisation."""
        key = ("input", *self._image_key)
        found = self.stores.arrays.find(key)
        if found is None:
            found = values_of(Image.fromarray(self.rgb), self.spec.input_shape[2], self.normalisation)
            self.stores.arrays.keep(key, found)
        return found

    @cached_property
    def with_plain(self) -> dict[str, FloatArray]:
        """``picture``, ``black`` and ``white``: float32 ``(height, width, channels)``, all prepared alike."""
        ends = {
            name: plain_input(pixel, self.spec.input_shape, self.normalisation)
            for name, pixel in (("black", 0), ("white", 255))
        }
        return {"picture": self.input, **ends}

    @property
    def normalisation(self) -> Normalisation:
        """How pixels become values."""
        return NORMALISATIONS[self.preparation.normalisation]

    @property
    def whole(self) -> Self:
        """The same with nothing done to the network."""
        return self.having(surgery=NO_SURGERY)

    def beside(self, other: str) -> Self:
        """Return what stands beside it: ``image:NAME``, ``weights:NAME`` with their pixels, or ``surgery:none``."""
        kind, _colon, name = other.partition(":")
        if kind == "image":
            return self.having(image=name)
        if kind == "surgery":
            return self.whole
        found = self.having(source=name)
        wanted = found.weights.normalisation
        return found.having(preparation=replace(self.preparation, normalisation=wanted)) if wanted else found

    def having(self, **parts: Any) -> Self:
        """Return another trial, which shares what both have in common."""
        return replace(self, before=self, **parts)

    @property
    def _rgb_key(self) -> tuple[str, ...]:
        how, (height, width, _channels) = self.preparation, self.spec.input_shape
        return self.picture.sha256, f"{height}x{width}", how.resize, how.interpolation

    @property
    def _image_key(self) -> tuple[str, ...]:
        how, shape = self.preparation, "x".join(map(str, self.spec.input_shape))
        return self.picture.sha256, shape, how.resize, how.interpolation, how.normalisation


def trial_of(subject: Subject, stores: Stores) -> Trial:
    """Return what a subject comes to, with what is in these stores."""
    own = subject
    return Trial(own.preset, own.spec, own.weights, own.surgery, own.image, own.preparation, stores)


@lru_cache(maxsize=64)
def _spec_key(spec: ResNetSpec) -> str:
    return hashlib.sha256(spec.to_json(indent=None).encode()).hexdigest()
