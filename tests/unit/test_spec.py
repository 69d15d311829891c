"""The description: round trip, rules, names."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resnet_viz
from resnet_viz.analysis import analyse
from resnet_viz.errors import SpecError, UnknownLayerError
from resnet_viz.spec import PRESETS, ResNetSpec, Shortcut, Stage, Stem, build_graph, parse_input_shape, preset

COURSE = PRESETS["course"]


@pytest.mark.parametrize("name", PRESETS)
def test_round_trip_through_json(name):
    assert ResNetSpec.from_json(PRESETS[name].to_json()) == PRESETS[name]


@pytest.mark.parametrize("name", PRESETS)
def test_ids_are_unique_and_edges_point_back(name):
    graph = build_graph(PRESETS[name])
    seen: set[str] = set()
    for node in graph.nodes:
        assert set(node.inputs) <= seen
        assert node.id not in seen
        seen.add(node.id)


@pytest.mark.parametrize("name", PRESETS)
def test_every_node_but_the_last_is_read(name):
    graph = build_graph(PRESETS[name])
    assert [node for node, readers in graph.readers.items() if not readers] == [graph.nodes[-1].id]


def test_first_convolution_of_stage_3_block_b_has_the_specified_names():
    graph = build_graph(COURSE)
    assert graph.node("res3b_branch2a").layer.filters == 128
    assert graph.node("bn3b_branch2a").inputs == ("res3b_branch2a",)


def test_projection_shortcut_only_in_first_block():
    graph = build_graph(COURSE)
    projections = [node.id for node in graph.nodes if node.id.endswith("branch1") and node.id.startswith("res")]
    assert projections == [f"res{stage}a_branch1" for stage in (2, 3, 4, 5)]


def test_the_two_coursera_differences_and_no_other():
    course, coursera = COURSE.to_dict(), PRESETS["coursera-2018"].to_dict()
    assert {key for key in course if course[key] != coursera[key]} == {"stem", "stages"}
    assert {key for key in course["stem"] if course["stem"][key] != coursera["stem"][key]} == {"use_relu"}
    assert course["stages"][:3] == coursera["stages"][:3]
    assert coursera["stages"][3]["identity_filters"] == (512, 512, 2048)


def test_names_that_are_ours_are_marked():
    graph = build_graph(COURSE)
    ours = {node.id for node in graph.nodes if not node.is_named}
    assert {"input", "pad", "pool1", "res3b_relu2a", "res3b_relu2b", "res3b_add", "res3b_out", "flatten"} <= ours
    assert not ours & {"conv1", "bn_conv1", "avg_pool", "fc6", "res3b_branch2a", "bn3b_branch1"}


def test_block_letters_go_on_after_z():
    blocks = [block.letter for block in build_graph(PRESETS["keras-v1-152"]).blocks if block.stage == 4]
    assert blocks[24:29] == ["y", "z", "aa", "ab", "ac"]


def test_block_signals_of_an_identity_block():
    block = build_graph(COURSE).block("3b")
    assert block[3:] == ("identity", "res3a_out", "bn3b_branch2c", "res3a_out", "res3b_add", "res3b_out")


def test_plain_network_has_no_add():
    assert not [node for node in build_graph(PRESETS["plain34"]).nodes if node.id.endswith("_add")]


def test_seed_per_layer_gives_every_kernel_its_own():
    graph = build_graph(replace(COURSE, seed_policy="per_layer"))
    seeds = [node.layer.seed for node in graph.nodes if hasattr(node.layer, "seed")]
    assert len(set(seeds)) == len(seeds) == 54


def test_width_multiplies_every_filter():
    graph = build_graph(replace(COURSE, width=0.5))
    assert graph.node("conv1").layer.filters == 32
    assert graph.node("res5c_branch2c").layer.filters == 1024


BAD = [
    ({"classes": 0}, r"`classes` must be a whole number from 1 .*Received: classes=0"),
    ({"classes": -3}, r"Received: classes=-3"),
    ({"classes": True}, r"Received: classes=True"),
    ({"classes": 2.5}, r"Received: classes=2\.5"),
    ({"input_shape": [0, 64, 3]}, r"`input_shape\.height` .*Received: input_shape\.height=0"),
    ({"input_shape": [64, 64]}, r"\(height, width, channels\)"),
    ({"input_shape": [4096, 4096, 3]}, r"from 1 to 1,024"),
    ({"input_shape": "64"}, r"`input_shape` must be a list"),
    ({"kernel_size": -1}, r"`kernel_size`.*Received: kernel_size=-1"),
    ({"block": "botleneck"}, r"Did you mean `bottleneck`"),
    ({"stem": {"use_rellu": True}}, r"Received: stem='use_rellu'\. Did you mean `use_relu`"),
    ({"stem": {"use_relu": "yes"}}, r"`stem\.use_relu` must be true or false"),
    ({"stem": {"pool_padding": 3}}, r"`stem\.pool_padding` .*from 0 to 2"),
    ({"stemm": {}}, r"Did you mean `stem`"),
    ({"stages": []}, r"`stages`"),
    ({"stages": [{"blocks": 2}]}, r"complete: it needs convolution_filters, identity_filters"),
    ({"stages": [{"blocks": 0, "convolution_filters": [1, 1, 1], "identity_filters": [1, 1, 1]}]}, r"blocks=0"),
    ({"stages": [{"blocks": 2, "convolution_filters": [8, 8], "identity_filters": [8, 8]}]}, r"3 numbers"),
    (
        {"stages": [{"blocks": 2, "convolution_filters": [8, 8, 32], "identity_filters": [8, 8, 16]}]},
        r"end in 32 filters",
    ),
    ({"padding": "explicit", "kernel_size": 4}, r"`kernel_size` must be odd"),
    ({"bn_epsilon": float("nan")}, r"`bn_epsilon`"),
    ({"width": 0}, r"`width`.*Received: width=0"),
    ({"shortcut": {"projection": "conv_nb"}}, r"Did you mean `conv_bn`"),
    ({"head": None}, r"`head` must be one of its values"),
    ({"seed": -1}, r"`seed`.*seed=-1"),
    ("course", r"an object with named fields"),
]


@pytest.mark.parametrize(("data", "sentence"), BAD)
def test_bad_value_is_refused_with_rule_and_value(data, sentence):
    with pytest.raises(SpecError, match=sentence):
        ResNetSpec.from_dict(data)


def test_stride_on_the_middle_of_a_basic_block_is_refused():
    with pytest.raises(SpecError, match=r"`stride_on` must be `first`"):
        replace(PRESETS["resnet18"], stride_on="middle")


def test_text_that_is_not_json_is_refused():
    with pytest.raises(SpecError, match=r"must be JSON text"):
        ResNetSpec.from_json("{")
    with pytest.raises(SpecError, match=r"must be JSON text"):
        ResNetSpec.from_json("[" * 100_000)


def test_option_a_cannot_drop_channels():
    narrow = Stage(blocks=1, convolution_filters=(8, 8), identity_filters=(8, 8), strides=2)
    with pytest.raises(SpecError, match=r"at least 16, the channels that come in\. Received: .*=8"):
        analyse(replace(PRESETS["cifar-20"], stages=(narrow,)))


def test_a_network_that_would_eat_the_machine_is_refused():
    wide = replace(COURSE, width=8.0)
    with pytest.raises(SpecError, match=r"at most 300,000,000 parameters\. Received: network=\d+"):
        analyse(wide)
    tall = preset("keras-v1-152", input_shape=(1024, 1024, 3))
    with pytest.raises(SpecError, match=r"bytes of activations for one picture\. Received: network=\d+"):
        analyse(replace(tall, stem=replace(tall.stem, pool_size=0, pool_padding=0)))


def test_a_layer_that_starves_is_named():
    spec = replace(COURSE, input_shape=(8, 8, 3), stem=Stem(kernel_size=31, padding=0))
    with pytest.raises(SpecError, match=r"`conv1` needs a 31×31 map and gets 8×8"):
        analyse(spec)


def test_unknown_layer_names_the_close_one():
    with pytest.raises(UnknownLayerError) as caught:
        build_graph(COURSE).node("res3b_branch2d")
    assert re.search(r"Received: node='res3b_branch2d'\. Did you mean `res3b_branch2", str(caught.value))
    with pytest.raises(UnknownLayerError, match=r"block='9z'"):
        build_graph(COURSE).block("9z")


def test_unknown_preset_names_the_close_one():
    with pytest.raises(SpecError, match=r"Received: preset='corse'\. Did you mean `course`"):
        preset("corse")


@pytest.mark.parametrize("text", ["", "x", "64x", "64x64x3x1", "-64", "6 4", "64.0", "9" * 30, "٦٤"])
def test_bad_input_text_is_refused(text):
    with pytest.raises(SpecError, match=r"Please write a size, for example 64 or 64x96x3\. “.*” is not one\."):
        parse_input_shape(text)


def test_nothing_in_the_code_asks_for_a_preset_by_name():
    package = Path(resnet_viz.__file__).parent
    offenders = [
        path.name
        for path in package.rglob("*.py")
        if re.search(
            r"""preset\w*\s*==\s*["']|==\s*["'](course|keras-v1|v2|torch-v1\.5)["']""", path.read_text("utf-8")
        )
    ]
    assert offenders == []


FILTERS = st.integers(1, 64)


@settings(max_examples=60)
@given(
    blocks=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    squeeze=FILTERS,
    widen=FILTERS,
    kernel=st.integers(1, 5),
    shortcuts=st.booleans(),
    stride_on=st.sampled_from(["first", "middle"]),
    shape=st.tuples(st.integers(24, 96), st.integers(24, 96), st.integers(1, 4)),
)
def test_any_valid_description_is_accounted_consistently(blocks, squeeze, widen, kernel, shortcuts, stride_on, shape):
    stages = tuple(
        Stage(blocks=n, convolution_filters=(squeeze, squeeze, widen), identity_filters=(squeeze, squeeze, widen))
        for n in blocks
    )
    spec = ResNetSpec(
        input_shape=shape,
        stages=stages,
        kernel_size=kernel,
        stride_on=stride_on,
        shortcut=Shortcut(enabled=shortcuts),
    )
    summary = analyse(spec)
    assert summary.totals.parameters == sum(record.parameters for record in summary.records)
    assert len(summary.graph.blocks) == sum(blocks)
    assert json.loads(spec.to_json())["kernel_size"] == kernel
