"""What an explanation says of itself: one sentence, three facts, exact figures behind."""

import ast
import io
import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import resnet_viz
from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import METHODS, AttributionRequest, settings_at, settings_of
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.attribution.methods import attribute
from resnet_viz.attribution.words import Explanation, answer, covers, facts, figures, question
from resnet_viz.errors import ExplanationError
from resnet_viz.results import Attribution
from resnet_viz.spec import preset
from resnet_viz.viz.origin import Origin
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.explain import Explain
from resnet_viz.worker.requests.sanity import CheckSanity

COURSE = analyse(preset("course"))


@pytest.mark.parametrize("name", METHODS)
def test_a_method_s_module_explains_and_asks_for_no_page(name):
    """By reading: one of them imports Keras."""
    path = Path(resnet_viz.__file__).parents[1] / (METHODS[name].module.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text("utf-8"))
    (explain,) = [node for node in tree.body if getattr(node, "name", "") == "explain"]
    assert [argument.arg for argument in explain.args.args] == ["asked"]
    assert "streamlit" not in path.read_text("utf-8")
    passes = METHODS[name].passes(settings_of(name, {}), (64, 64, 3))
    assert passes >= 1
    assert not METHODS[name].price or METHODS[name].price in METHODS[name].settings


def test_a_name_that_is_no_method_runs_as_none():
    with pytest.raises(ExplanationError, match="a known method"):
        attribute(None, {}, AttributionRequest("occlusions", "", 0, {}))


@pytest.mark.parametrize("kind", [Explain, CheckSanity])
def test_a_layer_without_a_map_is_refused_before_a_worker_starts(kind):
    spec = COURSE.graph.spec
    client = WorkerClient("gradient", ["no such program"])
    with pytest.raises(ExplanationError, match=r"a layer with a map, before the classifier\. Received: node='fc6'"):
        client.ask(kind(Network(spec), {}, AttributionRequest("gradcam", "fc6", 0, {})))


def explained(method, numbers, *, shape=(8, 8), node="res3b_out", score=14.04):
    values = np.linspace(-0.5, 5.0, shape[0] * shape[1], dtype=np.float32).reshape(shape)
    found = Attribution(values, score, numbers)
    field = COURSE.by_id[node].field if method == "gradcam" else None
    layer = node if method == "gradcam" else ""
    return Explanation(method, "star", found, settings_of(method, {}), layer, field, (64, 64))


@pytest.mark.parametrize(
    ("method", "node", "engine"),
    [
        ("occlusion", "res3b_out", "ONNX Runtime"),
        ("gradcam", "res5c_out", "ONNX Runtime"),
        ("gradcam", "res3b_out", "Keras"),
        ("integrated-gradients", "res3b_out", "Keras"),
    ],
)
def test_a_file_says_which_engine_made_it(method, node, engine):
    words = dict.fromkeys([field.name for field in fields(Origin)], "") | {"specification": COURSE.graph.spec}
    del words["engine"]
    found = Attribution(np.zeros((8, 8), np.float32), 1.0, {})
    data = explanation_npz(Origin(**words), AttributionRequest(method, node, 0, {}), found)
    with np.load(io.BytesIO(data)) as arrays:
        assert json.loads(str(arrays["about"]))["engine"] == engine


OCCLUSION = {"patches": 225.0, "largest_fall": 9.5686}
GRADIENTS = {"baseline_score": 0.5, "sum": 13.5, "difference": 13.54, "residual": -0.04}


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        (
            explained("occlusion", OCCLUSION, shape=(64, 64)),
            "Cover the patch that matters most, and the score of “star” falls from 14.0 to 4.5.",
        ),
        (
            explained("occlusion", OCCLUSION | {"largest_fall": -0.2}),
            "Whatever part is covered, the score of “star” does not fall.",
        ),
        (
            explained("occlusion", OCCLUSION | {"largest_fall": 1e-8}),
            "Whatever part is covered, the score of “star” hardly changes.",
        ),
        (
            explained("gradcam", {"cells": 64, "positive": 40}),
            "The red cells speak for “star”, the blue ones against it.",
        ),
        (
            explained("gradcam", {"cells": 4, "positive": 4}, shape=(2, 2)),
            "All 4 cells speak for “star”: the redder, the more.",
        ),
        (explained("gradcam", {"cells": 64, "positive": 0}), "No cell of this layer speaks for “star”."),
        (
            explained("integrated-gradients", GRADIENTS),
            "The red pixels push the score of “star” up, the blue ones push it down.",
        ),
    ],
)
def test_the_answer_is_one_sentence_that_names_the_class(of, sentence):
    assert answer(of) == sentence


def test_three_facts_stand_in_sight_and_every_number_behind():
    of = explained("integrated-gradients", GRADIENTS)
    assert facts(of) == [
        "From black to the picture in 64 steps.",
        "All pixels add up to 13.5. On the way the score rose by 13.5.",
        "The score of “star” (its logit, before softmax) is 14.0.",
    ]
    rows = dict(figures(of, "trained on shapes"))
    assert rows["completeness residual"] == "−0.04"
    assert rows["its range"] == "−0.5 … 5"
    assert rows["weights"] == "trained on shapes"
    assert "arXiv:1703.01365" in rows["method"]


def test_a_coarse_map_says_that_it_is_and_why_it_leaves_a_part_free():
    coarse = facts(explained("gradcam", {"cells": 4, "positive": 4}, shape=(2, 2), node="res5c_out"))[0]
    assert coarse == (
        "This layer has only 2×2 cells, so the map is coarse. Each square lies over the middle of what its cell sees. "
        "Where no square is drawn, no cell has its middle."
    )
    assert facts(explained("gradcam", {"cells": 64, "positive": 1}))[0] == (
        "Layer res3b_out has 8×8 cells. Each square lies over the middle of what its cell sees."
    )
    assert covers(COURSE.by_id["res3b_out"].field, (8, 8), (64, 64))
    assert not covers(COURSE.by_id["res5c_out"].field, (2, 2), (64, 64))


def test_the_heading_asks_why_only_of_the_likeliest_class():
    assert question("star", is_likeliest=True) == "Why “star”?"
    assert question("ring", is_likeliest=False) == "What speaks for “ring”?"


@pytest.mark.parametrize(
    ("side", "patch", "stride"),
    [(16, "8", "4"), (64, "8", "4"), (128, "16", "8"), (224, "32", "16"), (512, "32", "16")],
)
def test_a_page_covers_larger_pictures_with_larger_patches(side, patch, stride):
    assert settings_at("occlusion", {}, side) == {"patch": patch, "stride": stride, "fill": "mean"}
    assert settings_at("occlusion", {"patch": "8", "stride": "4"}, side)["patch"] == "8"
    assert settings_at("gradcam", {}, side) == {}
