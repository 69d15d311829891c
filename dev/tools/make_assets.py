"""Make the sample images and the icon again from packages that ship them: python dev/tools/make_assets.py SKLEARN_IMAGES.

Needs scikit-image installed, and the folder `sklearn/datasets/images` of an unpacked scikit-learn wheel.
"""

import sys
from pathlib import Path

import numpy as np
import skimage
from PIL import Image, ImageDraw

from resnet_viz.paths import ASSETS

SKIMAGE = Path(skimage.__file__).parent / "data"
SIDE = 384


def photograph(source: Path, name: str) -> None:
    """Save a photograph's centre square, small enough to ship."""
    with Image.open(source) as image:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        square = image.convert("RGB").crop((left, top, left + side, top + side))
    square.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(ASSETS / "samples" / f"{name}.jpg", quality=90)


def drawn(name: str, image: Image.Image) -> None:
    """Save a drawing without loss."""
    image.save(ASSETS / "samples" / f"{name}.png", optimize=True)


def shapes() -> Image.Image:
    """Return bright shapes on a dark ground, drawn large and reduced for soft edges."""
    big = Image.new("RGB", (4 * SIDE, 4 * SIDE), (28, 30, 38))
    pen, unit = ImageDraw.Draw(big), 4 * SIDE // 12
    pen.ellipse((unit, unit, 5 * unit, 5 * unit), fill=(230, 159, 0))
    pen.rectangle((7 * unit, unit, 11 * unit, 5 * unit), fill=(86, 180, 233))
    pen.polygon([(3 * unit, 7 * unit), (unit, 11 * unit), (5 * unit, 11 * unit)], fill=(0, 158, 115))
    pen.rectangle((8.3 * unit, 7 * unit, 9.7 * unit, 11 * unit), fill=(204, 121, 167))
    pen.rectangle((7 * unit, 8.3 * unit, 11 * unit, 9.7 * unit), fill=(204, 121, 167))
    return big.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def stripes() -> Image.Image:
    """Return gratings of four directions: what a first layer's edge kernels answer to."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    quarter = (y >= 0.5) * 2 + (x >= 0.5)
    phase = np.choose(quarter, [x, y, (x + y) / 2**0.5, (x - y) / 2**0.5])
    wave = 127.5 + 127.5 * np.sin(2 * np.pi * 16 * phase)
    return Image.fromarray(wave.astype(np.uint8)).convert("RGB")


def dot() -> Image.Image:
    """Return one bright square on black: how far it spreads is the receptive field, seen from the other side."""
    image = Image.new("RGB", (SIDE, SIDE), (0, 0, 0))
    half = SIDE // 32
    ImageDraw.Draw(image).rectangle(
        (SIDE // 2 - half, SIDE // 2 - half, SIDE // 2 + half, SIDE // 2 + half), fill="white"
    )
    return image


def icon() -> Image.Image:
    """Return the two paths that meet in the add."""
    big = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    pen = ImageDraw.Draw(big)
    pen.rounded_rectangle((8, 8, 504, 504), 96, fill=(18, 52, 86, 255))
    pen.line((200, 60, 200, 452), fill=(255, 255, 255, 255), width=24)
    pen.arc((110, 96, 420, 372), -90, 90, fill=(230, 159, 0, 255), width=24)
    pen.line((200, 108, 266, 108), fill=(230, 159, 0, 255), width=24)
    pen.line((200, 360, 266, 360), fill=(230, 159, 0, 255), width=24)
    pen.rounded_rectangle((120, 160, 280, 280), 20, fill=(86, 180, 233, 255))
    pen.ellipse((142, 302, 258, 418), fill=(213, 94, 0, 255), outline=(255, 255, 255, 255), width=10)
    pen.line((168, 360, 232, 360), fill="white", width=18)
    pen.line((200, 328, 200, 392), fill="white", width=18)
    return big.resize((128, 128), Image.Resampling.LANCZOS)


def main(sklearn_images: Path) -> None:
    """Write every asset."""
    for source, name in (("chelsea.png", "cat"), ("coffee.png", "coffee"), ("astronaut.png", "astronaut")):
        photograph(SKIMAGE / source, name)
    photograph(SKIMAGE / "rocket.jpg", "rocket")
    photograph(SKIMAGE / "brick.png", "bricks")
    photograph(sklearn_images / "china.jpg", "temple")
    photograph(sklearn_images / "flower.jpg", "flower")
    for name, image in (("shapes", shapes()), ("stripes", stripes()), ("dot", dot())):
        drawn(name, image)
    icon().save(ASSETS / "icon.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
