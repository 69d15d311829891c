"""The page of the weights without a browser: files that are dropped, and what becomes of them."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.analysis import network
from resnet_viz.messages import use_language
from resnet_viz.server import services
from resnet_viz.spec import preset
from resnet_viz.ui import state
from resnet_viz.weights.store import PLACES
from resnet_viz.worker.workers import Workers

from ..weights_files import random_arrays, safetensors, state_dict, torchvision
from .opening import opened, popover_labels, texts

TORCH = replace(preset("torch-v1.5"), width=0.05)
WHOLE = random_arrays(network(TORCH))


@pytest.fixture(scope="module", autouse=True)
def _one_worker():
    """Share the workers between all tests and end them after them."""
    client = Workers()
    original, services.worker = services.worker, lambda: client
    yield
    services.worker = original
    client.close()
    use_language("en")


@pytest.fixture(autouse=True)
def _a_visitor(monkeypatch):
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    yield
    for place in PLACES:
        services.weights_store().delete("visitor", place)


def dropped(data: bytes, *, name: str = "mine.safetensors", **params: str):
    app = opened("weights", {"preset": "cifar-20"} | params, folded=True)
    app.file_uploader(key="weights_file").upload(name, data, "application/octet-stream").run()
    assert not app.exception
    return app


def shown(app) -> dict:
    """Return the header of what the browser draws."""
    element = next(item for item in app.get("bidi_component") if item.proto.component_name.endswith("weights"))
    (length,) = struct.unpack_from("<I", element.proto.bytes)
    return json.loads(element.proto.bytes[4 : 4 + length])


def test_a_torchvision_file_shows_its_kernels_at_once_and_is_taken_with_one_button():
    app = dropped(safetensors(state_dict(WHOLE, torchvision)))
    assert "weights" not in app.query_params
    assert app.query_params["look"] == "file"
    said = texts(app)
    assert "the names of torchvision and timm" in said
    assert "267 read, 53 counters passed over, 0 without a place" in said
    assert "**This file is of another network.** Input 224×224×3 instead of 32×32×3." in said
    header = shown(app)
    assert (header["kernels"]["height"], header["kernels"]["count"]) == (7, 3)
    assert not header["canJump"]
    assert app.button(key="weights_take").disabled  # nobody has said how pixels were prepared
    app.segmented_control(key="weights_pixels").set_value("torch").run()
    app.button(key="weights_take").click().run()
    assert app.query_params["weights"] == "file"
    assert app.query_params["preset"] == "torch-v1.5"
    assert app.query_params["width"] == "0.05"
    assert app.query_params["prep"] == "torch"
    assert "look" not in app.query_params
    assert "as you said" in texts(app)
    assert shown(app)["canJump"]
    second = safetensors(state_dict(random_arrays(network(TORCH), seed=2), torchvision))
    app.file_uploader(key="weights_file").upload("other.safetensors", second).run()
    assert not app.exception
    assert (app.query_params["weights"], app.query_params["look"]) == ("file", "file2")  # nothing took its place
    assert "**This file is of the network above.** `mine.safetensors` stays in use until you take it." in texts(app)
    app.button(key="weights_beside").click().run()
    assert shown(app)["titles"] == ["A: other.safetensors", "B: mine.safetensors"]
    app.segmented_control(key="weights_pixels").set_value("torch").run()
    app.button(key="weights_take").click().run()
    assert app.query_params["weights"] == "file2"
    app.button(key="history_undo").click().run()
    assert (app.query_params["weights"], shown(app)["titles"][0]) == ("file", "A: mine.safetensors")
    third = safetensors(state_dict(random_arrays(network(TORCH), seed=3), torchvision))
    app.file_uploader(key="weights_file").upload("third.safetensors", third).run()
    assert app.warning[0].value == "`other.safetensors` gave way to `third.safetensors`: 2 files are kept at most."
    assert (app.query_params["weights"], app.query_params["look"]) == ("file", "file2")
    app.selectbox(key="weights_versus").set_value("").run()
    app.button(key="history_undo").click().run()
    assert app.query_params["preset"] == "cifar-20"
    assert "prep" not in app.query_params


def test_the_menus_own_upload_takes_what_is_of_the_network_above_and_explains_the_rest_on_this_page():
    app = opened("activations", {"preset": "torch-v1.5", "width": "0.05", "input": "64"})
    app.file_uploader(key="weights_upload").upload("a.safetensors", safetensors(state_dict(WHOLE, torchvision))).run()
    assert not app.exception
    assert app.query_params["weights"] == "file"
    doubted = next(item.value for item in app.markdown if "is a guess" in item.value)
    assert "which pixel values these weights were learned with. 0 … 1 is a guess" in doubted
    assert "names of ImageNet, assumed" in texts(app)
    app.button(key="doubt_say").click().run()
    assert "names are taken to be its" in texts(app)
    app.segmented_control(key="weights_pixels").set_value("torch").run()
    assert app.query_params["prep"] == "torch"
    app = opened("activations", {"preset": "cifar-20"})
    app.file_uploader(key="weights_upload").upload("b.safetensors", safetensors(state_dict(WHOLE, torchvision))).run()
    assert not app.exception
    assert "weights" not in app.query_params
    assert "**This file is of another network.**" in texts(app)
    assert app.button(key="weights_take")


def test_a_nearly_fitting_file_is_explained_array_by_array():
    arrays = dict(WHOLE)
    arrays.pop("bn2b_branch2a/gamma")
    arrays["res3a_branch1/kernel"] = arrays["res3a_branch1/kernel"][:, :, :2]
    app = dropped(safetensors(state_dict(arrays, torchvision) | {"layer9.more.weight": np.ones(3, np.float32)}))
    lead = next(item.label for item in app.expander)
    assert lead == "Arrays that do not fit torch-v1.5: 1 missing, 1 of another shape, 1 without a place"
    said = texts(app)
    assert "<code>bn2b_branch2a/gamma</code>" in said
    assert "<td>1×1×13×26</td><td>1×1×2×26</td>" in said
    assert "<code>layer9.more.weight</code>" in said


def test_of_two_readings_the_person_says_which_is_meant():
    arrays = random_arrays(network(replace(preset("keras-v1"), width=0.05)))
    app = dropped(safetensors(arrays))
    assert "**The arrays fit these networks equally well. Which one was trained?**" in texts(app)
    assert not app.get("bidi_component")
    app.button(key="weights_rival_keras-v1").click().run()
    assert not app.exception
    assert shown(app)["kernels"]["count"] == 3
    kept = services.weights_store().load("visitor")
    assert kept is not None
    assert kept.about is not None
    assert (kept.about.preset, kept.about.rivals) == ("keras-v1", ())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<!DOCTYPE html><html>", "a web page"),
        (
            safetensors({"conv1.0.weight": np.ones((8, 3, 3, 3), np.float32)} | state_dict(WHOLE, torchvision)),
            "ResNet-D",
        ),
    ],
)
def test_what_is_none_of_ours_is_named_and_the_subjects_weights_stay(data, sentence):
    app = dropped(data)
    assert sentence in app.warning[0].value
    assert "look" not in app.query_params
    assert shown(app)["titles"] == ["A: random, seed 0"]


@pytest.mark.parametrize("key", ["weights_file", "weights_upload"])
def test_a_refusal_is_told_for_as_long_as_the_file_lies_there_and_no_longer(key):
    app = opened("weights" if key == "weights_file" else "activations", {"preset": "torch-v1.5", "width": "0.05"})
    for _run in range(2):  # the second one is for something else, as a part with a clock may want it
        app.file_uploader(key=key).upload("mine.pth", b"\x80\x02}q\0.", "application/octet-stream").run()
        app.run()
        assert "a pickle" in app.warning[0].value
    app.file_uploader(key=key).upload("mine.safetensors", safetensors(state_dict(WHOLE, torchvision))).run()
    assert not app.exception
    assert not [told.value for told in app.warning if "pickle" in told.value]


def test_two_sets_beside_each_other_and_a_start_of_copies():
    app = opened("weights", {"preset": "course", "input": "40", "versus": "random"}, folded=True)
    header = shown(app)
    assert header["titles"] == ["A: trained on shapes", "B: random, seed 0"]
    assert [row["name"] for row in header["rows"]] == ["change", "cosine"]
    assert max(map(abs, header["rows"][1]["values"])) < 0.2
    app = opened("weights", {"preset": "course", "input": "40", "weights": "random"}, folded=True)
    assert "layers start as copies" in shown(app)["sentences"]["layers"]
    assert "weights: random, seed 0" in popover_labels(app)


def test_pixels_of_another_scale_than_the_weights_are_warned_of():
    app = opened("weights", {"preset": "course", "prep": "caffe"}, folded=True)
    assert "trained on pixels of another scale" in app.warning[0].value


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"versus": "run.abcdef.plain"}, "not here, or not any more"),
        ({"versus": "imagenet"}, "There are no ImageNet weights for this network."),
        ({"weights": "random", "versus": "shapes"}, "The trained weights belong to another network."),
        ({"look": "file"}, "not here, or not any more"),
    ],
)
def test_what_is_not_here_is_said_and_never_replaced_by_chance(params, sentence):
    app = opened("weights", {"preset": "cifar-20"} | params, folded=True)
    assert sentence in app.info[0].value
    assert shown(app)["titles"] == ["A: random, seed 0"]
