"""Every colour mode to 8-bit RGB, by a table, in strips: a picture costs what its decoder and its pixels cost, once."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image, ImageFile

from resnet_viz.errors import ImageError, broken_rule
from resnet_viz.messages import gettext as _

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BACKGROUND = (255, 255, 255)
"""What shows through transparent pixels."""

_STRIP_PIXELS = 250_000

# Pillow gives a transparent grey as the file writes it, and the pixels spread over 0 … 255.
_SPREAD = {"L;2": 85, "L;4": 17}

# Pillow's own convert would clip everything above 255 to white.
_TO_8_BIT = [round(value / 257) for value in range(2**16)]


def to_rgb(image: Image.Image, notes: list[str], factor: int = 1) -> Image.Image:
    """Return a loaded picture as a new one in RGB without metadata, at 1/`factor` of its size, 1 or 2.

    Raises:
        ImageError: If its mode is none that can be shown.
    """
    convert = _CONVERT.get(image.mode)
    if convert is None:
        rule = _("in a colour mode that can be shown as RGB")
        raise ImageError(broken_rule("image", rule, image.mode, _("Save it as PNG or JPEG, then try again.")))
    if convert is _own_range:
        convert = partial(_own_range, ends=_ends(image))
    found: dict[str, None] = {}
    rgb = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top, strip in strips(image):
        part = convert(strip, found)
        rgb.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
    notes += found
    return rgb


def match_transparency(image: ImageFile.ImageFile) -> None:
    """Bring the transparent colour that a PNG names to the depth of the pixels as they will be loaded."""
    color, raw_mode = image.info.get("transparency"), str(image.tile[0].args) if image.tile else ""
    if isinstance(color, int) and raw_mode in _SPREAD:
        image.info["transparency"] = color * _SPREAD[raw_mode]
    elif isinstance(color, tuple) and ";16" in raw_mode:
        image.info["transparency"] = tuple(value >> 8 for value in color)


def strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Yield horizontal strips of bounded size, each with its top row, which is even."""
    rows = max(2, _STRIP_PIXELS // image.width // 2 * 2)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _plain(strip: Image.Image, notes: dict[str, None]) -> Image.Image:
    return _over_background(strip, notes) if "transparency" in strip.info else strip.convert("RGB")


def _over_background(strip: Image.Image, notes: dict[str, None]) -> Image.Image:
    rgba = strip.convert("RGBA")
    if rgba.getchannel("A").getextrema() != (255, 255):
        notes[_("Transparent pixels are shown over white.")] = None
    ground = Image.new("RGBA", rgba.size, (*BACKGROUND, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _print_colors(strip: Image.Image, notes: dict[str, None]) -> Image.Image:
    notes[_("CMYK print colours were converted to RGB without a colour profile.")] = None
    return strip.convert("RGB")


def _sixteen_bit(strip: Image.Image, notes: dict[str, None]) -> Image.Image:
    notes[_("16-bit grey was scaled to 8 bit.")] = None
    table, key = _TO_8_BIT, strip.info.get("transparency")
    values = strip.convert("I")
    grey = values.point(table, "L")
    if isinstance(key, int) and 0 <= key < len(table):
        mask = values.point([0] * key + [255] + [0] * (len(table) - key - 1), "L")
        if mask.getbbox():
            notes[_("Transparent pixels are shown over white.")] = None
            grey.paste(BACKGROUND[0], None, mask)
    return grey.convert("RGB")


def _ends(image: Image.Image) -> tuple[float, float]:
    """Return the smallest and largest finite value of a picture of numbers."""
    ends = []
    for _top, strip in strips(image):
        values = _numbers(strip)
        finite = values[abs(values) < float("inf")]
        if finite.size:
            ends.append((float(finite.min()), float(finite.max())))
    return (min(low for low, _high in ends), max(high for _low, high in ends)) if ends else (0.0, 0.0)


def _own_range(strip: Image.Image, notes: dict[str, None], ends: tuple[float, float] = (0.0, 0.0)) -> Image.Image:
    """Scale numbers of no agreed range (32-bit, float) from their own smallest to their largest value."""
    import numpy as np  # the process that reads one picture starts three times as fast without

    low, high = ends
    notes[_("Grey values were scaled from {low:g} … {high:g} to 8 bit.").format(low=low, high=high)] = None
    unit = np.nan_to_num((_numbers(strip) - low) / (high - low or 1.0), nan=0.0, posinf=1.0, neginf=0.0)
    return Image.fromarray((unit * 255).round().clip(0, 255).astype(np.uint8)).convert("RGB")


def _numbers(strip: Image.Image) -> "npt.NDArray[np.float64]":
    import numpy as np

    return np.asarray(strip).astype(np.float64)


_CONVERT: dict[str, Callable[[Image.Image, dict[str, None]], Image.Image]] = {
    **dict.fromkeys(("1", "L", "RGB", "P", "YCbCr", "HSV", "LAB", "RGBX"), _plain),
    **dict.fromkeys(("LA", "RGBA", "PA", "La", "RGBa"), _over_background),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), _sixteen_bit),
    "CMYK": _print_colors,
    "I": _own_range,
    "F": _own_range,
}
