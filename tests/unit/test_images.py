"""Pictures: every mode to RGB by table, limits before decoding, nothing but a sentence on bad bytes."""

import io
import mmap
import os
import random
import struct
import sys
import time
import zlib
from collections import Counter
from functools import partial

import numpy as np
import pytest
from PIL import Image

from dev.tools.make_shapes import drawn
from resnet_viz.datasets.shapes import CLASSES
from resnet_viz.errors import ImageError
from resnet_viz.images import reader
from resnet_viz.images.reader import read_picture
from resnet_viz.images.samples import SAMPLES, SHAPES, sample_picture
from tests.cost import Worst
from tests.unit.mutations import mutated_picture


def encoded(image: Image.Image, picture_format: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, picture_format, **options)
    return out.getvalue()


def rgb_of(data: bytes) -> np.ndarray:
    return np.asarray(read_picture(data).rgb)


# --- Modes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_the_six_formats_are_read(picture_format):
    image = Image.new("RGB", (8, 6), (200, 40, 90))
    pixels = rgb_of(encoded(image, picture_format))
    assert pixels.shape == (6, 8, 3)
    assert np.abs(pixels.astype(int) - (200, 40, 90)).max() <= 6


def test_sixteen_bit_grey_is_scaled_and_not_clipped():
    ramp = np.linspace(0, 65_535, 16).astype(np.uint16)[np.newaxis]
    data = encoded(Image.fromarray(ramp))
    picture = read_picture(data)
    np.testing.assert_allclose(np.asarray(picture.rgb)[0, :, 0], ramp[0] / 257, atol=0.5)
    assert "16-bit" in picture.notes[0]


def png(width: int, height: int, depth: int, color: int, row: bytes, trns: bytes = b"") -> bytes:
    """Return a PNG of equal rows; Pillow writes neither 16-bit colours nor what is transparent among them."""
    rows = zlib.compress((b"\0" + row) * height)
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    parts = [(b"IHDR", head), *([(b"tRNS", trns)] if trns else []), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def tiff(values: np.ndarray) -> bytes:
    """Return a TIFF of 16-bit colours ``(height, width, 3)``, in the byte order of its numbers; Pillow writes none."""
    order, pixels = ("<" if values.dtype.str[0] == "<" else ">"), values.tobytes()
    head = 8 + len(pixels)
    numbers = [(256, 3, values.shape[1]), (257, 3, values.shape[0]), (258, 3, head), (262, 3, 2), (273, 4, 8)]
    numbers += [(277, 3, 3), (278, 3, values.shape[0]), (279, 4, len(pixels))]
    entries = b""
    for tag, kind, value in numbers:
        count = 3 if tag == 258 else 1
        entries += struct.pack(f"{order}HHI", tag, kind, count)
        entries += struct.pack(f"{order}HH", value, 0) if kind == 3 and count == 1 else struct.pack(f"{order}I", value)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    depths = struct.pack(f"{order}4H", 16, 16, 16, 0)
    directory = struct.pack(f"{order}H", len(numbers)) + entries + bytes(4)
    return mark + struct.pack(f"{order}I", head + 8) + pixels + depths + directory


RAMP = np.linspace(0, 65_535, 32).astype(np.uint16)
RAMP_RGB = np.stack([RAMP, RAMP[::-1], np.full(32, 300, np.uint16)], axis=-1)[np.newaxis]


@pytest.mark.parametrize(
    "data",
    [
        png(32, 1, 16, 2, RAMP_RGB.astype(">u2").tobytes()),
        tiff(RAMP_RGB.astype("<u2")),
        tiff(RAMP_RGB.astype(">u2")),
    ],
    ids=["PNG", "TIFF little-endian", "TIFF big-endian"],
)
def test_sixteen_bit_colors_are_scaled_and_said(data):
    picture = read_picture(data)
    np.testing.assert_allclose(np.asarray(picture.rgb).astype(float), RAMP_RGB / 257, atol=1)
    assert picture.notes == ("16-bit colours were brought to 8 bit.",)


def test_the_transparent_grey_of_a_sixteen_bit_picture_is_shown_over_white():
    picture = read_picture(png(3, 1, 16, 0, struct.pack(">3H", 0, 514, 515), trns=struct.pack(">H", 514)))
    assert np.asarray(picture.rgb)[0].tolist() == [[0] * 3, [255] * 3, [2] * 3]
    assert picture.notes == ("16-bit grey was scaled to 8 bit.", "Transparent pixels are shown over white.")


def test_the_transparent_color_of_a_sixteen_bit_picture_is_shown_over_white():
    picture = read_picture(
        png(2, 1, 16, 2, struct.pack(">6H", 9000, 8000, 7000, 0, 0, 0), trns=struct.pack(">3H", 9000, 8000, 7000))
    )
    assert np.asarray(picture.rgb)[0].tolist() == [[255] * 3, [0] * 3]
    assert "Transparent pixels are shown over white." in picture.notes


def test_the_transparent_grey_of_a_four_bit_picture_is_shown_over_white():
    picture = read_picture(png(2, 1, 4, 0, bytes([0x2E]), trns=struct.pack(">H", 2)))
    assert np.asarray(picture.rgb)[0].tolist() == [[255] * 3, [14 * 17] * 3]


def test_sixteen_bit_tiff_of_either_byte_order():
    for dtype in ("<u2", ">u2"):
        ramp = np.linspace(0, 65_535, 16).astype(np.uint16)[np.newaxis].astype(dtype)
        out = io.BytesIO()
        Image.frombytes("I;16" if dtype == "<u2" else "I;16B", (16, 1), ramp.tobytes()).save(out, "TIFF")
        np.testing.assert_allclose(rgb_of(out.getvalue())[0, :, 0], np.linspace(0, 255, 16), atol=1)


def test_transparency_is_shown_over_white_and_said():
    picture = read_picture(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128))))
    assert tuple(np.asarray(picture.rgb)[0, 0]) == (255, 127, 127)
    assert picture.notes == ("Transparent pixels are shown over white.",)
    assert read_picture(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 255)))).notes == ()


def test_palette_with_transparency():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 20, 30] + [0] * 762)
    assert tuple(rgb_of(encoded(image))[0, 0]) == (10, 20, 30)
    assert tuple(rgb_of(encoded(image, transparency=1))[0, 0]) == (255, 255, 255)


@pytest.mark.parametrize(("mode", "value", "expected"), [("1", 1, 255), ("L", 77, 77), ("LA", (77, 255), 77)])
def test_grey_becomes_three_equal_channels(mode, value, expected):
    assert tuple(rgb_of(encoded(Image.new(mode, (4, 4), value)))[0, 0]) == (expected,) * 3


def test_cmyk_is_converted_and_said():
    picture = read_picture(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(np.asarray(picture.rgb)[0, 0].astype(int) - (255, 0, 0)).max() < 12
    assert "CMYK" in picture.notes[0]


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_numbers_without_a_range_are_scaled_from_their_own(dtype):
    values = np.array([[-5, 0, 5]], dtype)
    picture = read_picture(encoded(Image.fromarray(values), "TIFF"))
    assert list(np.asarray(picture.rgb)[0, :, 0]) == [0, 128, 255]
    assert "-5" in picture.notes[0]


def test_float_with_nan_does_not_break():
    values = np.array([[np.nan, 0, 1, np.inf]], np.float32)
    assert list(rgb_of(encoded(Image.fromarray(values), "TIFF"))[0, :, 0]) == [0, 0, 255, 255]


def test_animation_shows_its_first_frame_and_says_so():
    frames = [Image.new("RGB", (6, 6), color) for color in ("red", "blue", "green")]
    picture = read_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert tuple(np.asarray(picture.rgb)[0, 0]) == (255, 0, 0)
    assert picture.notes == ("An animation or a stack: its first frame is shown.",)


@pytest.mark.parametrize("default_image", [False, True])
def test_an_animated_png_shows_its_first_frame_and_says_so(default_image):
    frames = [Image.new("RGB", (6, 6), color) for color in ("red", "blue", "green")]
    data = encoded(frames[0], save_all=True, append_images=frames[1:], default_image=default_image)
    picture = read_picture(data)
    assert tuple(np.asarray(picture.rgb)[0, 0]) == (255, 0, 0)
    assert picture.notes == ("An animation or a stack: its first frame is shown.",)


def test_a_phone_jpeg_of_several_pictures_shows_its_first():
    first = Image.new("RGB", (16, 16), (255, 0, 0))
    picture = read_picture(encoded(first, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")]))
    assert picture.rgb.size == (16, 16)
    assert np.abs(np.asarray(picture.rgb)[0, 0].astype(int) - (255, 0, 0)).max() < 4
    assert "holds several pictures" in picture.notes[0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_a_tiff_with_an_orientation_stands_upright(orientation, compression):
    upright = np.zeros((4, 8, 3), np.uint8)
    upright[:2, :2] = (255, 0, 0)  # one red corner tells the eight orientations apart, with the shape
    upright[0, 7] = (0, 255, 0)
    undone = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # the turn that makes the stored picture
    stored = Image.fromarray(upright) if undone is None else Image.fromarray(upright).transpose(undone)
    picture = read_picture(encoded(stored, "TIFF", tiffinfo={274: orientation}, compression=compression))
    np.testing.assert_array_equal(np.asarray(picture.rgb), upright)
    assert picture.notes == (() if orientation == 1 else ("It was turned upright, as its orientation says.",))


def test_damaged_metadata_leave_the_picture_as_it_lies():
    data = bytearray(encoded(Image.new("RGB", (8, 4), "red"), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"))
    assert read_picture(bytes(data)).rgb.size == (8, 4)


def test_exif_orientation_is_applied_and_metadata_dropped():
    image = Image.new("RGB", (8, 4), "white")
    image.paste((255, 0, 0), (0, 0, 2, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90° clockwise to view
    exif[0x010F] = "secret maker"
    picture = read_picture(encoded(image, "JPEG", exif=exif, quality=95))
    assert picture.rgb.size == (4, 8)
    assert picture.notes == ("It was turned upright, as its orientation says.",)
    assert np.asarray(picture.rgb)[0, 0, 1] < 80
    assert not picture.rgb.getexif()
    assert not picture.rgb.info


# --- Limits -------------------------------------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """Return a PNG whose header declares a size that no data follow."""
    return png(width, height, 8, 2, b"").replace(zlib.compress(b"\0" * height), zlib.compress(b""))


def test_a_bomb_is_refused_by_its_header():
    began = time.perf_counter()
    with pytest.raises(ImageError, match=r"at most 24 megapixels\. Received: image='50000×50000 px'"):
        read_picture(png_header(50_000, 50_000))
    assert time.perf_counter() - began < 1


def test_a_large_jpeg_is_read_smaller_and_says_so():
    picture = read_picture(encoded(Image.new("L", (6000, 5000), 90), "JPEG", quality=10))
    assert picture.rgb.size == (3000, 2500)
    assert "Read at 1/2 of its size: 6000×5000" in picture.notes[0]


def test_a_large_phone_jpeg_of_several_pictures_is_read_smaller():
    first, second = Image.new("L", (6000, 5000), 90), Image.new("L", (8, 8))
    picture = read_picture(encoded(first, "MPO", save_all=True, append_images=[second], quality=10))
    assert picture.rgb.size == (3000, 2500)
    assert "Read at 1/2 of its size: 6000×5000 px is above 12.5 megapixels." in picture.notes


def test_what_is_no_jpeg_is_halved_after_reading():
    rows = np.repeat(np.arange(4001, dtype=np.uint8)[:, np.newaxis], 3201, axis=1)
    picture = read_picture(encoded(Image.fromarray(rows), compress_level=1))
    assert picture.rgb.size == (1601, 2001)
    assert picture.notes == ("Read at 1/2 of its size: 3201×4001 px is above 12.5 megapixels.",)
    np.testing.assert_allclose(np.asarray(picture.rgb)[:100, 0, 0], np.arange(100) * 2 + 0.5, atol=0.5)


@pytest.mark.parametrize("size", [(1, 65_536), (65_536, 1)])
def test_a_side_that_is_too_long_is_refused_before_decoding(size):
    with pytest.raises(ImageError, match=rf"at most 65535 px wide and high\. Received: image='{size[0]}×{size[1]} px'"):
        read_picture(png_header(*size))


def test_a_jpeg_of_endless_passes_is_refused_before_decoding():
    data = encoded(Image.new("L", (4000, 4000)), "JPEG", progressive=True, quality=5)
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    with pytest.raises(ImageError, match=r"a JPEG in at most 125 passes\. Received: image=\d{3}\."):
        read_picture(data[:end] + data[last:end] * 300 + data[end:])


def test_a_png_of_endless_chunks_is_refused_before_it_is_walked():
    data = png(1, 1, 8, 0, b"\0")
    with pytest.raises(ImageError, match=r"a PNG of at most 50000 chunks\. Received: image='> 50000'"):
        read_picture(data[:33] + (bytes(4) + b"aaAa" + struct.pack(">I", zlib.crc32(b"aaAa"))) * 60_000 + data[33:])


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    with pytest.raises(ImageError, match=r"at most 0 MB\. Received: image='0\.0 MB'"):
        read_picture(b"0" * 11)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "an empty file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a picture in PNG, JPEG"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "HEIC is not read here"),
        (b"\x00\x00\x00\x18ftypavif" + b"\0" * 40, "AVIF is not read here"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a picture in PNG, JPEG"),
        (png_header(10, 10), "damaged or incomplete"),
    ],
)
def test_bad_bytes_get_a_sentence(data, sentence):
    with pytest.raises(ImageError, match=sentence):
        read_picture(data)


def seeds() -> list[bytes]:
    """Return small files of every format and kind that is read."""
    noise = Image.effect_noise((24, 20), 60)
    rgb, frames = noise.convert("RGB"), [Image.effect_noise((24, 20), 40).convert("RGB") for _ in range(2)]
    several = {"save_all": True, "append_images": frames}
    exif = Image.Exif()
    exif[0x0112] = 6
    sixteen = Image.fromarray(np.arange(480, dtype=np.uint16).reshape(20, 24) * 100)
    return [
        *(encoded(rgb, name) for name in reader.FORMATS),
        *(encoded(rgb, name, **several) for name in ("PNG", "GIF", "WEBP", "TIFF", "MPO")),
        *(encoded(noise.convert("P"), name) for name in ("GIF", "PNG", "BMP")),
        *(encoded(noise.convert("RGBA"), name) for name in ("PNG", "WEBP", "TIFF")),
        *(encoded(noise, "TIFF", compression=name) for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits")),
        encoded(noise.convert("1"), "TIFF", compression="group4"),
        encoded(rgb, "TIFF", compression="jpeg"),
        encoded(rgb, "TIFF", tiffinfo={274: 6}),
        encoded(noise.convert("CMYK"), "JPEG"),
        encoded(rgb, "JPEG", progressive=True, exif=exif),
        encoded(rgb, "WEBP", lossless=True, exif=exif),
        encoded(sixteen, "PNG", exif=exif),
        encoded(sixteen, "TIFF"),
        encoded(Image.fromarray(np.linspace(-1, 1, 480, dtype=np.float32).reshape(20, 24)), "TIFF"),
        png(2, 1, 16, 2, bytes(12), trns=bytes(6)),
    ]


def test_malformed_images_give_a_picture_or_a_sentence():
    """`RESNET_VIZ_FUZZ=10000` runs the large count; the default keeps CI quick."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "600"))
    source, files, worst, seen = random.Random(20), seeds(), Worst(), Counter[str]()

    def read(data: bytes) -> None:
        try:
            assert read_picture(data).rgb.mode == "RGB"
        except ImageError:
            seen["sentences"] += 1
        else:
            seen["pictures"] += 1

    for index in range(count):
        worst.of(partial(read, mutated_picture(files[index % len(files)], source)))
    sys.stdout.write(f"{count} malformed pictures: {dict(seen)}, {worst}\n")
    assert min(seen["pictures"], seen["sentences"]) > count / 10
    assert worst.seconds < 2
    assert worst.bytes < 300e6


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process its peak of memory")
def test_what_a_call_costs_is_seen_though_it_is_given_back():
    def touched() -> None:  # fresh pages: what Python allocates may be a piece that earlier tests gave back
        with mmap.mmap(-1, 50_000_000) as pages:
            for place in range(0, len(pages), mmap.PAGESIZE):
                pages[place] = 1

    worst = Worst()
    worst.of(touched)
    assert 45e6 < worst.bytes < 120e6


# --- Samples ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_readable(name):
    side = SHAPES.size_px if name in SHAPES.indices else 384
    assert sample_picture(name).rgb.size == (side, side)


def test_the_samples_of_one_shape_each_come_from_the_training_generator():
    assert tuple(SHAPES.indices) == CLASSES
    assert [index % len(CLASSES) for index in SHAPES.indices.values()] == list(range(len(CLASSES)))
    for name, image in drawn().items():
        # Another processor's sine may tip a pixel over to its neighbour.
        assert np.abs(np.asarray(image, int) - np.asarray(sample_picture(name).rgb, int)).max() <= 1, name


def test_an_unknown_sample_is_named():
    with pytest.raises(ImageError, match=r"Received: image='cta'\. Did you mean `cat`"):
        sample_picture("cta")
