"""Random numbers without Keras: known answers, single precision as glibc has it, and what a start is made of."""

import ctypes
import gc
import hashlib
import math
import sys

import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.engine.arrays import laid_out
from resnet_viz.spec import PRESETS, preset
from resnet_viz.weights import start
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.philox import _rounds, truncated_normal, uniform
from resnet_viz.weights.single import log, sin_cos
from resnet_viz.weights.start import starting_arrays, starting_kernel

# Random123's own known answers for philox4x32, 10 rounds: counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_known_answers(counter, key, words):
    assert tuple(int(word) for word in _rounds(tuple(map(np.uint64, counter)), key)) == words


def arguments() -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms' and sines' arguments, as a Box–Muller transform makes them, the ends among them."""
    share = np.random.default_rng(3).integers(1, 2**23, 4000).astype(np.float32) / np.float32(2**23)
    share[:3] = 1e-7, 2.0**-23, 1 - 2.0**-23
    return share, (2 * math.pi * share.astype(np.float64)).astype(np.float32)


def test_logarithm_and_sine_are_within_a_unit_of_the_last_place():
    share, angle = arguments()
    for found, exact in zip(
        (log(share), *sin_cos(angle)),
        (np.log(share.astype(float)), np.sin(angle.astype(float)), np.cos(angle.astype(float))),
        strict=True,
    ):
        assert (np.abs(found - exact) <= np.spacing(np.abs(exact).astype(np.float32))).all()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_logarithm_and_sine_are_the_system_librarys_to_the_last_bit():
    library = ctypes.CDLL("libm.so.6")
    for name in ("logf", "sinf", "cosf"):
        getattr(library, name).restype, getattr(library, name).argtypes = ctypes.c_float, [ctypes.c_float]
    share, angle = arguments()
    for found, name, values in zip(
        (log(share), *sin_cos(angle)), ("logf", "sinf", "cosf"), (share, angle, angle), strict=True
    ):
        theirs = np.array([getattr(library, name)(float(value)) for value in values], np.float32)
        np.testing.assert_array_equal(found, theirs, err_msg=name)


@pytest.mark.parametrize("draw", [uniform, truncated_normal])
def test_a_number_follows_from_its_place_alone(draw):
    """Also across the pieces that are drawn at once."""
    whole = draw(5, 200_003)
    for count in (1, 4, 65_535, 65_537, 131_073):
        np.testing.assert_array_equal(draw(5, count), whole[:count])
    assert not np.array_equal(draw(6, 4), whole[:4])


def test_numbers_have_the_distribution_they_claim():
    flat, bell = uniform(1, 400_000), truncated_normal(1, 400_000)
    assert 0 <= flat.min() < flat.max() < 1
    assert flat.mean() == pytest.approx(0.5, abs=2e-3)
    assert np.abs(bell).max() < 2
    assert bell.mean() == pytest.approx(0, abs=4e-3)
    assert bell.std() == pytest.approx(0.87962566103423978, abs=2e-3)


def test_the_start_is_the_same_as_ever():
    """Hashes of arrays that Keras 3.15 drew on TensorFlow 2.21; tests/equivalence draws them again."""
    for key, expected in {
        ("glorot_uniform", 0, (7, 7, 3, 64)): "ec8760752905",
        ("he_normal", 0, (7, 7, 3, 64)): "d6f5540bc97d",
    }.items():
        assert hashlib.sha256(starting_kernel(*key).tobytes()).hexdigest()[:12] == expected, key


def test_a_network_starts_with_all_its_arrays_and_equal_kernels_are_one_array():
    summary = analyse(PRESETS["course"])
    arrays = starting_arrays(summary)
    assert {name: array.shape for name, array in arrays.items()} == expected_arrays(summary)
    assert all(array.dtype == np.float32 for array in arrays.values())
    assert arrays["res3b_branch2b/kernel"] is arrays["res3c_branch2b/kernel"]
    assert not arrays["conv1/bias"].any()
    assert (arrays["bn_conv1/gamma"] == 1).all()
    assert not arrays["bn_conv1/moving_mean"].any()
    with pytest.raises(ValueError, match="read-only"):
        arrays["conv1/kernel"][0] = 1


def test_a_seed_per_layer_draws_other_kernels():
    from dataclasses import replace

    summary = analyse(replace(preset("cifar-20"), seed_policy="per_layer", seed=7))
    arrays = starting_arrays(summary)
    assert not np.array_equal(arrays["res2b_branch2a/kernel"], arrays["res2c_branch2a/kernel"])


def test_a_kernel_stands_as_long_as_a_network_has_it_and_is_not_drawn_twice():
    first = starting_kernel("glorot_uniform", 41, (3, 3, 4, 8))
    assert np.shares_memory(first, starting_kernel("glorot_uniform", 41, (3, 3, 4, 8)))
    expected = first.copy()
    laid = laid_out({"conv/kernel": first})["conv/kernel"]
    assert np.shares_memory(laid, first)  # who computes needs no copy
    del first
    assert np.shares_memory(laid, starting_kernel("glorot_uniform", 41, (3, 3, 4, 8)))
    del laid
    gc.collect()
    assert ("glorot_uniform", 41, (3, 3, 4, 8)) not in start._drawn
    assert np.array_equal(starting_kernel("glorot_uniform", 41, (3, 3, 4, 8)), expected)
    assert starting_kernel("glorot_uniform", 41, (8, 3)).shape == (8, 3)
