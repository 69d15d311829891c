"""Untrusted picture bytes to 8-bit RGB, by a table that knows every mode; what was done to it is said in notes."""

import hashlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from resnet_viz.errors import DAMAGE, ImageError, broken_rule
from resnet_viz.messages import gettext as _

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MAX_BYTES = 20 * 10**6
MAX_PIXELS = 24 * 10**6
BACKGROUND = (255, 255, 255)
"""What shows through transparent pixels."""

# The header is checked here, against `MAX_PIXELS` and with a sentence of our own; Pillow's limit would come first.
Image.MAX_IMAGE_PIXELS = None

# Decoding takes up to 100 MB: two at once on a school laptop are two too many.
_one_decode = threading.Lock()

# ISO media brands that phones write and Pillow's safe formats do not include.
_FOREIGN = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"hevc": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}


@dataclass(frozen=True)
class Picture:
    """A picture as read.

    Attributes:
        rgb: 8-bit RGB, upright, without metadata.
        sha256: Of the bytes it was read from: its name in caches.
        notes: What was done on the way, one sentence each.
    """

    rgb: Image.Image
    sha256: str
    notes: tuple[str, ...]


def read_picture(data: bytes) -> Picture:
    """Return the picture in some bytes of unknown origin.

    JPEG above 24 megapixels is decoded at a half, a quarter or an eighth of its size, and a note says so.

    Raises:
        ImageError: If the bytes are too many, no picture of the six formats, damaged, or too large to decode.
    """
    if len(data) > MAX_BYTES:
        rule = _("at most {n} MB").format(n=MAX_BYTES // 10**6)
        raise ImageError(broken_rule("image", rule, f"{len(data) / 1e6:.1f} MB", _("Save it smaller, then try again.")))
    notes: list[str] = []
    with _one_decode, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about damage it survives; what it does not survive is raised
        try:
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                _shrink_or_refuse(image, notes)
                image.load()
                rgb = _upright_rgb(image, notes)
        except ImageError:
            raise
        except UnidentifiedImageError as error:
            raise ImageError(_unknown_format(data)) from error
        except DAMAGE as error:
            sentence = _("The image is damaged or incomplete ({reason}): open and save it again, then try once more.")
            raise ImageError(sentence.format(reason=str(error)[:80] or type(error).__name__)) from error
    return Picture(rgb, hashlib.sha256(data).hexdigest(), tuple(notes))


def _shrink_or_refuse(image: Image.Image, notes: list[str]) -> None:
    """Check the size the header declares before any pixel is decoded."""
    width, height = image.size
    if width * height <= MAX_PIXELS:
        return
    if image.format == "JPEG":
        factor = next((n for n in (2, 4, 8) if width * height <= MAX_PIXELS * n * n), None)
        if factor:
            image.draft("RGB", (width // factor, height // factor))
            notes.append(
                _("Read at 1/{n} of its size: {width}×{height} px is above {limit} megapixels.").format(
                    n=factor, width=width, height=height, limit=MAX_PIXELS // 10**6
                )
            )
            return
    rule = _("at most {n} megapixels").format(n=MAX_PIXELS // 10**6)
    raise ImageError(broken_rule("image", rule, f"{width}×{height} px", _("Scale it down, then try again.")))


def _upright_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(_("An animation or a stack: the first of its {n} frames is shown.").format(n=frames))
    convert = _CONVERT.get(image.mode)
    if convert is None:
        rule = _("in a colour mode that can be shown as RGB")
        raise ImageError(broken_rule("image", rule, image.mode, _("Save it as PNG or JPEG, then try again.")))
    rgb = convert(ImageOps.exif_transpose(image), notes)
    return Image.frombytes("RGB", rgb.size, rgb.tobytes())  # a new image: no metadata, no open file


def _plain(image: Image.Image, _notes: list[str]) -> Image.Image:
    return _over_background(image.convert("RGBA"), _notes) if "transparency" in image.info else image.convert("RGB")


def _over_background(image: Image.Image, notes: list[str]) -> Image.Image:
    rgba = image.convert("RGBA")
    if np.asarray(rgba.getchannel("A")).min() < 255:
        notes.append(_("Transparent pixels are shown over white."))
    ground = Image.new("RGBA", rgba.size, (*BACKGROUND, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _print_colors(image: Image.Image, notes: list[str]) -> Image.Image:
    notes.append(_("CMYK print colours were converted to RGB without a colour profile."))
    return image.convert("RGB")


def _sixteen_bit(image: Image.Image, notes: list[str]) -> Image.Image:
    """Scale 0 … 65,535 to 0 … 255; Pillow's own convert would clip everything above 255 to white."""
    notes.append(_("16-bit grey was scaled to 8 bit."))
    grey = np.asarray(image).astype(np.float64) / 257.0
    return Image.fromarray(grey.round().clip(0, 255).astype(np.uint8)).convert("RGB")


def _own_range(image: Image.Image, notes: list[str]) -> Image.Image:
    """Scale numbers of no agreed range (32-bit, float) from their own smallest to their largest value."""
    values = np.asarray(image).astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    notes.append(_("Grey values were scaled from {low:g} … {high:g} to 8 bit.").format(low=low, high=high))
    unit = np.nan_to_num((values - low) / (high - low or 1.0), nan=0.0, posinf=1.0, neginf=0.0)
    return Image.fromarray((unit * 255).round().clip(0, 255).astype(np.uint8)).convert("RGB")


_CONVERT: dict[str, Callable[[Image.Image, list[str]], Image.Image]] = {
    **dict.fromkeys(("1", "L", "RGB", "P", "YCbCr", "HSV", "LAB", "RGBX"), _plain),
    **dict.fromkeys(("LA", "RGBA", "PA", "La", "RGBa"), _over_background),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), _sixteen_bit),
    "CMYK": _print_colors,
    "I": _own_range,
    "F": _own_range,
}


def _unknown_format(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in _FOREIGN:
        return _("{format} is not read here: open the picture and save it as JPEG or PNG, then try again.").format(
            format=_FOREIGN[data[8:12]]
        )
    received = _("an empty file") if not data else _("other bytes")
    return broken_rule("image", _("a picture in {formats}").format(formats=", ".join(FORMATS)), received)
