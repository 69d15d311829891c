"""From a picture to a network's numbers: the formulas by hand, and a cost that no shape of picture raises."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from resnet_viz.images.preprocess import (
    INTERPOLATIONS,
    NORMALISATIONS,
    RESIZES,
    as_input,
    fitting_name,
    named_fitting,
    resized,
)
from resnet_viz.images.samples import SAMPLES, sample_picture


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


# --- As before, at a bounded cost ---------------------------------------------------------------------------------


def scaled_then_cut(rgb, height, width, resize, interpolation):
    """Return what `resized` returned before strips: the whole picture scaled, then cut or framed."""
    method = INTERPOLATIONS[interpolation]
    if resize == "squash":
        return rgb.resize((width, height), method)
    fit = max if resize == "crop" else min
    factor = fit(width / rgb.width, height / rgb.height)
    size = max(1, round(rgb.width * factor)), max(1, round(rgb.height * factor))
    canvas = Image.new("RGB", (width, height))
    canvas.paste(rgb.resize(size, method), ((width - size[0]) // 2, (height - size[1]) // 2))
    return canvas


def difference(rgb, shape, resize, interpolation):
    ours = np.asarray(resized(rgb, *shape, resize, interpolation)).astype(int)
    return np.abs(ours - np.asarray(scaled_then_cut(rgb, *shape, resize, interpolation))).max()


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_ordinary_pictures_come_out_as_if_scaled_first(resize, interpolation):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype(np.uint8))
    pictures = [sample_picture(name).rgb for name in SAMPLES] + [noise, noise.transpose(Image.Transpose.ROTATE_90)]
    pictures += [sample_picture("coffee").rgb.crop(box) for box in ((0, 0, 384, 217), (0, 0, 217, 384), (3, 5, 80, 90))]
    for rgb in pictures:
        for shape in ((64, 64), (224, 224), (48, 64)):
            assert difference(rgb, shape, resize, interpolation) <= 1


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_strips_are_cut_where_scaling_first_would_have_cut_them(interpolation):
    cat = sample_picture("cat").rgb
    for size in ((900, 100), (100, 900), (97, 384)):
        assert difference(cat.resize(size), (64, 64), "crop", interpolation) <= 1


def test_a_squashed_strip_is_what_scaling_at_once_makes_of_it():
    cat = sample_picture("cat").rgb
    for size in ((2000, 100), (100, 2000)):
        for resize in ("squash", "letterbox"):
            assert difference(cat.resize(size), (64, 64), resize, "bilinear") <= 2


# VmHWM and not getrusage: the latter begins at what the process that started this one had in use.
COST = """
import sys
from PIL import Image
from resnet_viz.images.preprocess import resized
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
rgb = Image.new("RGB", (int(sys.argv[1]), int(sys.argv[2])))
before = peak()
resized(rgb, 224, 224, sys.argv[3], sys.argv[4])
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process its peak of memory")
@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1)])
@pytest.mark.parametrize("resize", RESIZES)
def test_a_thread_of_a_picture_costs_a_few_megabytes(size, resize):
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n{COST}"
    command = [sys.executable, "-c", limited, str(size[0]), str(size[1]), resize, "bicubic"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 8


def test_kerass_load_img_is_a_way_to_fit_a_picture_under_its_name():
    assert named_fitting("load_img", "bilinear") == ("squash", "nearest")
    assert named_fitting("crop", "area") == ("crop", "area")
    assert fitting_name("squash", "nearest") == "load_img"
    assert fitting_name("squash", "bilinear") == "squash"
    picture = Image.fromarray(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3))
    fitted = resized(picture, 4, 3, *named_fitting("load_img", "bilinear"))
    assert np.array_equal(np.asarray(fitted), np.asarray(picture.resize((3, 4), Image.Resampling.NEAREST)))
