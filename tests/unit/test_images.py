"""Pictures: every mode to RGB by table, limits before decoding, nothing but a sentence on bad bytes."""

import contextlib
import io
import os
import random
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from resnet_viz import owners
from resnet_viz.errors import ImageError
from resnet_viz.images import reader
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, as_input, resized
from resnet_viz.images.reader import read_picture
from resnet_viz.images.samples import SAMPLES, sample_picture
from resnet_viz.images.uploads import Uploads


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
    assert "first of its 3 frames" in picture.notes[0]


def test_exif_orientation_is_applied_and_metadata_dropped():
    image = Image.new("RGB", (8, 4), "white")
    image.paste((255, 0, 0), (0, 0, 2, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90° clockwise to view
    exif[0x010F] = "secret maker"
    picture = read_picture(encoded(image, "JPEG", exif=exif, quality=95))
    assert picture.rgb.size == (4, 8)
    assert np.asarray(picture.rgb)[0, 0, 1] < 80
    assert not picture.rgb.getexif()
    assert not picture.rgb.info


# --- Limits -------------------------------------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """Return a PNG whose header declares a size that no data follow."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_by_its_header():
    began = time.perf_counter()
    with pytest.raises(ImageError, match=r"at most 24 megapixels\. Received: image='50000×50000 px'"):
        read_picture(png_header(50_000, 50_000))
    assert time.perf_counter() - began < 1


def test_a_large_jpeg_is_read_smaller_and_says_so():
    picture = read_picture(encoded(Image.new("L", (6000, 5000), 90), "JPEG", quality=10))
    assert picture.rgb.size == (3000, 2500)
    assert "Read at 1/2 of its size: 6000×5000" in picture.notes[0]


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


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Return a file with a few bytes changed, cut, doubled, or a length field blown up."""
    buffer = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        place = random_.randrange(len(buffer))
        match random_.randrange(5):
            case 0:
                buffer[place] = random_.randrange(256)
            case 1:
                del buffer[place : place + random_.randint(1, 40)]
            case 2:
                buffer[place:place] = buffer[place : place + random_.randint(1, 40)]
            case 3:
                buffer[place : place + 4] = struct.pack(">I", random_.choice([0, 1, 2**16, 2**31 - 1, 2**32 - 1]))
            case 4:
                buffer[place : place + 2] = struct.pack("<H", random_.choice([0, 1, 0x7FFF, 0xFFFF]))
        if not buffer:
            return b""
    return bytes(buffer)


def test_malformed_images_give_a_picture_or_a_sentence():
    """`RESNET_VIZ_FUZZ=10000` runs the large count; the default keeps CI quick."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "600"))
    random_ = random.Random(20)
    noise = Image.effect_noise((24, 20), 60)
    seeds = [encoded(noise.convert("RGB"), name) for name in reader.FORMATS]
    seeds += [
        encoded(noise.convert("P"), "GIF"),
        encoded(noise.convert("RGBA"), "PNG"),
        encoded(noise, "TIFF", compression="tiff_lzw"),
    ]
    slowest = 0.0
    for index in range(count):
        data = mutated(seeds[index % len(seeds)], random_)
        began = time.perf_counter()
        with contextlib.suppress(ImageError):
            assert read_picture(data).rgb.mode == "RGB"
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 2


# --- Preprocessing ------------------------------------------------------------------------------------------------


def test_normalisations_by_hand():
    image = Image.new("RGB", (4, 4), (255, 51, 0))
    values = {name: as_input(image, (2, 2, 3), "squash", rule)[0, 0] for name, rule in NORMALISATIONS.items()}
    np.testing.assert_allclose(values["unit"], [1, 0.2, 0], atol=1e-6)
    np.testing.assert_allclose(values["signed"], [1, -0.6, -1], atol=1e-6)
    np.testing.assert_allclose(values["caffe"], [0 - 103.939, 51 - 116.779, 255 - 123.68], atol=1e-4)
    np.testing.assert_allclose(values["torch"], [(1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, -0.406 / 0.225], atol=1e-5)


def test_normalisations_equal_keras():
    import keras

    pixels = np.random.default_rng(0).integers(0, 256, (6, 5, 3)).astype(np.uint8)
    image = Image.fromarray(pixels)
    for name, module in (("caffe", keras.applications.resnet), ("signed", keras.applications.resnet_v2)):
        theirs = module.preprocess_input(pixels.astype(np.float32).copy())
        np.testing.assert_allclose(as_input(image, (6, 5, 3), "squash", NORMALISATIONS[name]), theirs, atol=1e-4)


def test_resize_rules():
    image = Image.new("RGB", (80, 40), "white")
    image.paste((255, 0, 0), (0, 0, 20, 40))
    assert np.asarray(resized(image, 20, 20, "squash"))[10, 1, 1] == 0
    assert np.asarray(resized(image, 20, 20, "crop"))[:, 1:].min() == 255
    framed = np.asarray(resized(image, 20, 20, "letterbox"))
    assert framed[0].max() == 0
    assert framed[10, 15].min() == 255


def test_interpolations_differ_as_their_names_say():
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, ::2] = 255
    image = Image.fromarray(pixels)
    values = {name: np.asarray(resized(image, 4, 4, "squash", name)) for name in INTERPOLATIONS}
    assert set(np.unique(values["nearest"])) <= {0, 255}
    np.testing.assert_array_equal(values["area"], 128)
    assert not np.array_equal(values["bilinear"], values["bicubic"])


@pytest.mark.parametrize("shape", [(64, 96, 1), (37, 64, 3), (40, 40, 4)])
def test_any_input_shape_is_served(shape):
    values = as_input(sample_picture("cat").rgb, shape, "crop", NORMALISATIONS["unit"])
    assert values.shape == shape
    assert values.dtype == np.float32
    assert 0 <= values.min() < values.max() <= 1


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_readable(name):
    assert sample_picture(name).rgb.size == (384, 384)


def test_an_unknown_sample_is_named():
    with pytest.raises(ImageError, match=r"Received: image='cta'\. Did you mean `cat`"):
        sample_picture("cta")


# --- Uploads ------------------------------------------------------------------------------------------------------


def test_an_upload_survives_a_new_store_and_belongs_to_its_owner(tmp_path):
    data = encoded(Image.new("RGB", (9, 9), "red"))
    Uploads(tmp_path).save("anna", data)
    assert Uploads(tmp_path).load("anna").rgb.size == (9, 9)
    assert Uploads(tmp_path).load("ben") is None
    assert Uploads(tmp_path).load("../anna") is None
    Uploads(tmp_path).delete("anna")
    assert Uploads(tmp_path).load("anna") is None


def test_a_bad_upload_leaves_the_last_one(tmp_path):
    store = Uploads(tmp_path)
    kept = store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    with pytest.raises(ImageError):
        store.save("anna", b"nonsense")
    assert store.load("anna").sha256 == kept.sha256
    assert len(list(tmp_path.iterdir())) == 1


def test_an_upload_is_gone_after_two_idle_hours(tmp_path):
    store = Uploads(tmp_path)
    store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    (path,) = tmp_path.iterdir()
    old = time.time() - owners.LIFETIME_S - 5
    os.utime(path, (old, old))
    assert store.load("anna") is None
    assert not list(tmp_path.iterdir())


def test_sweeping_takes_the_old_and_leaves_the_rest(tmp_path):
    for name, age in (("old", owners.LIFETIME_S + 5), ("new", 5)):
        path = tmp_path / name
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    assert owners.sweep(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert owners.sweep(tmp_path / "nowhere") == 0


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    store = Uploads(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ImageError, match=r"could not be kept .*No space left"):
        store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    assert not list(tmp_path.iterdir())
