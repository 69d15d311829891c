"""What is said of weights in numbers: of arrays whose numbers are known, and as the browser gets them."""

import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resnet_viz.analysis import network
from resnet_viz.spec import preset
from resnet_viz.viz.portrait import Look, portrait_payload
from resnet_viz.weights.figures import (
    BINS,
    Portrait,
    Portraits,
    bounds_of,
    changes_of,
    layer_figures,
    off_channels,
    weighted_layers,
)
from resnet_viz.weights.start import network_arrays

COURSE = network(preset("course", input_shape=(40, 40, 3)))
SMALL = network(preset("cifar-20"))


def writable(summary) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in network_arrays(summary, None).items()}


def figures(summary, arrays):
    return {own.layer: own for own in layer_figures(summary, arrays, bounds_of(summary, arrays))}


def test_every_convolution_has_the_norm_right_behind_it_and_the_classifier_none():
    layers = weighted_layers(COURSE)
    assert len(layers) == 54
    assert layers["conv1"] == "bn_conv1"
    assert layers["res3b_branch2a"] == "bn3b_branch2a"
    assert layers["fc6"] == ""


def test_figures_are_those_of_the_numbers():
    arrays = writable(SMALL)
    kernel = np.zeros(arrays["conv1/kernel"].shape, np.float32)
    kernel.flat[:4] = (3.0, -4.0, 0.1, 0.0)
    arrays["conv1/kernel"] = kernel
    arrays["bn_conv1/gamma"][:3] = (2.0, 0.019, -0.021)
    own = figures(SMALL, arrays)["conv1"]
    assert own.size == kernel.size == sum(own.histogram)
    assert own.rms == pytest.approx(np.sqrt(25.01 / kernel.size))
    assert (own.low, own.high, own.bound) == (-4.0, 3.0, 4.0)
    assert own.near_zero == pytest.approx((kernel.size - 3) / kernel.size)
    assert own.histogram[0] == 1
    assert own.histogram[BINS // 2] == kernel.size - 3
    assert own.off == 1
    assert list(np.flatnonzero(off_channels(own.norms[0].scales))) == [1]


def test_a_norm_that_prepares_a_layer_is_shown_with_it_and_every_norm_once():
    summary = network(replace(preset("v2"), width=0.05))
    arrays = writable(summary)
    arrays["bn2a_preact/gamma"][:] = 0
    arrays["bn2a_preact/moving_variance"][:] = 4
    found = figures(summary, arrays)
    (behind, before) = found["res2a_branch2a"].norms
    assert (behind.norm, behind.is_before) == ("bn2a_branch2a", False)
    assert (before.norm, before.is_before) == ("bn2a_preact", True)
    assert set(before.deviations) == {2.0}
    assert found["res2a_branch2a"].off == before.off == before.shifts.size
    assert [own.norm for own in found[next(reversed(found))].norms] == ["bn_final"]
    every = [own.norm for layer in found.values() for own in layer.norms]
    norms = {name.partition("/")[0] for name in arrays if name.endswith("/gamma")}
    assert (len(every), set(every)) == (len(norms), norms)


def test_biases_are_idle_only_before_a_norm():
    assert {own.layer: own.idle_biases for own in figures(COURSE, writable(COURSE)).values()}["fc6"] == 0
    idle = sum(own.idle_biases for own in figures(COURSE, writable(COURSE)).values())
    assert idle == sum(COURSE.by_id[layer].output_shape[-1] for layer, norm in weighted_layers(COURSE).items() if norm)


def test_one_seed_everywhere_starts_copies_and_a_seed_per_layer_none():
    twins = {own.layer: own.twin for own in figures(COURSE, network_arrays(COURSE, None)).values()}
    assert twins["res2b_branch2b"] == "res2a_branch2b"
    assert twins["conv1"] == ""
    other = network(replace(preset("cifar-20"), seed_policy="per_layer"))
    assert not any(own.twin for own in figures(other, network_arrays(other, None)).values())


def test_a_change_is_measured_by_length_and_direction():
    before = writable(SMALL)
    after = writable(SMALL)
    first, second, third, fourth = list(weighted_layers(SMALL))[:4]
    after[f"{first}/kernel"] = 3 * before[f"{first}/kernel"]
    after[f"{second}/kernel"] = -before[f"{second}/kernel"]
    before[f"{third}/kernel"][...] = 0
    found = {change.layer: change for change in changes_of(SMALL, before, after)}
    assert found[first][1:] == pytest.approx((2.0, 1.0))
    assert found[second][1:] == pytest.approx((2.0, -1.0))
    assert found[third][1:] == (None, None)
    assert found[fourth][1:] == pytest.approx((0.0, 1.0))


def read_payload(data: bytes) -> tuple[dict[str, Any], Any]:
    """Return the header, and what reads packed numbers, as `dev/frontend/weights/read.js` does."""
    (length,) = struct.unpack_from("<I", data)

    def numbers(packed):
        values = np.frombuffer(data, "<i2", packed["count"], 4 + length + packed["offset"])
        return values / 32767 * packed["bound"]

    return json.loads(data[4 : 4 + length]), numbers


def portrait(arrays) -> Portrait:
    return Portrait(layer_figures(SMALL, arrays, bounds_of(SMALL, arrays)), arrays["conv1/kernel"], {})


@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_browser_gets_every_kernel_red_first_and_every_scale(is_reversed):
    arrays = writable(SMALL)
    arrays["bn_conv1/gamma"][:] = np.linspace(-1, 2, 16)
    look = Look(["A"], "bn2b_branch2a", is_reversed=is_reversed)
    header, numbers = read_payload(portrait_payload(SMALL, Portraits(portrait(arrays), None, []), look))
    kernel = arrays["conv1/kernel"]
    sent = numbers(header["kernels"]["sheets"][0]).reshape(16, 3, 3, 3)
    wanted = (kernel[:, :, ::-1] if is_reversed else kernel).transpose(3, 0, 1, 2)
    assert np.allclose(sent, wanted, atol=header["kernels"]["bound"] / 32767)
    first = header["layers"][0]
    (norm,) = first["norms"]
    assert np.allclose(numbers(norm["scales"]), arrays["bn_conv1/gamma"], atol=1e-4)
    assert np.allclose(numbers(norm["deviations"]), np.sqrt(arrays["bn_conv1/moving_variance"]), atol=1e-4)
    assert header["layers"][header["selected"]]["norms"][0]["id"] == "bn2b_branch2a"
    assert [row["name"] for row in header["rows"]] == ["size", "zeros", "off"]  # one scale is 0


def test_two_sets_are_drawn_on_one_scale_with_their_changes():
    one, two = writable(SMALL), writable(SMALL)
    two["conv1/kernel"] *= 4
    changes = changes_of(SMALL, one, two)
    found = Portraits(portrait(one), portrait(two), changes)
    header, numbers = read_payload(portrait_payload(SMALL, found, Look(["A", "B"], "3b", is_random=(True, True))))
    low, high = (np.abs(numbers(sheet)).max() for sheet in header["kernels"]["sheets"])
    assert high == pytest.approx(4 * low, rel=1e-3)
    assert {sheet["bound"] for sheet in header["kernels"]["sheets"]} == {header["kernels"]["bound"]}
    assert [row["name"] for row in header["rows"]] == ["change", "cosine"]
    assert header["rows"][0]["values"][0] == pytest.approx(3.0, rel=1e-3)
    assert "this is chance" in header["sentences"]["kernels"]
