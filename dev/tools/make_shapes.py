"""Draw the samples of one shape each again, with the generator that the shipped weights were trained on: python dev/tools/make_shapes.py."""

from PIL import Image

from resnet_viz.datasets.shapes import Style, shapes
from resnet_viz.images.samples import FOLDER, SAMPLES, SHAPES


def drawn() -> dict[str, Image.Image]:
    """Return the pictures by sample."""
    style = Style(SHAPES.size_px, SHAPES.difficulty, SHAPES.clutter)
    images, _labels = shapes(style, SHAPES.seed, list(SHAPES.indices.values()))
    return {name: Image.fromarray(image) for name, image in zip(SHAPES.indices, images, strict=True)}


if __name__ == "__main__":
    for name, image in drawn().items():
        image.save(FOLDER / SAMPLES[name].file, optimize=True)
