"""The sample images that ship with the app."""

from functools import cache
from typing import NamedTuple

from resnet_viz.errors import ImageError, broken_rule, did_you_mean
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS

DEFAULT_SAMPLE = "star"

FOLDER = ASSETS / "samples"


class Sample(NamedTuple):
    """A file and the credit its licence asks for."""

    file: str
    credit: str


class Series(NamedTuple):
    """The pictures of the training generator that ship: of its style and seed, one index a class.

    Attributes:
        size_px: Side of the pictures.
        difficulty: As the shipped weights were trained.
        clutter: As the shipped weights were trained.
        seed: One that no run uses.
        indices: By class, which is the sample's name too.
    """

    size_px: int
    difficulty: float
    clutter: int
    seed: int
    indices: dict[str, int]


SHAPES = Series(
    size_px=224,
    difficulty=0.6,
    clutter=5,
    seed=2**40,
    indices={"circle": 24, "cross": 55, "ring": 80, "square": 69, "star": 64, "triangle": 47},
)
"""Where the samples of one shape each come from; `dev/tools/make_shapes.py` writes them."""

SAMPLES: dict[str, Sample] = {
    **{name: Sample(f"{name}.png", "ResNet Viz") for name in SHAPES.indices},
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

DRAWINGS = (*SHAPES.indices, "shapes", "stripes", "dot")
"""Samples that are no photographs."""


sample_title = Titles(
    {
        "circle": N_("circle"),
        "cross": N_("cross"),
        "ring": N_("ring"),
        "square": N_("square"),
        "star": N_("star"),
        "triangle": N_("triangle"),
        "cat": N_("cat"),
        "coffee": N_("coffee"),
        "astronaut": N_("astronaut"),
        "rocket": N_("rocket"),
        "flower": N_("flower"),
        "temple": N_("temple"),
        "bricks": N_("bricks"),
        "shapes": N_("four shapes (drawn)"),
        "stripes": N_("stripes (drawn)"),
        "dot": N_("one dot (drawn)"),
    }
)
"""What a sample shows, for a menu."""


@cache
def sample_picture(name: str) -> Picture:
    """Return a sample.

    Raises:
        ImageError: If there is none of that name.
    """
    if name not in SAMPLES:
        raise ImageError(broken_rule("image", _("a sample's name"), name, did_you_mean(name, SAMPLES)))
    return read_picture((FOLDER / SAMPLES[name].file).read_bytes())
