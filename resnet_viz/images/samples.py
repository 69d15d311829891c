"""The sample images that ship with the app."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from resnet_viz.errors import ImageError, broken_rule, did_you_mean
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import gettext as _

DEFAULT_SAMPLE = "cat"

_FOLDER = Path(__file__).parents[1] / "assets" / "samples"


class Sample(NamedTuple):
    """A file and the credit its licence asks for."""

    file: str
    credit: str


SAMPLES: dict[str, Sample] = {
    "cat": Sample("cat.jpg", "Stéfan van der Walt, CC0"),
    "coffee": Sample("coffee.jpg", "Rachel Michetti, CC0"),
    "astronaut": Sample("astronaut.jpg", "NASA, public domain"),
    "rocket": Sample("rocket.jpg", "SpaceX, public domain"),
    "flower": Sample("flower.jpg", "vultilion, CC BY 2.0"),
    "temple": Sample("temple.jpg", "danielbuechele, CC BY 2.0"),
    "bricks": Sample("bricks.jpg", "CC0Textures, CC0"),
    "shapes": Sample("shapes.png", "ResNet Viz"),
    "stripes": Sample("stripes.png", "ResNet Viz"),
    "dot": Sample("dot.png", "ResNet Viz"),
}

SHAPE_SAMPLES = ("shapes",)
"""Samples of the kind that the shipped weights were trained on."""


def sample_title(name: str) -> str:
    """Return what a sample shows, for a menu."""
    return {
        "cat": _("cat"),
        "coffee": _("coffee"),
        "astronaut": _("astronaut"),
        "rocket": _("rocket"),
        "flower": _("flower"),
        "temple": _("temple"),
        "bricks": _("bricks"),
        "shapes": _("shapes (drawn)"),
        "stripes": _("stripes (drawn)"),
        "dot": _("one dot (drawn)"),
    }[name]


@cache
def sample_picture(name: str) -> Picture:
    """Return a sample.

    Raises:
        ImageError: If there is none of that name.
    """
    if name not in SAMPLES:
        raise ImageError(broken_rule("image", _("a sample's name"), name, did_you_mean(name, SAMPLES)))
    return read_picture((_FOLDER / SAMPLES[name].file).read_bytes())
