"""The generated shapes: the same for the same seed, told apart, as hard as asked for."""

import numpy as np
import pytest

from resnet_viz.datasets.shapes import CLASSES, MAX_CLUTTER, Style, shapes
from resnet_viz.errors import ImageError


def test_a_picture_follows_from_seed_and_index_alone():
    style = Style(24, 0.5, 3)
    many, labels = shapes(style, 7, range(12))
    one, label = shapes(style, 7, [9])
    assert np.array_equal(many[9], one[0])
    assert labels[9] == label[0] == 9 % len(CLASSES)


def test_pictures_are_uint8_rgb_of_the_size_asked_for():
    for size in (8, 16, 33, 64):
        images, labels = shapes(Style(size), 0, range(6))
        assert images.shape == (6, size, size, 3)
        assert images.dtype == np.uint8
        assert list(labels) == [0, 1, 2, 3, 4, 5]


def test_another_seed_gives_other_pictures():
    assert not np.array_equal(shapes(Style(16), 1, [0])[0], shapes(Style(16), 2, [0])[0])


def test_easy_shapes_are_bright_on_dark():
    images, _labels = shapes(Style(64), 3, range(60))
    grey = images.astype(float).max(axis=3)
    corners = np.median(grey[:, [0, 0, -1, -1], [0, -1, 0, -1]])
    assert corners < 100 < np.median(grey.max(axis=(1, 2)))


def test_areas_of_the_shapes_are_those_of_geometry():
    """Areas in units of the squared radius: disk 0.85²π, square 1.4², triangle 3√3/4, ring, cross, star by hand."""
    images, labels = shapes(Style(128, 0.0, 0), 0, range(600))
    bright = (images.astype(float).max(axis=3) > 150).mean(axis=(1, 2))
    mean = {name: bright[labels == number].mean() for number, name in enumerate(CLASSES)}
    disk = 0.85**2 * np.pi
    expected = {
        "square": 1.4**2,
        "triangle": 3 * np.sqrt(3) / 4,
        "ring": np.pi * (0.88**2 - 0.48**2),
        "cross": 2 * 1.9 * 0.6 - 0.6**2,
        "star": 10 * 0.5 * 0.42 * np.sin(np.pi / 5),
    }
    for name, area in expected.items():
        # Radii differ from picture to picture: a mean over a hundred of each is within 8 %.
        assert mean[name] / mean["circle"] == pytest.approx(area / disk, rel=0.08), name


def test_clutter_and_difficulty_change_the_picture():
    easy = shapes(Style(32), 1, range(12))[0].astype(float)
    hard = shapes(Style(32, 1.0), 1, range(12))[0].astype(float)
    blots = shapes(Style(32, 0.0, 8), 1, range(12))[0].astype(float)
    assert np.abs(easy - hard).mean() > 20
    assert np.abs(easy - blots).mean() > 2


@pytest.mark.parametrize(
    ("style", "sentence"),
    [
        (Style(4), "`size_px` must be from 8 to 512. Received: size_px=4."),
        (Style(16, 1.5), "`difficulty` must be from 0 to 1. Received: difficulty=1.5."),
        (Style(16, 0.0, 99), f"`clutter` must be from 0 to {MAX_CLUTTER}. Received: clutter=99."),
    ],
)
def test_a_style_that_cannot_be_drawn_is_refused(style, sentence):
    with pytest.raises(ImageError) as caught:
        shapes(style, 0, [0])
    assert str(caught.value) == sentence
