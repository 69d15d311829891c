"""What is asked of the worker and what it answers crosses the wire whole, by the types alone."""

import io
import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.measures import MapStatistics
from resnet_viz.results import Attribution, EffectiveField, LayerState, PixelStep, Sanity
from resnet_viz.spec import PRESETS, preset
from resnet_viz.weights.content import Content
from resnet_viz.weights.figures import Change, LayerFigures, NormFigures, Portrait, Portraits
from resnet_viz.worker import requests
from resnet_viz.worker.packing import packed, unpacked
from resnet_viz.worker.request import KINDS, Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.depth import Depth
from resnet_viz.worker.requests.explain import Explain
from resnet_viz.worker.requests.fields import EffectiveFields
from resnet_viz.worker.requests.pixel import Pixel
from resnet_viz.worker.requests.portrait import Beside, LookAtWeights
from resnet_viz.worker.requests.sanity import CheckSanity
from resnet_viz.worker.requests.warm import Warm
from resnet_viz.worker.wire import read_message, write_message

ARRAY = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
NETWORK = Network(preset("cifar-20"), Content(Path("a", "b c.safetensors"), "0f" * 32), "drop:3b")
ENDS = {"picture": ARRAY, "black": 0 * ARRAY, "white": 0 * ARRAY + 1}
WANTED = AttributionRequest("occlusion", "res3b_out", 2, {"patch": "8"})
STATE = LayerState("conv1", MapStatistics(-1.0, 1.0, 0.1, 0.5, 0.2), 3, 64, None)
STEPS = [
    PixelStep("conv1", "conv", 1.0, 1.1, {"sum": 1.0, "bias": 0.0}, -1, 2, ARRAY, ARRAY + 1),
    PixelStep("relu", "relu", 1.0, 1.1, {"x": 1.0}),
]
NORM = NormFigures(
    "bn_conv1",
    is_before=False,
    scales=ARRAY[0, 0],
    shifts=ARRAY[0, 1],
    means=ARRAY[1, 0],
    deviations=ARRAY[1, 1],
    off=1,
)
FIGURES = LayerFigures("conv1", [NORM], 12, 0.5, -1.0, 1.0, 1.0, 0.1, [1, 2, 3], 3, "")
PORTRAIT = Portrait([FIGURES], ARRAY, {"unit": 0.97})
PORTRAITS = Portraits(PORTRAIT, PORTRAIT, [Change("conv1", 0.5, None)])
ASKED = {
    Warm: (Warm(NETWORK), None),
    Activations: (Activations(NETWORK, ARRAY, ["conv1", "input"]), {"conv1": ARRAY, "input": ARRAY[0, 0]}),
    Explain: (Explain(NETWORK, ENDS, WANTED), Attribution(ARRAY[0], 0.5, {"cells": 4.0})),
    CheckSanity: (CheckSanity(NETWORK, ENDS, WANTED), Sanity([0, 4], ARRAY, [1.0, None])),
    Depth: (Depth(NETWORK, ARRAY[np.newaxis], "batch"), [STATE, STATE._replace(ratio=0.5)]),
    EffectiveFields: (EffectiveFields(NETWORK, ARRAY, ["a"]), [EffectiveField("a", 3.5, ARRAY[0])] * 2),
    LookAtWeights: (LookAtWeights(NETWORK, Beside(NETWORK.weights)), PORTRAITS),
    Pixel: (Pixel(Network(PRESETS["course"]), ARRAY, "conv1", (0, 1, 2)), STEPS),
}


def crossed(kind: Any, value: Any) -> Any:
    """Return a value as the other side of a pipe finds it."""
    arrays: dict[str, np.ndarray] = {}
    stream = io.BytesIO()
    write_message(stream, {"value": packed(value, arrays)}, arrays)
    stream.seek(0)
    message = read_message(stream)
    assert message is not None
    return unpacked(kind, message.header["value"], message.arrays)


def text(value: Any) -> str:
    """Return all of a value, arrays too, as one text; types count."""
    with np.printoptions(threshold=10**6):
        return repr(value)


def test_every_file_of_requests_is_one_request_and_is_tried_here():
    for module in pkgutil.iter_modules(requests.__path__, f"{requests.__name__}."):
        import_module(module.name)
    assert set(KINDS.values()) == set(ASKED)
    assert set(KINDS) == {module.name for module in pkgutil.iter_modules(requests.__path__)}


@pytest.mark.parametrize("kind", ASKED)
def test_a_request_and_its_answer_cross_the_wire_whole(kind):
    request, answer = ASKED[kind]
    assert text(crossed(KINDS[request.kind], request)) == text(request)
    assert text(crossed(kind.result, answer)) == text(answer)


VALUES = st.none() | st.floats() | st.integers() | st.text()


@given(st.dictionaries(st.text(), st.floats() | st.integers()), st.lists(VALUES, max_size=3), st.integers(0, 3))
def test_whatever_numbers_and_texts_there_are_they_arrive(numbers, words, size):
    found = Attribution(np.full((size, 2), np.nan, np.float32), float("inf"), numbers)
    assert text(crossed(Attribution, found)) == text(found)
    assert text(crossed(list[Any], words)) == text(words)


def test_two_specifications_are_two_networks_and_equal_weights_are_one_wherever_they_lie():
    keys = {crossed(Network, Network(spec)).key for spec in PRESETS.values()}
    assert len(keys) == len(set(PRESETS.values()))
    moved = NETWORK.weights._replace(path=Path("elsewhere"))
    assert crossed(Network, Network(NETWORK.spec, moved)).key == NETWORK.key
    assert json.dumps(packed(NETWORK, {}))
