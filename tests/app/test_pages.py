"""Every page, cold and in odd states, without a browser: what is on it, what changes, what is refused."""

import hashlib
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

from resnet_viz import backends
from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import METHODS
from resnet_viz.downloads import Download
from resnet_viz.errors import SpecError
from resnet_viz.exports.store import KINDS
from resnet_viz.images.samples import FOLDER
from resnet_viz.lessons.walks import Walk, read_walk, shipped_walks
from resnet_viz.messages import use_language
from resnet_viz.owners import OwnerFiles
from resnet_viz.reports.origins import origin_of
from resnet_viz.server import first_paint, services
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.edits import edited_stages
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import VIEWS
from resnet_viz.ui import kept, replay, state
from resnet_viz.ui.architecture import handing_on
from resnet_viz.ui.resolving import trial_for
from resnet_viz.ui.shared import forward
from resnet_viz.viz.fields import FIELDS, SECTIONS
from resnet_viz.viz.origin import arrays_npz
from resnet_viz.viz.theme import AGAINST, FOR
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.imagenet import ImageNetStore
from resnet_viz.weights.store import WeightsFile
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.workers import Workers

from .opening import OPENED, PAGES, exactly, maps_shown, opened, popover_labels, ran, texts

SMALL = {"preset": "cifar-20", "input": "16"}


@pytest.fixture(scope="module", autouse=True)
def _one_worker():
    """Share the workers between all tests and end them after them."""
    client = Workers()
    services.worker.cache_clear()
    original, services.worker = services.worker, lambda: client
    yield
    services.worker = original
    client.close()
    use_language("en")


ONLY_LOOK = {"architecture", "layers", "activations"}


def keras_for_nothing(pages: list[str], asked: list[str]) -> bool:
    """Return whether a test opened only pages that look, and the gradient worker was asked all the same."""
    return bool(pages) and set(pages) <= ONLY_LOOK and "gradient" in asked


@pytest.fixture
def asked(monkeypatch):
    """Which workers are asked, question by question."""
    engines, ask = [], Workers.ask

    def listening(workers, request, *rest):
        engines.append(request.engine)
        return ask(workers, request, *rest)

    monkeypatch.setattr(Workers, "ask", listening)
    return engines


@pytest.fixture(autouse=True)
def _looking_asks_for_no_gradient(asked):
    OPENED.clear()
    yield
    assert not keras_for_nothing(OPENED, asked), f"{OPENED} asked for gradients"


def test_that_check_can_fail(asked, monkeypatch):
    monkeypatch.setattr(Activations, "engine", property(lambda _request: "gradient"))
    monkeypatch.setitem(services.worker().clients, "gradient", services.worker().clients["looking"])
    opened("activations", SMALL | {"classes": "17"})  # maps that no other test has left in the cache
    assert keras_for_nothing(OPENED, asked)
    asked.clear()


@pytest.fixture(autouse=True)
def _own_stores(monkeypatch):
    # AppTest's cookies are mocks, a new one at every look: give the visitor an identity that stays.
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    services.uploads.cache_clear()
    services.weights_store.cache_clear()
    services.walks.cache_clear()
    services.numbers.cache_clear()
    services.exports.cache_clear()


# --- Cold pages ------------------------------------------------------------------------------------------------------


def test_architecture_shows_the_arithmetic_of_the_first_convolution():
    app = opened(params={"node": "conv1"})
    shown = texts(app)
    assert "17,958,790" in shown
    assert "⌊(70 − 7) / 2⌋ + 1 = 32" in shown
    assert "layers.Conv2D(64, 7, strides=2" in shown


def test_layers_shows_sums_of_its_rows():
    app = opened("layers")
    (sums,) = [own for own in app.markdown if own.value.startswith("**177 of 177 layers**: 17,958,790 parameters")]
    assert "Depth 50: 49 convolutions on the main path and the dense layer." in sums.help
    walked = opened("layers", {"walk": "tour", "stop": "9", "preset": "course"})
    assert not any("Depth 50" in own.help for own in walked.markdown)
    assert not [own for own in walked.get("bidi_component") if own.proto.component_name.endswith("overview")]
    app.text_input(key="layers_text").set_value("res3b").run()
    rows = app.dataframe[0].value
    assert len(rows) == 7
    assert f"**7 of 177 layers**: {rows['parameters'].sum():,} parameters" in texts(app)


def test_layers_filter_that_leaves_nothing_is_no_error():
    app = opened("layers")
    app.text_input(key="layers_text").set_value("no such [layer").run()
    assert not app.exception
    assert "**0 of 177 layers**" in texts(app)


def test_activations_takes_a_block_apart():
    app = opened("activations", SMALL | {"node": "res3b_out"})
    assert "What did block 3b add to its input?" in texts(app)
    header, arrays = maps_shown(app)
    assert header["titles"] == ["x", "F(x)", "sum", "output"]
    assert header["joints"] == ["", "+", "=", "→"]
    assert any("‖F(x)‖ / ‖shortcut(x)‖ = " in line for line in header["figures"])
    assert header["weights"] == "Weights: random, seed 0."
    assert "Maps are computed with ONNX Runtime, in float32." in exactly(app, "As the network sees it")
    x, branch, total, out = (arrays[place] for place in header["strip"])
    bound = 3e-3 * np.abs(total).max()  # float16 of each term
    np.testing.assert_allclose(x + branch, total, atol=bound)
    np.testing.assert_allclose(np.maximum(total, 0), out, atol=bound)
    assert header["bound"] == pytest.approx(max(np.abs(array).max() for array in arrays), rel=1e-3)
    assert header["sources"] == [header["strip"][-1]]  # the gallery is of the same block, and crosses once
    assert header["image"]["width"] == 16


@pytest.mark.parametrize("node", ["input", "conv1", "res2a_branch2a", "avg_pool", "fc10", "fc10_softmax"])
def test_every_kind_of_layer_can_be_looked_at(node):
    header, arrays = maps_shown(opened("activations", SMALL | {"node": node}))
    shown = header["arrays"][header["sources"][0]]
    assert shown["node"] == header["layer"] == node
    assert np.isfinite(arrays[header["sources"][0]]).all()


def test_plain_and_preactivation_and_infinite_padding_have_an_anatomy():
    for name, node in (("cifar-plain-20", "res3b_out"), ("v2", "res3b_add"), ("resnet18", "pool1_pad")):
        app = opened("activations", {"preset": name, "input": "32", "node": node})
        header, arrays = maps_shown(app)
        assert header["layer"] == node
        assert np.isinf(arrays[header["sources"][0]]).any() == (node == "pool1_pad")
        is_plain = name == "cifar-plain-20"
        assert ("has no shortcut" in " ".join(header["sentences"])) == is_plain
        assert ("What did block 3b make of its input?" in texts(app)) == is_plain
        if is_plain:
            assert (header["titles"], header["joints"]) == (["F(x)", "output"], ["", "→"])


def test_a_projection_is_shown_as_such():
    header, arrays = maps_shown(opened("activations", SMALL | {"node": "res3a_out"}))
    assert header["titles"][0] in ("projection(x)", "shortcut(x)")
    course = maps_shown(opened("activations", {"input": "37", "node": "res3a_out"}))[0]
    assert course["titles"] == ["projection(x)", "F(x)", "sum", "output"]
    assert len(arrays) == len(header["arrays"])


def test_the_channel_in_focus_is_in_the_link_and_stays_within_its_stage():
    app = opened("activations", SMALL | {"node": "res3b_out", "channel": "5"})
    assert maps_shown(app)[0]["channel"] == 5
    app.pills(key="block").set_value("3c").run()
    assert app.query_params["channel"] == "5"
    assert maps_shown(app)[0]["focus"].startswith("3c ")
    app.pills(key="block").set_value("4b").run()
    assert "channel" not in app.query_params


def test_along_depth_in_both_modes(asked):
    app = opened("activations", SMALL | {"show": "depth"})
    assert "as in inference" in texts(app)
    assert "of 9 blocks" in texts(app)
    assert len(app.get("plotly_chart")) == 4
    app.toggle(key="depth_every").set_value(True)
    app.segmented_control(key="statistics").set_value("batch").run()
    assert not app.exception
    assert (app.query_params["bn"], app.query_params["every"]) == ("batch", "1")
    assert "mean and variance over this picture and 7 samples" in texts(app)
    assert "gradient" not in asked
    app.button(key="field_measure").click().run()
    assert not app.exception
    assert asked.pop() == "gradient", "this one question needs it"
    assert "In fact this cell reacts to a square of" in texts(app)


@pytest.mark.parametrize("beside", ["image:coffee", "weights:shapes", "weights:imagenet"])
def test_two_answers_beside_each_other(beside):
    app = opened("activations", SMALL | {"show": "compare", "node": "res3b_out", "beside": beside, "weights": "random"})
    header, arrays = maps_shown(app)
    assert header["titles"][2] == "B − A"
    is_same = beside != "image:coffee"  # neither of these weights fits this network: both are its random start
    assert np.array_equal(arrays[0], arrays[1]) == is_same
    assert ("A and B are the same here." in header["sentences"]) == is_same
    assert header["figures"][0].startswith(f"‖B − A‖ / ‖A‖ = {'0 / ' if is_same else ''}")


def test_surgery_is_in_the_link_and_undone_like_any_change():
    app = opened("activations", SMALL | {"node": "res3b_out"})
    whole = maps_shown(app)[1]
    app.toggle(key="surgery_drop").set_value(True).run()
    assert app.query_params["surgery"] == "drop:3b"
    assert "F(x) of 3b left out" in texts(app)
    assert "before → after the surgery" in texts(app)
    header, dropped = maps_shown(app)
    np.testing.assert_array_equal(dropped[header["strip"][3]], dropped[header["strip"][0]])
    assert not np.array_equal(whole[-1], dropped[-1])
    app.text_input(key="surgery_silence").set_value("0, 3").run()
    assert app.query_params["surgery"] == "drop:3b,silence:res3b_out:0+3"
    app.text_input(key="surgery_silence").set_value("0, many").run()
    assert "whole numbers with commas between" in app.warning[0].value
    app.text_input(key="surgery_silence").set_value("99").run()
    assert "0 to 31" in app.warning[0].value
    app.button(key="surgery_whole").click().run()
    np.testing.assert_array_equal(maps_shown(app)[1][-1], whole[-1])
    app.button(key="changes_undo").click().run()
    assert app.query_params["surgery"] == "drop:3b,silence:res3b_out:0+3"


def test_surgery_survives_another_network_only_where_it_makes_sense():
    app = opened("activations", SMALL | {"surgery": "drop:3c"})
    app.selectbox(key="line_preset").set_value("cifar-32").run()
    assert app.query_params["surgery"] == "drop:3c"
    app.selectbox(key="line_preset").set_value("cifar-plain-20").run()
    assert "surgery" not in app.query_params


def test_the_sum_of_a_cell_is_written_out():
    app = opened("activations", SMALL | {"node": "res3b_out", "pixel": "res3b_out:0.0.3"})
    shown = texts(app)
    assert "It sees" in shown
    assert "of them inside the picture, the rest is padding" in shown
    for part in ("Σ patch × kernel", "bn3b_branch2b", "res3b_add", "max(0, "):
        assert part in shown


HOW_FOUND = {
    "gradcam": "Each square lies over the middle of what its cell sees.",
    "integrated-gradients": "We fade the picture in from black",
    "occlusion": "9 places were covered, each with a patch of 8×8 pixels.",
}


@pytest.mark.parametrize("method", METHODS)
def test_explain_says_its_answer_three_facts_and_the_exact_figures(method):
    app = opened("explain", SMALL | {"method": method})
    shown = texts(app)
    assert "Why “class" in shown
    assert HOW_FOUND[method] in shown
    for figure in ("before the softmax", "its range", "arXiv:", "random, seed 0"):
        assert figure in shown
    assert "The weights are random, so the prediction means nothing." in shown
    facts = [item.value for item in app.markdown if item.value.startswith("- ")]
    assert [text.count("\n") for text in facts] == [2]
    header, arrays = maps_shown(app)
    assert header["single"]
    assert header["over"] == [list(FOR), list(AGAINST)]
    assert arrays[0].shape == ((1, 8, 8) if method == "gradcam" else (1, 16, 16))
    app.button(key="sanity_try").click().run()
    assert not app.exception
    assert "head random" in texts(app)
    assert "These weights are random already" in texts(app)


def test_explain_follows_class_layer_and_setting():
    app = opened("explain", SMALL | {"node": "res3b_out", "class": "3", "method": "gradcam"})
    assert "“class 3”" in texts(app)
    assert maps_shown(app)[0]["arrays"][0]["height"] == 8
    app.selectbox(key="explain_node").set_value("res2a_out").run()
    assert app.query_params["node"] == "res2a_out"
    app.segmented_control(key="method").set_value("occlusion").run()
    app.selectbox(key="how_patch").set_value("16").run()
    assert app.query_params["how"] == "patch=16"
    assert not app.exception
    app.selectbox(key="how_patch").set_value("32").run()
    assert "from the stride, 4 px, to the picture's side, 16 px" in app.error[0].value


def test_explain_starts_with_the_class_in_the_picture_and_with_a_method_that_needs_no_gradients():
    app = opened("explain", {"image": "ring"})
    assert "Why “ring”?" in texts(app)
    assert "We cover one patch of the picture after the other" in texts(app)
    assert "Cover the patch that matters most, and the score of “ring” falls from" in texts(app)
    assert "trained on shapes" in texts(app)
    app.segmented_control(key="method").set_value("gradcam").run()
    assert app.selectbox(key="explain_node").value == "res3d_out"
    assert maps_shown(app)[1][0].shape == (1, 8, 8)
    app.selectbox(key="explain_node").set_value("res5c_out").run()
    assert "This layer has only 2×2 cells, so the map is coarse." in texts(app)
    assert "Where no square is drawn, no cell has its middle." in texts(app)
    app.button(key="sanity_try").click().run()
    assert "Checked at layer res3d_out: res5c_out has too few cells to compare." in texts(app)


@pytest.mark.parametrize("page", ["activations", "explain"])
def test_a_photo_says_beside_its_prediction_that_the_network_knows_only_shapes(page, monkeypatch, tmp_path):
    monkeypatch.setattr(services, "imagenet_store", lambda: ImageNetStore(tmp_path))
    app = opened(page, {"image": "cat", "method": "gradcam"})
    assert "It can only say which shape the cat looks like." in texts(app)
    assert "MiB to fetch" in app.button(key="doubt_imagenet").label
    app = opened(page, {"method": "gradcam"})
    assert "knows only six shapes" not in texts(app)


def test_one_click_takes_imagenets_weights_with_their_network_size_and_pixels(monkeypatch, tmp_path):
    store = ImageNetStore(tmp_path)
    monkeypatch.setattr(services, "imagenet_store", lambda: store)
    asked = []
    monkeypatch.setattr(Download, "start", lambda self: asked.append(self.url))
    app = opened("explain", {"image": "cat", "method": "gradcam", "class": "5"})
    app.button(key="doubt_imagenet").click().run()
    assert len(asked) == 1
    assert app.query_params["preset"] == "course"  # until they have come
    assert app.button(key="doubt_imagenet_fetch")
    arrays = WeightsFile("ImageNet", tmp_path / "none", "0" * 64, expected_arrays(analyse(preset("keras-v1"))))
    monkeypatch.setattr(store, "load", lambda _file: arrays)
    app.run()
    taken = {name: app.query_params[name] for name in ("preset", "weights", "prep", "image")}
    assert taken == {"preset": "keras-v1", "weights": "imagenet", "prep": "caffe", "image": "cat"}
    assert "class" not in app.query_params


@pytest.mark.parametrize(
    ("params", "sentence", "key"),
    [
        ({"input": "128"}, "At 128 px the last layer needs other weights.", "doubt_size"),
        ({"shortcut.enabled": "off"}, "These weights were learned with shortcuts.", "doubt_shortcuts"),
        ({"surgery": "drop:3b"}, "A part of the network is switched off", "doubt_whole"),
        ({"weights": "random"}, "The weights are random, so the prediction means nothing.", "doubt_trained"),
        ({"prep": "caffe"}, "learned with other pixel values", "doubt_pixels"),
    ],
)
def test_what_the_weights_were_not_made_for_is_said_and_taken_back_with_one_button(params, sentence, key):
    app = opened("explain", params | {"method": "gradcam"})
    assert sentence in texts(app)
    app.button(key=key).click().run()
    assert sentence not in texts(app)
    assert {name for name in app.query_params if name in params} == set()


def test_imagenet_says_where_it_is_to_be_had(monkeypatch, tmp_path):
    monkeypatch.setattr(services, "imagenet_store", lambda: ImageNetStore(tmp_path))
    app = opened("architecture", {"preset": "keras-v1", "weights": "imagenet"})
    shown = texts(app)
    assert "ImageNet's weights are not on this machine yet" in shown
    for part in ("resnet50_weights_tf_dim_ordering_tf_kernels.h5", "2cb95161c43110f7111970584f804107", str(tmp_path)):
        assert part in shown
    app = opened("architecture", {"preset": "course", "weights": "imagenet"})
    app.button(key="imagenet_preset").click().run()
    assert app.query_params["preset"] == "keras-v1"
    assert app.query_params["prep"] == "caffe"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_an_architecture(name):
    app = opened("architecture", {"preset": name, "open": "3", "node": "res3a_out" if name != "v2" else "res3a_add"})
    assert not app.warning
    assert f"{analyse(PRESETS[name]).totals.parameters:,}" in texts(app)


# --- Links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"preset": "corse"}, "Did you mean `course`"),
        ({"input": "12"}, "at least 37×37"),
        ({"input": "99999999"}, "`input_shape.height` must be"),
        ({"input": "٣"}, "Please write a size"),
        ({"classes": "none"}, "`classes` must be"),
        ({"node": "res9z"}, "Received: node='res9z'"),
        ({"open": "9z"}, "`open` must be"),
        ({"image": "../../etc/passwd"}, "`image` must be"),
        ({"stem.use_relu": "maybe"}, "`on` or `off`"),
        ({"stages.5.blocks": "0"}, "from 1 to 128"),
        ({"prep": "magic"}, "`prep` must be"),
        ({"surgery": "drop:9z"}, "`surgery` must be a block"),
        ({"pixel": "conv1:99.0.0"}, "`pixel` must be"),
        ({"beside": "image:nobody"}, "`beside` must be"),
        ({"method": "magic"}, "`method` must be"),
        ({"how": "steps=3"}, "a setting of occlusion"),
        ({"class": "6"}, "a number from 0 to 5"),
        ({"show": "nothing"}, "`show` must be"),
    ],
)
def test_a_bad_link_says_what_is_wrong_and_shows_the_rest(params, sentence):
    app = opened("architecture", params)
    assert sentence in app.warning[0].value
    assert "parameters" in texts(app)


def test_unknown_parameters_in_a_link_are_passed_over():
    app = opened("architecture", {"utm_source": "mail", "preset": "course"})
    assert not app.warning


def test_a_link_carries_changes_of_the_specification():
    app = opened("architecture", {"stem.use_relu": "on", "stages.5.identity_filters": "512.512.2048"})
    assert "23,600,006" in texts(app)
    assert "course + 2 changes" in popover_labels(app)


def test_the_address_bar_is_the_link_to_what_is_shown():
    app = opened("architecture", {"preset": "keras-v1"})
    app.toggle(key="spec_stem.use_relu").set_value(False).run()
    assert dict(app.query_params) == {"preset": "keras-v1", "stem.use_relu": "off"}
    app.switch_page(PAGES["layers"]).run()
    assert dict(app.query_params) == {"preset": "keras-v1", "stem.use_relu": "off"}


def test_the_selection_survives_navigation():
    app = opened("architecture", {"preset": "cifar-20", "node": "res3b_branch2a", "open": "3.3b"})
    for page in ("layers", "activations", "architecture"):
        app.switch_page(PAGES[page]).run()
        assert app.query_params["node"] == "res3b_branch2a"
    assert app.subheader[0].value == "res3b_branch2a"


# --- Changing the specification -------------------------------------------------------------------------------------


def test_controls_change_the_network_and_undo_brings_it_back():
    app = opened()
    app.number_input(key="blocks_3").set_value(2).run()
    assert "17,958,790" not in texts(app)
    app.button(key="changes_undo").click().run()
    assert "17,958,790" in texts(app)
    app.button(key="changes_redo").click().run()
    assert "17,958,790" not in texts(app)
    app.button(key="changes_reset").click().run()
    assert "17,958,790" in texts(app)


def test_a_bad_value_says_the_rule_and_keeps_the_network():
    app = opened()
    app.text_input(key="line_input").set_value("36").run()
    assert "at least 37×37" in app.warning[0].value
    assert "17,958,790" in texts(app)
    assert app.text_input(key="line_input").value == "64x64x3"
    app.run()
    assert not app.warning


def test_each_change_says_what_it_costs_on_its_own():
    params = {"stem.use_relu": "on", "stages.5.identity_filters": "512.512.2048"}
    shown = texts(opened("architecture", params))
    assert "A ReLU follows the stem's convolution and BatchNorm. *parameters and MACs stay the same*" in shown
    assert "5b, 5c: squeezes to 512 instead of 256. *+5,641,216 parameters, +22,544,384 MACs*" in shown
    narrow = {"stages.2.convolution_filters": "64.64.128", "stages.2.identity_filters": "64.64.128"}
    assert "2b, 2c: filters 64 · 64 · 128 instead of 64 · 64 · 256. *only together with the others*" in texts(
        opened("architecture", narrow)
    )


def test_choosing_a_preset_brings_its_input_and_classes():
    app = opened()
    app.selectbox(key="line_preset").set_value("keras-v1").run()
    assert "25,636,712" in texts(app)
    assert {"224×224×3", "1,000 classes"} <= set(popover_labels(app))


def test_a_node_that_is_gone_moves_to_its_stage():
    app = opened("architecture", {"node": "res4f_branch2a", "open": "4.4f"})
    app.number_input(key="blocks_2").set_value(3).run()
    assert app.subheader[0].value == "res4c_out"
    app.number_input(key="line_classes").set_value(10).run()
    assert not app.exception


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_has_a_control_with_its_rule(section):
    app = opened()
    app.session_state[f"section_{section}"] = True
    app.run()
    assert not app.exception
    kinds = (app.toggle, app.number_input, app.selectbox, app.get("button_group"))
    labels = "\n".join(str(widget.label) for kind in kinds for widget in kind if hasattr(widget, "label"))
    for field in FIELDS.values():
        if field.section == section and field.kind in (bool, int, float):
            assert field.title() in labels
            assert field.rule() in labels or field.path in ("shortcut.enabled", "stem.use_relu")


def test_a_field_deep_in_the_specification_changes_the_network_and_the_link():
    app = opened()
    app.session_state["section_stem"] = True
    app.run()
    app.number_input(key="spec_stem.filters").set_value(32).run()
    assert app.query_params["stem.filters"] == "32"
    app.number_input(key="spec_stem.filters").set_value(0).run()
    assert "`stem.filters` must be a whole number from 1 to 16,384" in app.warning[0].value
    assert app.number_input(key="spec_stem.filters").value == 32
    app.button(key="changes_undo").click().run()
    assert "17,958,790" in texts(app)


def test_the_table_of_stages_takes_edits_and_refuses_bad_ones():
    stages = PRESETS["course"].stages
    edits = {"edited_rows": {3: {"identity_filters": "512 512 2048"}}, "added_rows": [], "deleted_rows": []}
    assert edited_stages(stages, edits)[3].identity_filters == (512, 512, 2048)
    more = {"edited_rows": {}, "added_rows": [{"blocks": 1, "strides": None}], "deleted_rows": [0]}
    made = edited_stages(stages, more)
    assert len(made) == 4
    assert made[-1].blocks == 1
    for cell, value in (("identity_filters", "many"), ("blocks", 2.5), ("strides", "x")):
        with pytest.raises(SpecError, match=cell):
            edited_stages(stages, {"edited_rows": {0: {cell: value}}, "added_rows": [], "deleted_rows": []})


def test_another_kind_of_block_brings_its_filters():
    app = opened("architecture", {"preset": "keras-v1"})
    app.session_state["section_block"] = True
    app.run()
    state_of = app.session_state[state.SUBJECT.key]
    assert state_of.spec.block == "bottleneck"
    from resnet_viz.spec.edits import with_field

    basic = with_field(state_of.spec, "block", "basic")
    assert basic.stages[1].identity_filters == (128, 128)
    assert analyse(with_field(basic, "block", "bottleneck")).totals == analyse(state_of.spec).totals
    assert with_field(state_of.spec, "pre_activation", value=True).final_norm


# --- Beside the picture ---------------------------------------------------------------------------------------------


def test_compare_says_sentences_sums_and_layers():
    app = opened("architecture", {"panel": "difference", "against": "coursera-2018"})
    shown = texts(app)
    assert "5b, 5c: squeezes to 256 instead of 512. *−5,641,216 parameters, −22,544,384 MACs*" in shown
    assert "<td>−5,641,216</td>" in shown
    rows = app.dataframe[0].value
    assert len(rows) == 16
    app.button(key="against_swap").click().run()
    assert app.query_params["preset"] == "coursera-2018"
    assert app.query_params["against"] == "course"
    assert "+5,641,216" in texts(app)


def test_a_network_that_cannot_exist_at_this_size_is_refused_with_its_rule():
    app = opened("architecture", {"preset": "cifar-20", "panel": "difference"})  # 32 px; course needs 37
    app.selectbox(key="against").set_value("course").run()
    assert not app.exception
    assert "at least 37×37" in app.warning[0].value
    assert "against" not in app.query_params


def test_holding_a_network_compares_what_comes_after():
    app = opened("architecture", {"panel": "difference", "stem.use_relu": "on"})
    app.button(key="against_hold").click().run()
    assert app.query_params["against"] == "course,stem.use_relu=on"
    assert "Both networks are the same" in texts(app)
    app.number_input(key="blocks_1").set_value(5).run()
    assert "Stage 3 has 5 blocks instead of 4." in texts(app)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("23,600,006", "is `coursera-2018` at 64×64×3 with 6 classes."),
        ("17943430", "the projection shortcuts lack their BatchNorm"),
        ("17958789", "The nearest one here is `course`: it differs by −1."),
    ],
)
def test_a_total_names_its_network_or_the_mistake(typed, answer):
    app = opened("architecture", {"panel": "difference"})
    app.text_input(key="total").set_value(typed).run()
    assert answer in texts(app)


def test_a_total_that_is_no_number_is_a_sentence_and_a_match_can_be_shown():
    app = opened("architecture", {"panel": "difference"})
    app.text_input(key="total").set_value("lots").run()
    assert "`total` must be a whole number of parameters" in app.warning[0].value
    app.text_input(key="total").set_value("25,636,712").run()
    app.button(key="match_0").click().run()
    assert "**25,636,712** parameters" in texts(app)


def test_files_go_out_and_come_in():
    app = opened("architecture", {"panel": "files"})
    assert len(app.get("download_button")) == 3
    assert len(app.selectbox(key="file_kind").options) == len(KINDS) - 1  # its biases have no place at torchvision's
    spec = PRESETS["torch-v1.5"]
    app.file_uploader(key="spec_upload").upload("mine.json", spec.to_json().encode(), "application/json").run()
    kept = {"preset": "torch-v1.5", "panel": "files"}
    assert dict(app.query_params) == kept
    assert "**25,610,152** parameters" in texts(app)
    app.file_uploader(key="spec_upload").upload("mine.json", b'{"stem": {"filter": 3}}', "application/json").run()
    assert "Did you mean `filters`" in app.warning[0].value
    assert dict(app.query_params) == kept
    assert "**25,610,152** parameters" in texts(app)


def test_the_network_goes_out_for_other_libraries_and_says_what_the_page_says(monkeypatch):
    app = opened("architecture", {"panel": "files"} | SMALL)
    name = "cifar-20-16x16x3-10-random-0"
    for kind, ending in KINDS.items():
        app.selectbox(key="file_kind").set_value(kind).run()
        app.button(key="make_file").click().run()
        assert app.get("download_button")[-1].proto.label == f"Save {name}{ending}, 1 MB"
    trial = trial_for(Subject().with_preset("cifar-20", (16, 16, 3)))
    head = "fc10"
    asked = Activations(forward.network_of(trial), trial.input, [head])
    expected = services.worker().ask(asked)[head]
    for path in services.data_folder().glob("exports/*.onnx"):
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        model.graph.output.extend(info for info in model.graph.value_info if info.name == head)
        running = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        (logits,) = running.run([head], {"input": np.moveaxis(trial.input, -1, 0)[np.newaxis]})
        np.testing.assert_allclose(logits[0], expected, atol=1e-5 * np.abs(expected).max())
    monkeypatch.setattr(handing_on, "MAX_FILE_BYTES", 2**19)
    assert "In a terminal, `resnet-viz export --format onnx` writes it" in texts(app.run())


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_first_is_fetched_ahead(page):
    shown = [item.proto.component_name.rpartition(".")[2] for item in opened(page, folded=True).get("bidi_component")]
    assert re.findall(rb"bidi-components/resnet-viz\.(\w+)/", first_paint._ahead(page)) == [shown[0].encode()]


@pytest.mark.parametrize("page", ["architecture", "activations", "explain", "train"])
def test_pictures_are_shown_as_they_are(page):
    addresses = [picture.url for item in opened(page, {"node": "3b"}).get("image") for picture in item.proto.imgs]
    assert addresses
    assert [address for address in addresses if not address.endswith(".png")] == []


def test_own_numbers_colour_the_picture():
    app = opened("architecture", {"panel": "files"})
    data = b"layer,number\nres3b_branch2b,0.7\nconv1,0.1\n"
    app.file_uploader(key="numbers_upload").upload("mine.csv", data, "text/csv").run()
    assert app.query_params["color"] == "own"
    app.file_uploader(key="numbers_upload").upload("mine.csv", b"res9z,1", "text/csv").run()
    assert "made of this network's layers" in app.warning[0].value


def test_unread_cells_are_said_where_there_are_any():
    assert "use 64 of these 225 cells; steps of the stride jump over the other 161" in texts(
        opened("architecture", {"node": "res2c_out"})
    )
    assert "jump over" not in texts(opened("architecture", {"node": "res3b_out"}))


# --- Layers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_the_layers(view):
    app = opened("layers", {"view": view, "node": "res3b_out"})
    assert (len(app.get("plotly_chart")) == 1) == (view != "table")
    assert len(app.get("download_button")) == 3


# --- Walks, sharing, projector ------------------------------------------------------------------------------------------


def walking(stop: int = 0):
    """Return the app at the tour's start, or at a stop that a link names."""
    if stop:
        return opened("architecture", {"walk": "tour", "stop": str(stop)})
    app = opened()
    app.session_state["subject_walk"] = True
    app.run()
    return app.button(key="walk_start_tour").click().run()


def test_a_walk_goes_from_stop_to_stop_and_shows_answers_on_request():
    app = walking()
    assert app.query_params["preset"] == "plain34"
    assert "<b>1</b> of 14" in texts(app)
    assert "28.54" not in texts(app)
    app.button(key="walk_answer").click().run()
    assert "28.54 %" in texts(app)
    for stop in (2, 3):
        app.button(key="walk_on").click().run()
        assert not app.exception
        assert f"<b>{stop}</b> of 14" in texts(app)
        assert not app.warning
        assert not re.search(r"{\w+}", texts(app))
    app.button(key="walk_end").click().run()
    assert "walk" not in app.query_params


@pytest.fixture
def nothing_answered(monkeypatch):
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    services.progress().delete("visitor")
    yield
    services.progress().delete("visitor")


def lesson(stop: int = 1, name: str = "shortcut", **more: str) -> AppTest:
    """Return the app at a stop of a lesson, as its link opens it."""
    stop_ = shipped_walks()[name].stops[stop - 1]
    return opened(stop_.page or "architecture", dict(stop_.params) | {"walk": name, "stop": str(stop)} | more)


def answered(app: AppTest) -> AppTest:
    """Press the form's button."""
    return app.button(key="lesson_submit").click().run()


@pytest.mark.usefixtures("nothing_answered")
def test_a_lesson_takes_the_prediction_before_it_tells_anything():
    app = lesson()
    assert "28.54" not in texts(app)
    assert not [button for button in app.button if button.key == "walk_answer"]
    app = answered(app)
    assert "Choose an answer first." in texts(app)
    app.radio(key="lesson_answer").set_value("plain-34, the deeper one")
    app = answered(app)
    assert "You said: plain-34, the deeper one. What came: plain-18, the shallower one." in texts(app)
    assert "28.54 %" in texts(app)
    assert "You said" in texts(lesson()), "it is kept, and the same after a reload"
    app.button(key="walk_on").click().run()
    assert "You said" not in texts(app)


@pytest.mark.usefixtures("nothing_answered")
def test_a_lesson_names_a_known_mistake_and_points_at_what_was_asked_for():
    app = lesson(2)
    app.text_input(key="lesson_answer").set_value("many")
    app = answered(app)
    assert "This is no number: 'many'. Write digits, such as 12 or 0.5." in texts(app)
    app.text_input(key="lesson_answer").set_value("282,368")
    app = answered(app)
    assert "You said: 282,368. What came: 0." in texts(app)
    assert "These are the parameters of F(x)." in texts(app)
    assert "1.6% of the network" in texts(app)  # the block, beside the picture …
    app.session_state[state.SUBJECT.key] = app.session_state[state.SUBJECT.key].having(present=True)
    assert "1.6% of the network" not in texts(app.run())  # … which projected takes the width: a block is open
    app = lesson(3)
    assert "That is a block: click one layer." in texts(app)
    assert app.button(key="lesson_submit").disabled
    app.session_state[state.SUBJECT.key] = app.session_state[state.SUBJECT.key].having(node="res4a_branch2a")
    app = answered(app.run())
    assert "You said: res4a_branch2a. What came: res4a_branch1." in texts(app)
    assert app.query_params["node"] == "res4a_branch1"


@pytest.mark.usefixtures("nothing_answered")
def test_what_a_stop_runs_may_change_the_network_that_it_asked_about():
    """Judged when it was given, on the network that was on show; what came of it stands on the changed one."""
    app = lesson(1, "projection")
    app.text_input(key="lesson_answer").set_value("15.5 %")
    app = answered(app)
    assert "You said: 15.5. What came: 15.5" in texts(app)
    assert app.query_params["shortcut.enabled"] == "off"
    assert "\u22122,788,096 parameters" in texts(app)  # beside the picture, once it is answered
    assert "7\u00b77\u00b73" not in texts(lesson(1, "shapes"))  # and not before


@pytest.mark.usefixtures("nothing_answered")
def test_what_is_kept_is_in_the_readers_language_and_a_lesson_goes_on_where_nothing_is_answered():
    app = lesson(2, lang="zh")
    app.text_input(key="lesson_answer").set_value("282368")
    app = answered(app)
    assert "捷径本身没有参数" in services.progress().load("visitor").decode()
    app.button(key="walk_end").click().run()
    app.session_state["subject_walk"] = True
    app.run()
    assert app.button(key="walk_resume_shortcut").label == "从第 1 站继续"


BROUGHT = {"prediction": "7", "came": "8", "remark": "", "link": "/?preset=course", "when": "2026-01-01T10:00:00+00:00"}


@pytest.mark.usefixtures("nothing_answered")
def test_answers_are_handed_out_brought_and_deleted():
    app = lesson(2)
    app.text_input(key="lesson_answer").set_value("0")
    app = answered(app)
    assert "That is what came." in texts(app)
    app.session_state["subject_walk"] = True
    app.run()
    assert "questions answered" in texts(app)
    app.session_state["sheets"] = True  # what teachers print is drawn once it is opened
    app.run()
    assert "What is a shortcut for?" in app.selectbox(key="sheet_lesson").options
    file = json.dumps({"answers": [{"lesson": "shortcut", "stop": stop, **BROUGHT} for stop in (2, 4)]}).encode()
    app.file_uploader(key="answers_upload").upload("answers.json", file, "application/json").run()
    assert "1 answer was added. Yours stay." in texts(app)
    assert "2 of 5 questions answered" in texts(app)
    assert "You said: 0." in texts(app)
    app.button(key="answers_undo").click().run()
    assert "1 of 5 questions answered" in texts(app)
    app.file_uploader(key="answers_upload").upload("answers.json", b'{"answers": 1}', "application/json").run()
    assert "`progress` must be a file of predictions" in app.warning[0].value
    app.button(key="lesson_delete_shortcut").click().run()
    assert "questions answered" not in texts(app)
    assert "That is what came." not in texts(lesson(2))


def test_a_walk_starts_from_its_own_network_whatever_was_on_screen():
    for name in ("plain34", "cifar-20"):
        app = opened("architecture", {"preset": name, "walk": "tour"})
        assert app.query_params["preset"] == name  # the link says of which network
    assert walking(stop=1).query_params["preset"] == "plain34"
    app = walking(stop=4)
    assert app.query_params["open"] == "3.3b"
    assert "<b>4</b> of 14" in texts(app)
    assert walking(stop=9).session_state[state.PAGE.key] == "layers"
    assert "<b>14</b> of 14" in texts(walking(stop=99))


def test_leaving_a_walk_brings_back_what_was_on_screen():
    app = opened("architecture", {"preset": "keras-v1", "node": "res4a_branch1", "open": "4.4a", "lang": "zh"})
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_start_tour").click().run()
    app.button(key="walk_on").click().run()
    assert app.query_params["preset"] == "resnet34"
    app.button(key="walk_end").click().run()
    assert {name: app.query_params[name] for name in ("preset", "node", "open", "lang")} == {
        "preset": "keras-v1",
        "node": "res4a_branch1",
        "open": "4.4a",
        "lang": "zh",
    }
    assert state.PAST.key not in app.session_state  # undo takes back changes, not steps
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_resume_tour").click().run()
    assert app.query_params["stop"] == "2"


def test_a_walk_that_a_link_began_leaves_the_view_it_was_at():
    app = walking(stop=5)
    app.button(key="walk_end").click().run()
    assert "walk" not in app.query_params
    assert app.query_params["node"] == "res4a_branch1"


def test_the_tour_ends_where_two_networks_learn():
    app = walking(stop=14)
    assert app.session_state[replay.AT.key] == ("recorded-plain-vs-residual", 0)
    app.button(key="walk_hand_over").click().run()
    assert "walk" not in app.query_params
    assert app.query_params["run"] == "recorded-plain-vs-residual"
    assert replay.AT.key not in app.session_state
    assert app.session_state[replay.PLAYS.key] == 2


def test_on_a_walk_nothing_stands_beside_the_picture_but_what_the_stop_asks_for():
    app = walking(stop=4)
    assert not app.sidebar.children
    assert "(v1)" not in texts(app)
    compared = walking(stop=8)
    assert "(v1)" in texts(compared)
    assert not [key for key in ("panel", "against", "total") if key in compared.session_state]


def test_a_view_becomes_a_stop_of_ones_own_walk():
    app = opened("architecture", {"node": "res4a_branch1", "open": "4.4a"})
    assert "Explained in [What is a shortcut for?](./?walk=shortcut&stop=3)" in texts(app)
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_add").click().run()
    app.text_area(key="draft_question").set_value("What is it for?").run()
    app.button(key="draft_keep").click().run()
    walk = app.session_state[kept.WALK.key]
    assert walk.stops[0].question == "What is it for?"
    assert dict(walk.stops[0].params)["node"] == "res4a_branch1"
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_start_own").click().run()
    assert "<b>1</b> of 1" in texts(app)
    assert "What is it for?" in texts(app)
    app.session_state["subject_walk"] = True
    app.run()
    app.file_uploader(key="walk_upload").upload("w.json", b'{"stops": []}', "application/json").run()
    assert "`walk` must be a list of 1 to 100 stops" in app.warning[0].value
    app.button(key="walk_remove_0").click().run()
    assert app.session_state[kept.WALK.key].stops == ()
    app.button(key="walk_undo").click().run()
    assert app.session_state[kept.WALK.key] == walk


@pytest.mark.usefixtures("nothing_answered")
def test_a_lesson_is_written_without_code_and_what_is_right_is_computed():
    app = opened("architecture", {"node": "4a", "open": "4.4a"})
    app.session_state[kept.WALK.key] = Walk("")
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_add").click().run()
    app.text_area(key="draft_question").set_value("How many parameters has block 4a?").run()
    app.segmented_control(key="draft_kind").set_value("number").run()
    assert "Choose what is right." in texts(app)
    assert not [button for button in app.button if button.key == "draft_keep"]
    assert "parameters of block 4a: 1,520,128" in app.selectbox(key="draft_quantity").options
    app.selectbox(key="draft_quantity").set_value("parameters(4a)").run()
    assert "What comes here and now: 1,520,128." in texts(app)
    app.button(key="draft_keep").click().run()
    ask = app.session_state[kept.WALK.key].stops[0].ask
    assert (ask.kind, ask.quantity) == ("number", "parameters(4a)")
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_add").click().run()
    app.button(key="draft_keep").click().run()
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_down_0").click().run()
    assert [bool(stop.ask) for stop in app.session_state[kept.WALK.key].stops] == [False, True]
    app.button(key="walk_edit_1").click().run()
    assert app.text_area(key="draft_question").value == "How many parameters has block 4a?"
    app.segmented_control(key="draft_kind").set_value("choice").run()
    for row, place in enumerate(("4a", "stage 4")):
        app.selectbox(key=f"draft_option_quantity_{row}").set_value(f"parameters({place})").run()
    app.text_input(key="draft_option_text_0").set_value("this block").run()
    app.button(key="draft_keep").click().run()
    options = app.session_state[kept.WALK.key].stops[1].ask.options
    assert [option.text for option in options] == ["this block", "parameters of stage 4"]
    services.walks().delete("visitor")


def test_what_a_visitor_made_is_kept_on_the_server_and_a_full_disk_is_a_sentence(monkeypatch):
    app = opened()
    app.session_state["subject_walk"] = True
    app.run()
    app.button(key="walk_add").click().run()
    app.button(key="draft_keep").click().run()
    again = opened()
    again.session_state["subject_walk"] = True
    again.run()
    assert len(again.session_state[kept.WALK.key].stops) == 1
    monkeypatch.setattr(
        OwnerFiles, "save", lambda *_args: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    again.button(key="walk_add").click().run()
    again.button(key="draft_keep").click().run()
    assert "No space left on device" in again.warning[0].value
    assert len(again.session_state[kept.WALK.key].stops) == 2


def test_sharing_draws_the_link_and_its_code():
    app = opened("architecture", {"preset": "keras-v1", "node": "res3b_out"})
    app.session_state["subject_share"] = True
    app.run()
    assert not app.exception
    assert "/?preset=keras-v1&node=res3b_out" in app.code[0].value


def test_the_projector_shows_one_thing():
    app = opened("architecture", {"present": "1", "node": "res4a_branch1", "open": "4.4a"})
    assert not app.sidebar.children
    assert "projection shortcut" in texts(app)
    for page in ("layers", "activations"):
        assert not opened(page, SMALL | {"present": "1"}).exception


# --- Pictures and weights of one's own ------------------------------------------------------------------------------


def png(color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "PNG")
    return out.getvalue()


def test_an_upload_becomes_the_image_and_can_be_deleted():
    app = opened("activations", SMALL)
    app.file_uploader(key="page_upload").upload("mine.png", png(), "image/png").run()
    assert not app.exception
    assert "image: your own" in popover_labels(app)
    assert app.query_params["image"] == "upload"
    app.session_state["another_picture"] = True  # it closed when the picture was chosen
    app.run().button(key="page_delete").click().run()
    assert "image: star" in popover_labels(app)


def test_a_bad_upload_is_a_sentence_and_changes_nothing():
    app = opened("activations", SMALL)
    app.file_uploader(key="page_upload").upload("mine.png", b"not a picture", "image/png").run()
    assert "a picture in PNG" in app.warning[0].value
    assert "image: star" in popover_labels(app)


def test_a_link_to_somebody_elses_picture_says_so():
    app = opened("activations", SMALL | {"image": "upload"})
    assert "not here, or not any more" in app.info[0].value


def test_own_weights_fit_until_the_input_changes_and_then_say_what_does_not():
    spec = preset("course", input_shape=(40, 40, 3))
    random = np.random.default_rng(0)
    arrays = {
        name: random.uniform(0.01, 0.02, shape).astype(np.float16)
        for name, shape in expected_arrays(analyse(spec)).items()
    }
    app = opened("layers", {"input": "40"})
    app.file_uploader(key="weights_upload").upload("mine.safetensors", save(arrays), "application/octet-stream").run()
    assert not app.exception
    assert "weights: `mine.safetensors`, pixels 0 … 1" in popover_labels(app)
    assert not app.warning
    app.text_input(key="line_input").set_value("128").run()
    figures = exactly(app, "At 128 px the last layer needs other weights.")
    assert "`fc6/kernel` has 2048×6, the network needs 8192×6; 319 arrays keep their values" in figures
    assert "weights: `mine.safetensors`, 1 layer random, pixels 0 … 1" in popover_labels(app)
    app.button(key="misfit_keep").click().run()
    assert "the last layer needs other weights" not in texts(app)
    app.button(key="changes_undo").click().run()
    assert "weights: `mine.safetensors`, pixels 0 … 1" in popover_labels(app)


def _open_with_own_weights(name: str = "cifar-20"):
    """Return a page at a small network, and bytes of weights that fit it and say so."""
    spec = preset(name, input_shape=(16, 16, 3))
    shapes = expected_arrays(analyse(spec))
    arrays = {key: np.full(shape, 0.01, np.float16) for key, shape in shapes.items()}
    return opened("layers", SMALL), save(arrays, {"specification": spec.to_json(None)})


def _upload_weights(app, data: bytes):
    return app.file_uploader(key="weights_upload").upload("mine.safetensors", data, "application/octet-stream").run()


def test_undo_beside_a_misfit_takes_back_the_change_of_the_network_and_keeps_what_came_after():
    app, data = _open_with_own_weights()
    _upload_weights(app, data)
    app.number_input(key="line_classes").set_value(7).run()
    assert "2 are missing (`fc7/kernel`, `fc7/bias`)" in exactly(app, "With 7 classes the last layer")
    for change in (lambda now: now.with_spec(replace(now.spec, seed=3)), lambda now: _operated(now, "drop:2a")):
        after = change(app.session_state[state.SUBJECT.key])
        app.session_state[state.PAST.key] += (app.session_state[state.SUBJECT.key],)
        app.session_state[state.SUBJECT.key] = after
        app.run()
    app.button(key="misfit_undo").click().run()
    assert "the last layer needs other weights" not in texts(app)
    assert "classes" not in app.query_params
    assert app.query_params["surgery"] == "drop:2a"
    assert app.query_params["weights"] == "file"


def _operated(now, text: str):
    return replace(now, surgery=surgery_of(text, now.summary))


def test_undo_beside_a_misfit_takes_back_the_choice_of_weights():
    app, data = _open_with_own_weights()
    _upload_weights(app, data)
    app.selectbox(key="weights_choice").set_value("random").run()
    app.number_input(key="line_classes").set_value(7).run()
    app.selectbox(key="weights_choice").set_value("file").run()
    assert "2 are missing (`fc7/kernel`, `fc7/bias`)" in exactly(app, "With 7 classes the last layer")
    app.button(key="misfit_undo").click().run()
    assert "the last layer needs other weights" not in texts(app)
    assert app.query_params["weights"] == "random"
    assert app.query_params["classes"] == "7"


def test_undo_and_redo_know_the_choice_of_weights():
    app, data = _open_with_own_weights()
    _upload_weights(app, data)
    app.button(key="changes_undo").click().run()
    assert "weights" not in app.query_params
    app.button(key="changes_redo").click().run()
    assert app.query_params["weights"] == "file"


def test_a_misfit_that_came_with_the_link_has_nothing_to_undo():
    app, data = _open_with_own_weights()
    _upload_weights(app, data)
    again = opened("layers", SMALL | {"weights": "file", "classes": "7"})
    assert "2 are missing" in exactly(again, "With 7 classes the last layer")
    assert again.button(key="misfit_undo").disabled


def test_weights_of_which_nothing_fits_are_an_error_and_nothing_is_computed_with_them():
    app, data = _open_with_own_weights()
    _upload_weights(app, data)
    app.selectbox(key="line_preset").set_value("course").run()
    nothing = "Nothing of these weights fits this network, so they are not used: `conv1/kernel` has 3×3×3×16"
    assert nothing in app.error[0].value
    assert "weights: `mine.safetensors`, of which nothing fits" in popover_labels(app)
    app.switch_page(PAGES["activations"]).run()
    assert not app.exception
    assert [nothing in error.value for error in app.error] == [True, True]  # above the page, and in place of its maps
    assert not [item for item in app.get("bidi_component") if item.proto.component_name.endswith("maps")]
    app.button(key="misfit_trained").click().run()
    assert not app.error
    assert "weights" not in app.query_params


def test_an_upload_of_which_nothing_fits_is_a_sentence_and_changes_nothing():
    app, _data = _open_with_own_weights()
    _upload_weights(app, save({"words/table": np.ones((3, 3, 3, 16), np.float32)}))
    assert "No array of this file has a name that this app knows" in app.warning[0].value
    assert "weights" not in app.query_params


def test_bad_weights_are_a_sentence_and_change_nothing():
    app = opened("layers", SMALL)
    app.file_uploader(key="weights_upload").upload(
        "mine.pt", b"\x80\x04 pickle..........", "application/octet-stream"
    ).run()
    assert "can run code, so they are refused" in app.warning[0].value
    assert "weights: random, seed 0" in popover_labels(app)


def test_a_file_of_arrays_says_the_same_from_the_page_and_from_the_terminal(tmp_path):
    summary = analyse(preset("cifar-20"))
    shapes = {name: shape for name, shape in expected_arrays(summary).items() if not name.startswith("fc10")}
    weights, out = tmp_path / "mine.safetensors", tmp_path / "maps.npz"
    weights.write_bytes(save({name: np.full(shape, 0.1, np.float16) for name, shape in shapes.items()}))
    services.weights_store().save("visitor", weights.name, weights.read_bytes())
    selection = (
        Subject().having(image="cat", weights="file", normalisation="caffe", resize="letterbox").with_preset("cifar-20")
    )
    selection = replace(selection, surgery=surgery_of("drop:3c", summary))
    page = about_of(io.BytesIO(arrays_npz(origin_of(trial_for(selection)), {})))
    command = [sys.executable, "-m", "resnet_viz", "activations", str(FOLDER / "cat.jpg"), "--weights", str(weights)]
    settings = ["--preset", "cifar-20", "--surgery", "drop:3c", "--pixels", "caffe", "--resize", "letterbox"]
    subprocess.run([*command, *settings, "--out", str(out)], check=True, capture_output=True)
    terminal = about_of(out)
    assert (page.pop("image"), terminal.pop("image")) == ("cat", "cat.jpg")
    assert page["weights"] == "mine.safetensors, 1 layer random"
    assert page == terminal
    assert page["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert page["random_layers"] == ["fc10"]


def about_of(file) -> dict[str, Any]:
    with np.load(file, allow_pickle=False) as arrays:
        return json.loads(str(arrays["about"]))


# --- Language, missing backend, mistakes of ours ---------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_chinese_page_has_no_english_sentence(page):
    app = opened(page, SMALL | {"lang": "zh", "node": "res3b_out"})
    shown = texts(app).replace("random", "")
    for english in ("parameters", "channels", "weights", "shape", "range", "layers ·", "the "):
        assert english not in shown.split("layers.")[0], english
    # A run has a network and weights of its own, and so has a student.
    assert ("权重：随机，种子 0" in popover_labels(app)) is (page not in ("train", "check"))


def test_an_error_is_told_in_the_visitors_language():
    app = opened("architecture", {"lang": "zh"})
    app.text_input(key="line_input").set_value("36").run()
    assert "必须是：对这个网络至少 37×37" in app.warning[0].value


def test_without_a_backend_everything_is_looked_at_and_a_gradient_says_the_line(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(backends, "is_installed", lambda module: module not in backends.BACKENDS)
    client = Workers()
    monkeypatch.setattr(services, "worker", lambda: client)
    for page in ("architecture", "layers"):
        assert not opened(page).error
    params = {"preset": "cifar-32", "input": "24"}
    for page in ("activations", "explain"):
        assert not opened(page, params).error, page
    app = opened("explain", {**params, "method": "integrated-gradients"})
    assert "jax, which is not installed: run" in texts(app)
    client.close()


def test_a_worker_that_dies_twice_is_a_sentence_with_a_way_on(monkeypatch):
    import sys

    client = WorkerClient("looking", [sys.executable, "-c", "import os; os._exit(3)"])
    monkeypatch.setattr(services, "worker", lambda: client)
    app = opened("activations", {"preset": "cifar-44", "input": "24"})
    assert "stopped twice" in app.error[0].value
    assert any(button.label == "Try again" for button in app.button)
    client.close()


BUSY = """
from resnet_viz.errors import BusyError
from resnet_viz.ui.shared.forward import remembered

class Busy:
    def __call__(self, _waiting, error=BusyError):
        raise error("32 requests are waiting for the model already: try again in a few seconds.")

for part in range(2):
    remembered("the same", Busy())
"""


def test_a_worker_that_is_busy_for_two_parts_of_a_page_is_a_sentence_with_a_way_on():
    app = ran(BUSY)
    assert not app.exception
    assert "requests are waiting" in app.error[0].value
    assert [button.label for button in app.button] == ["Try again"]


def test_a_mistake_of_ours_shows_a_number_and_no_traceback(caplog):
    app = ran(
        "from resnet_viz.ui.errors import hide_traceback\nassert hide_traceback(ZeroDivisionError('secret detail'))"
    )
    assert "Something went wrong on our side (number " in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text


def test_a_view_of_every_page_becomes_a_stop_that_is_there_at_the_next_visit():
    for page in PAGES:
        app = opened(page, SMALL)
        app.session_state["subject_walk"] = True
        app.run()
        app.button(key="walk_add").click().run()
        app.text_area(key="draft_question").set_value("What is seen here?").run()
        app.button(key="draft_keep").click().run()
        assert not app.warning
    kept = read_walk(services.walks().load("visitor"))
    assert [stop.page for stop in kept.stops] == ["", "layers", "activations", "explain", "train", "weights", "check"]


@pytest.mark.parametrize("data", [b"\xff\x00", b"{", b"[]", b'{"stops": [{"link": "/elsewhere"}]}', b"[" * 100_000])
def test_what_was_kept_and_cannot_be_read_costs_a_sentence_not_the_page(data):
    for store in (services.walks(), services.numbers(), services.uploads()._files):
        store.save("visitor", data)
    services.weights_store()._folder.mkdir(parents=True)
    services.weights_store()._path("visitor").write_bytes(data)
    app = opened("architecture", SMALL | {"color": "own", "walk": "own"})
    app.session_state["subject_walk"] = True
    app.run()
    assert not app.exception
    assert "could not be read any more" in texts(app)
    assert not opened("activations", SMALL | {"image": "upload", "weights": "file"}).exception
    assert services.walks().load("visitor") is None
