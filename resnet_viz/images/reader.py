"""Untrusted picture bytes to 8-bit RGB; notes name what was done on the way. No NumPy but for pictures of numbers.

What the header declares is checked before any pixel is decoded. Decoders may still be made to walk or to take memory:
what a visitor sends is read in a process of its own (`resnet_viz.images.sandboxed`).
"""

import contextlib
import hashlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from resnet_viz.errors import DAMAGE, ImageError, broken_rule
from resnet_viz.images.modes import match_transparency, to_rgb
from resnet_viz.messages import gettext as _

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
SUFFIXES = ("png", "jpg", "jpeg", "jfif", "jpe", "webp", "bmp", "gif", "tif", "tiff")
"""How files of these formats are named; what a file is, its bytes decide."""

MAX_BYTES = 20 * 10**6
MAX_PIXELS = 24 * 10**6
MAX_SIDE_PX = 65_535
KEPT_PIXELS = 12_500_000
"""The 12 megapixels of a phone stay whole; a larger picture is kept at a half, a quarter or an eighth of its size."""

# Reading at a part of the size spares a JPEG's pixels, but not the walk over its bytes and blocks.
_MAX_JPEG_PIXELS = 16 * MAX_PIXELS
# All coefficients of a progressive JPEG are in memory at once, two bytes each, at whatever size it is read.
_MAX_COEFFICIENTS = 60 * 10**6
# WebP's decoder takes 16 bytes a pixel: two canvases, a copy and the picture.
_MAX_WEBP_PIXELS = 8 * 10**6
# Pillow turns a TIFF upright while it loads it, which takes the picture twice.
_MAX_TURNED_TIFF_PIXELS = 18 * 10**6
# A pass over a JPEG costs time for every pixel even where it brings no byte: 150 KB can ask for a thousand passes.
_MAX_SCANNED_PIXELS = 2 * 10**9
_SCAN = b"\xff\xda"
# Pillow's walk over a PNG costs 3 µs and 150 bytes a chunk: 20 MB of empty ones would take 5 s. Real ones hold 4 KB and more.
_MAX_CHUNKS = 50_000
_PNG = b"\x89PNG\r\n\x1a\n"

# Pillow asserts where a file of several pictures contradicts itself.
_DAMAGE: tuple[type[Exception], ...] = (*DAMAGE, AssertionError)

# The header is checked here, with sentences of our own; Pillow's limit would come first.
Image.MAX_IMAGE_PIXELS = None

# Decoding takes up to 150 MB: two at once on a school laptop are two too many.
_one_decode = threading.Lock()

# ISO media brands that phones write and Pillow's safe formats do not include.
_FOREIGN = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"hevc": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}

# How EXIF's orientations are undone.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A picture as read.

    Attributes:
        decoded: Gives `rgb`; what was read before may have to be decoded anew.
        sha256: Of the bytes it was read from: its name in caches.
        notes: What was done on the way, one sentence each.
    """

    decoded: Callable[[], Image.Image]
    sha256: str
    notes: tuple[str, ...]

    @property
    def rgb(self) -> Image.Image:
        """8-bit RGB, upright, without metadata, of at most `KEPT_PIXELS`; what is made of it is worth keeping."""
        return self.decoded()


def read_picture(data: bytes) -> Picture:
    """Return the picture in some bytes of unknown origin.

    What is above 12.5 megapixels is read smaller, and a note says so.

    Raises:
        ImageError: If the bytes are too many, no picture of the six formats, damaged, or too large to decode.
    """
    check_size(data)
    _check_chunks(data)
    notes: list[str] = []
    with _one_decode, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about damage it survives; what it does not survive is raised
        try:
            rgb = _upright_rgb(data, notes)
        except ImageError:
            raise
        except UnidentifiedImageError as error:
            raise ImageError(_unknown_format(data)) from error
        except _DAMAGE as error:
            raise ImageError(_damaged(str(error)[:80] or type(error).__name__)) from error
    return Picture(lambda: rgb, hashlib.sha256(data).hexdigest(), tuple(notes))


def check_size(data: bytes) -> None:
    """Check that bytes are not too many to look at.

    Raises:
        ImageError: If they are.
    """
    if len(data) > MAX_BYTES:
        rule = _("at most {n} MB").format(n=MAX_BYTES // 10**6)
        raise ImageError(broken_rule("image", rule, f"{len(data) / 1e6:.1f} MB", _("Save it smaller, then try again.")))


def _check_chunks(data: bytes) -> None:
    place, count = len(_PNG), 0
    while data.startswith(_PNG) and place < len(data) and count <= _MAX_CHUNKS:
        place += 12 + int.from_bytes(data[place : place + 4], "big")
        count += 1
    if count > _MAX_CHUNKS:
        rule = _("a PNG of at most {n} chunks").format(n=_MAX_CHUNKS)
        raise ImageError(
            broken_rule("image", rule, f"> {_MAX_CHUNKS}", _("Open and save it again, then try once more."))
        )


def _damaged(reason: str) -> str:
    """Return the sentence about bytes that no decoder takes."""
    sentence = _("The image is damaged or incomplete ({reason}): open and save it again, then try once more.")
    return sentence.format(reason=reason)


def _upright_rgb(data: bytes, notes: list[str]) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        _check_declared(image, data)
        _read_smaller(image, notes)
        match_transparency(image)
        is_deep = not image.mode.startswith("I") and bool(image.tile) and ";16" in str(image.tile[0].args)
        # Pillow turns a TIFF while it loads it and forgets how; a PNG may tell only behind its pixels.
        turn = _orientation(image) if image.format == "TIFF" else 1
        image.load()
        turn = max(turn, _orientation(image))
        turned = image.format == "TIFF"
        _say_what_is_left_out(image, notes)
        if is_deep:
            notes.append(_("16-bit colours were brought to 8 bit."))
        factor = 2 if image.width * image.height > KEPT_PIXELS else 1
        if factor > 1:
            notes.append(_smaller(factor, image.size))
        rgb = to_rgb(image, notes, factor)
    if turn not in _TURNS:
        return rgb
    notes.append(_("It was turned upright, as its orientation says."))
    return rgb if turned else rgb.transpose(_TURNS[turn])


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return EXIF's orientation, 1 … 8; a picture whose metadata are damaged is shown as it lies."""
    with contextlib.suppress(*_DAMAGE):
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _check_declared(image: ImageFile.ImageFile, data: bytes) -> None:
    """Check the size the header declares, and what decoding it would ask for, before any pixel is decoded."""
    width, height = image.size
    received, advice = f"{width}×{height} px", _("Scale it down, then try again.")
    if max(width, height) > MAX_SIDE_PX:
        rule = _("at most {n} px wide and high").format(n=MAX_SIDE_PX)
        raise ImageError(broken_rule("image", rule, received, advice))
    most = MAX_PIXELS
    if _is_jpeg(image):
        most = _MAX_JPEG_PIXELS
        if image.info.get("progressive"):
            samples = [across * down for _id, across, down, _table in getattr(image, "layer", ())] or [1]
            most = min(MAX_PIXELS, _MAX_COEFFICIENTS * max(samples) // sum(samples))
    elif image.format == "WEBP":
        most = _MAX_WEBP_PIXELS
    elif image.format == "TIFF" and _orientation(image) in _TURNS:
        most = _MAX_TURNED_TIFF_PIXELS
    if width * height > most:
        rule = _("at most {n} megapixels").format(n=most // 10**6)
        raise ImageError(broken_rule("image", rule, received, advice))
    scans = data.count(_SCAN) if _is_jpeg(image) else 1
    if scans * width * height > _MAX_SCANNED_PIXELS:
        rule = _("a JPEG in at most {n} passes").format(n=_MAX_SCANNED_PIXELS // (width * height))
        raise ImageError(broken_rule("image", rule, scans, _("Open and save it again, then try once more.")))


def _is_jpeg(image: ImageFile.ImageFile) -> bool:
    return image.format in ("JPEG", "MPO")  # MPO: a JPEG that holds several pictures, as phones save them


def _read_smaller(image: ImageFile.ImageFile, notes: list[str]) -> None:
    """Have a large JPEG decoded at a part of its size, which spares the pixels."""
    width, height = image.size
    if not _is_jpeg(image) or width * height <= KEPT_PIXELS:
        return
    factor = next(n for n in (2, 4, 8) if width * height <= KEPT_PIXELS * n * n)
    image.draft("RGB", (width // factor, height // factor))
    notes.append(_smaller(factor, (width, height)))


def _smaller(factor: int, size: tuple[int, int]) -> str:
    return _("Read at 1/{n} of its size: {width}×{height} px is above {limit:g} megapixels.").format(
        n=factor, width=size[0], height=size[1], limit=KEPT_PIXELS / 10**6
    )


def _say_what_is_left_out(image: ImageFile.ImageFile, notes: list[str]) -> None:
    # How many frames there are is not asked: GIF and TIFF would be walked to their end for it.
    if not getattr(image, "is_animated", False):
        return
    if image.format == "MPO":
        notes.append(_("The file holds several pictures, as phones and 3D cameras save them: the first is shown."))
    else:
        notes.append(_("An animation or a stack: its first frame is shown."))


def _unknown_format(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in _FOREIGN:
        return _("{format} is not read here: open the picture and save it as JPEG or PNG, then try again.").format(
            format=_FOREIGN[data[8:12]]
        )
    received = _("an empty file") if not data else _("other bytes")
    return broken_rule("image", _("a picture in {formats}").format(formats=", ".join(FORMATS)), received)
