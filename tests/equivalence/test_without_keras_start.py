"""Keras's own initializers draw, bit for bit, what we draw without Keras."""

import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.model.build import build_model
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.layers import Conv, Dense
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.start import starting_arrays, starting_kernel

IS_GLIBC = sys.platform.startswith("linux")


def kernels_of(name: str) -> set[tuple[str, int, tuple[int, ...]]]:
    """Return initializer, seed and shape of every kernel of a preset, each once."""
    summary = analyse(PRESETS[name])
    shapes = expected_arrays(summary)
    layers = [node for node in summary.graph.nodes if isinstance(node.layer, (Conv, Dense))]
    return {(node.layer.kernel_initializer, node.layer.seed, shapes[f"{node.id}/kernel"]) for node in layers}


def drawn_by_keras(initializer: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(keras.initializers.get({"class_name": initializer, "config": {"seed": seed}})(shape))


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether arrays are equal to the bit, or nearly so where the system has another logarithm."""
    if IS_GLIBC:
        return np.array_equal(found, expected)
    return np.allclose(found, expected, rtol=1e-6, atol=0)


def test_every_kernel_of_every_preset_starts_as_keras_draws_it():
    kernels = sorted(set().union(*map(kernels_of, PRESETS)))
    assert {key[0] for key in kernels} == {"glorot_uniform", "he_normal"}
    assert len(kernels) > 50
    for key in kernels:
        found, expected = starting_kernel(*key), drawn_by_keras(*key)
        if key[0] == "glorot_uniform":
            np.testing.assert_array_equal(found, expected, err_msg=str(key))
        else:
            assert same(found, expected), key


@pytest.mark.parametrize("initializer", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"])
@pytest.mark.parametrize("seed", [1, 12_345, 2**31 - 3, 2**31 - 2, 2**31 - 1])
def test_every_initializer_and_seed_does(initializer, seed):
    for shape in ((3, 3, 5, 7), (1, 1, 1, 1), (13, 3)):
        assert same(starting_kernel(initializer, seed, shape), drawn_by_keras(initializer, seed, shape)), shape


@pytest.mark.parametrize(
    "spec", [preset("course"), replace(preset("cifar-20"), seed_policy="per_layer", seed=3)], ids=["course", "cifar-20"]
)
def test_a_whole_network_starts_as_the_built_one(spec):
    arrays = starting_arrays(analyse(spec))
    model = build_model(spec)
    theirs = {f"{layer.name}/{weight.name}": np.asarray(weight) for layer in model.layers for weight in layer.weights}
    keras.utils.clear_session()
    assert theirs.keys() == arrays.keys()
    assert [name for name in arrays if not same(arrays[name], theirs[name])] == []


def test_that_check_can_fail():
    expected = drawn_by_keras("he_normal", 0, (3, 3, 5, 7)).copy()
    expected.flat[11] = np.nextafter(expected.flat[11], np.float32(9)) if IS_GLIBC else 9.0
    assert not same(starting_kernel("he_normal", 0, (3, 3, 5, 7)), expected)
