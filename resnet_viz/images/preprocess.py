"""From a picture to the numbers a network receives: part of the subject, shown and exported with it."""

from dataclasses import dataclass
from io import BytesIO
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.messages import N_, Titles

FloatArray = npt.NDArray[np.float32]

RESIZES = ("crop", "squash", "letterbox")
Resize = Literal["crop", "squash", "letterbox"]

# All but nearest are antialiased when they shrink, as Pillow does it; TensorFlow's and OpenCV's defaults are not.
INTERPOLATIONS: dict[str, Image.Resampling] = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "area": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}

# Longer side by shorter side, from where on a picture is scaled along one side and then along the other.
_STRIP = 3
# What scaling along the rows has to spare for it to come first.
_MUCH = 6
# How many times its size in the frame a strip is long, from where on a box filter comes first.
_THREAD = 64
# By how much the longer side of a picture sticks out of the frame that it covers, from where on it is cut before.
_LONG = 2.5


@dataclass(frozen=True, kw_only=True)
class Normalisation:
    """How pixels become values: (pixel · scale − mean) / std per channel, after ordering the channels.

    Attributes:
        name: Its key in `NORMALISATIONS`.
        order: RGB, or BGR as Caffe's networks were trained.
        scale: Multiplies a pixel of 0 … 255.
        mean: Per channel, in `order`.
        std: Per channel, in `order`.
    """

    name: str
    order: Literal["RGB", "BGR"] = "RGB"
    scale: float = 1 / 255
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def formula(self) -> str:
        """Return what is done to a pixel, in a line."""
        scale = "x" if self.scale == 1 else f"x / {1 / self.scale:g}"
        mean = "" if not any(self.mean) else " − " + "/".join(f"{value:g}" for value in self.mean)
        std = "" if set(self.std) == {1.0} else " ÷ " + "/".join(f"{value:g}" for value in self.std)
        return f"{self.order}, {scale}{mean}{std}"


NORMALISATIONS: dict[str, Normalisation] = {
    item.name: item
    for item in (
        Normalisation(name="unit"),
        # What keras.applications asks for in its ResNet V2 family.
        Normalisation(name="signed", scale=1 / 127.5, mean=(1.0, 1.0, 1.0)),
        # What keras.applications asks for in its ResNet family: Caffe's order and ImageNet's means.
        Normalisation(name="caffe", order="BGR", scale=1.0, mean=(103.939, 116.779, 123.68)),
        # The common PyTorch recipe for ImageNet
        Normalisation(name="torch", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    )
}


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes what a network receives.

    Attributes:
        resize: How it is brought to the network's size: a name of `RESIZES`.
        interpolation: By which weighting of its pixels: a name of `INTERPOLATIONS`.
        normalisation: How its pixels become values: a name of `NORMALISATIONS`.
    """

    resize: Resize = "crop"
    interpolation: str = "bilinear"
    normalisation: str = "unit"


LOAD_IMG = "load_img"
"""Keras's own way to load a picture at a size, unless it is told otherwise: `FITTINGS` says what it comes to."""
FITTINGS: dict[str, tuple[Resize, str]] = {LOAD_IMG: ("squash", "nearest")}
"""Ways to fit a picture that have a name: how it is brought to size, and by which weighting of its pixels."""


def fitting_name(resize: Resize, interpolation: str) -> str:
    """Return what a way to fit a picture is called: by its name if it has one, else the rule that brings it to size."""
    return next((name for name, how in FITTINGS.items() if how == (resize, interpolation)), resize)


def named_fitting(name: str, interpolation: str) -> tuple[Resize, str]:
    """Return the rule and the weighting that a way to fit a picture stands for.

    Args:
        name: A name of `FITTINGS`, or of `RESIZES`.
        interpolation: The weighting where the name says none.
    """
    return FITTINGS[name] if name in FITTINGS else (cast("Resize", name), interpolation)


normalisation_title = Titles(
    {
        "unit": N_("0 … 1"),
        "signed": N_("−1 … 1"),
        "caffe": N_("ImageNet means (Caffe, Keras v1)"),
        "torch": N_("ImageNet mean and deviation (PyTorch)"),
    }
)
"""A normalisation's name for a menu, with its formula."""


normalisation_name = Titles(
    {"unit": N_("0 … 1"), "signed": N_("−1 … 1"), "caffe": N_("Caffe means"), "torch": N_("PyTorch means")}
)
"""A normalisation's name in a line of others."""


resize_title = Titles(
    {
        "crop": N_("centre crop"),
        "squash": N_("squash"),
        "letterbox": N_("letterbox"),
        LOAD_IMG: N_("load_img (Keras)"),
    }
)
"""A way to fit a picture for a menu."""


interpolation_title = Titles(
    {"bilinear": N_("bilinear"), "bicubic": N_("bicubic"), "area": N_("area"), "nearest": N_("nearest")}
)
"""An interpolation's name for a menu."""


def png_of(rgb: npt.NDArray[np.uint8]) -> bytes:
    """Return a picture uint8 ``(height, width, 3)`` as a PNG file."""
    out = BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return out.getvalue()


def resized(rgb: Image.Image, height: int, width: int, resize: Resize, interpolation: str = "bilinear") -> Image.Image:
    """Return the picture at the network's size, px: cut to shape, squeezed, or framed in black.

    `interpolation` is a key of `INTERPOLATIONS`.
    """
    method = INTERPOLATIONS[interpolation]
    if resize == "squash":
        return _scaled(rgb, (width, height), method)
    fit = max if resize == "crop" else min
    factor = fit(width / rgb.width, height / rgb.height)
    size = max(1, round(rgb.width * factor)), max(1, round(rgb.height * factor))
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    if max(size[0] / width, size[1] / height) > _LONG:
        # Cut, then scaled: 1×60,000 px scaled to cover the frame would be gigabytes. Only strips: Pillow takes a box in
        # single precision, which tips "area" and "nearest" over where a pixel's centre lies on an edge.
        x_px, y_px = rgb.width / size[0], rgb.height / size[1]
        box = (-left * x_px, -top * y_px, min((width - left) * x_px, rgb.width), min((height - top) * y_px, rgb.height))
        return rgb.resize((width, height), method, box=box)
    canvas = Image.new("RGB", (width, height))
    canvas.paste(_scaled(rgb, size, method), (left, top))
    return canvas


def _scaled(rgb: Image.Image, size: tuple[int, int], method: Image.Resampling) -> Image.Image:
    """Return the whole picture at ``(width, height)``, without a detour over anything nearly as large as itself."""
    if max(rgb.size) <= _STRIP * min(rgb.size) or method == Image.Resampling.NEAREST:
        return rgb.resize(size, method)
    # The weights for a very long side would be as large as the picture: a box filter leaves eight times the size first.
    is_long = max(rgb.width / size[0], rgb.height / size[1]) > _THREAD
    gap = 8.0 if is_long else None
    if rgb.height > rgb.width:
        # Along the rows first is quicker, but a narrow strip would grow by it; Pillow's own choice differs by version.
        rows_first = not is_long and rgb.width > _MUCH * size[0]
        rgb = rgb.resize((size[0], rgb.height) if rows_first else (rgb.width, size[1]), method, reducing_gap=gap)
    return rgb.resize(size, method, reducing_gap=gap)


def as_input(
    rgb: Image.Image,
    input_shape: tuple[int, int, int],
    resize: Resize,
    normalisation: Normalisation,
    interpolation: str = "bilinear",
) -> FloatArray:
    """Return float32 ``(height, width, channels)`` as the network receives it."""
    height, width, channels = input_shape
    return values_of(resized(rgb, height, width, resize, interpolation), channels, normalisation)


def values_of(fitted: Image.Image, channels: int, normalisation: Normalisation) -> FloatArray:
    """Return the values of a picture that has the network's size.

    Deviation: a network of one channel gets the luma (ITU-R 601, as Pillow's "L"), any other number of channels the
    colours repeated in turn; the means of those follow the same turn.
    """
    if channels == 1:
        grey = np.asarray(fitted.convert("L"), np.float32)[..., np.newaxis]
        mean, std = np.mean(normalisation.mean), np.mean(normalisation.std)
        return np.asarray((grey * np.float32(normalisation.scale) - mean) / std, np.float32)
    pixels = np.asarray(fitted, np.float32)
    ordered = pixels[..., ::-1] if normalisation.order == "BGR" else pixels
    values = (ordered * np.float32(normalisation.scale) - normalisation.mean) / normalisation.std
    return np.ascontiguousarray(values[..., np.arange(channels) % 3], np.float32)


def plain_input(pixel: int, input_shape: tuple[int, int, int], normalisation: Normalisation) -> FloatArray:
    """Return a picture of one grey, 0 … 255, as the network receives it: the ends of explanations."""
    rgb = Image.new("RGB", (input_shape[1], input_shape[0]), (pixel, pixel, pixel))
    return as_input(rgb, input_shape, "squash", normalisation)
