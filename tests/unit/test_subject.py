"""The subject and its link: what goes out comes back, for any network the controls can reach."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.analysis.arithmetic import field_arithmetic, shape_arithmetic
from resnet_viz.analysis.keras_code import keras_line
from resnet_viz.attribution.catalogue import settings_of
from resnet_viz.errors import ExplanationError, ResNetVizError, SpecError
from resnet_viz.spec import PRESETS, ResNetSpec, preset
from resnet_viz.spec.changes import changed_paths, to_paths, with_changes
from resnet_viz.spec.surgery import Surgery
from resnet_viz.subject.links import MAX_SENTENCES, from_params, language_of, to_params
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.parts import PARTS
from resnet_viz.subject.subject import Subject, lost_focus, lost_surgery, part_names
from resnet_viz.viz.dot import draw

ROOT = Path(__file__).parents[2]
COURSE = analyse(PRESETS["course"])
FEWER = tuple(replace(stage, blocks=2) for stage in PRESETS["course"].stages)
BASIC = {
    "block": "basic",
    "stride_on": "first",
    "stages": tuple(replace(stage, convolution_filters=(64, 64), identity_filters=(64, 64)) for stage in FEWER),
}
CHOICES = {
    "block": ["bottleneck", "basic"],
    "stride_on": ["first", "middle"],
    "stride_block": ["first", "last"],
    "padding": ["same", "explicit"],
    "head": ["average", "global"],
    "classifier_activation": ["softmax", "linear"],
    "seed_policy": ["same", "per_layer"],
    "shortcut.projection": ["conv_bn", "conv", "channel_pad"],
    "shortcut.strided_identity": ["projection", "max_pool"],
    "shortcut.projection_source": ["input", "preactivation"],
    "stem.pool_padding_value": ["zero", "-inf"],
}


def random_text(path: str, value: object, source: random.Random) -> str:
    """Return a new value for a field: mostly sensible, sometimes not."""
    if path in CHOICES:
        return source.choice(CHOICES[path])
    if isinstance(value, bool):
        return source.choice(["on", "off"])
    if path == "stages":
        return source.choice(["0", "1", "2", "3", "4", "5", "900000000"])
    if isinstance(value, int):
        return str(source.choice([0, 1, 2, 3, 5, 7, 40]))
    if isinstance(value, tuple):
        return ".".join(str(source.choice([1, 8, 64, 256])) for _ in value)
    return source.choice(["0.5", "2", "nan", "1e-5"]) if isinstance(value, float) else source.choice(["he_normal", "x"])


def test_any_reachable_network_is_drawn_explained_and_linked():
    source, drawn = random.Random(1), 0
    for _ in range(400):
        name = source.choice(list(PRESETS))
        base = replace(PRESETS[name], input_shape=(source.choice([16, 33, 64, 100]), 64, 3))
        paths = to_paths(base)
        picked = source.sample(list(paths), source.randint(1, 5))
        changes = {path: random_text(path, paths[path], source) for path in picked}
        try:
            spec = with_changes(base, changes)
            summary = analyse(spec)
        except SpecError:
            continue
        drawn += 1
        assert with_changes(base, changed_paths(base, spec)) == spec
        for picture in (draw(summary, ()), draw(summary, summary.graph.groups)):
            for node in ("conv1", "avg_pool", summary.graph.blocks[0].out, summary.graph.blocks[-1].branch):
                assert picture.drawn(node)
        for record in summary.records:
            assert shape_arithmetic(record)
            assert field_arithmetic(summary, record)
            assert record.node.id in keras_line(record.node)
        selection = Subject(preset=name, spec=spec, node=summary.graph.blocks[-1].out)
        assert from_params(to_params(selection)) == (selection, [])
    assert drawn > 100


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_its_own_link(name):
    selection = Subject().with_preset(name)
    assert to_params(selection) == {"preset": name}
    assert from_params({"preset": name}) == (selection, [])


OTHERWISE = {
    "preset": "keras-v1",
    "spec": preset("course", input_shape=(64, 96, 1), classes=10),
    "node": "res3b_out",
    "opened": frozenset({"3", "3b"}),
    "color": "macs",
    "against": "keras-v1,stem.use_relu=off",
    "image": "flower",
    "resize": "squash",
    "interpolation": "nearest",
    "normalisation": "caffe",
    "weights": "run.abcd-EF_9.plain 2",
    "looked": "file",
    "versus": "run.abcd-EF_9.plain 2",
    "language": "zh",
    "present": True,
    "panel": "difference",
    "view": "treemap",
    "metric": "macs",
    "walk": "tour",
    "stop": 4,
    "demo": "seeds",
    "settings": "batch=32;spec.width=0.5",
    "run": "recorded-seeds",
    "compared": ("abcd", "recorded-overfit-ten"),
    "chart": "gradient_norms",
    "surgery": Surgery(frozenset({"3b"}), frozenset({"4a"}), (("res3b_out", (3, 17)),)),
    "aspect": "compare",
    "channel": 17,
    "beside": "weights:random",
    "statistics": "batch",
    "every_layer": True,
    "pixel": "conv1:3.4.5",
    "method": "integrated-gradients",
    "target": "2",
    "explaining": "",
    "checked": True,
    "judged": "coursera-2018",
    "puzzle": "convolutional_block",
}


def test_every_field_of_the_subject_is_in_the_link():
    assert set(OTHERWISE) == set(part_names())
    for name, value in OTHERWISE.items():
        selection = Subject().with_preset(value) if name == "preset" else Subject().having(**{name: value})
        if name == "explaining":
            selection = selection.having(method="occlusion", explaining="patch=16")
        assert selection != Subject(), name
        params = to_params(selection)
        assert params != to_params(Subject()), name
        assert from_params(params) == (selection, []), name
    assert {part.field for part in PARTS.values()} == set(part_names()) - {"preset", "spec"}


@pytest.mark.parametrize("bad", [*PARTS, "preset", "input", "classes", *to_paths(PRESETS["course"])])
def test_a_bad_value_costs_nothing_but_itself(bad):
    good = Subject().having(
        spec=replace(PRESETS["course"], classes=9, width=0.5),
        **{name: value for name, value in OTHERWISE.items() if name not in ("preset", "spec")}
        | {"explaining": "baseline=grey"},
    )
    params = to_params(good)
    assert from_params(params) == (good, [])
    expected = {name: text for name, text in params.items() if name != bad}
    selection, problems = from_params(params | {bad: "!nope"})
    assert selection == from_params(expected)[0]
    assert len(problems) >= 1
    assert "!nope" in problems[0]


@pytest.mark.parametrize(
    ("part", "text", "kept", "named"),
    [
        ("surgery", "drop:3b,drop:9z,silence:conv1:5,silence:conv1x:1", "drop:3b,silence:conv1:5", "drop:9z"),
        ("plan", "batch=32;size_px=9999999;data.seed=3", "batch=32;data.seed=3", "size_px"),
        ("plan", "seconds=0;updates=50;spec.width=many", "seconds=0;updates=50", "spec.width"),
        ("plan", "networks.plain=cifar-20,nothing=1;batch=8", "batch=8", "networks.plain"),
        ("plan", "size_px=8;networks.plain=course;batch=8", "size_px=8;batch=8", "networks.plain"),
        ("open", "3.9z.4a", "3.4.4a", "9z"),
        ("with", "abcd.a/b.efgh", "abcd.efgh", "a/b"),
        ("how", "steps=9;baseline=nothing", "steps=9", "nothing"),
    ],
)
def test_a_bad_element_of_a_part_costs_only_itself(part, text, kept, named):
    base = {"preset": "course", "method": "integrated-gradients", "demo": "plain-vs-residual"}
    selection, problems = from_params(base | {part: text})
    assert to_params(selection)[part] == kept
    assert named in " ".join(problems)


def test_fields_that_need_each_other_are_read_together():
    two = {f"stages.{n}.{kind}_filters": "8.8" for n in range(2, 6) for kind in ("convolution", "identity")}
    selection, problems = from_params(two | {"block": "basic", "stem.filters": "nope", "width": "1e999"})
    assert selection.spec.block == "basic"
    assert ["stem.filters" in problems[0], "width" in problems[1], len(problems)] == [True, True, 2]


def test_a_network_that_cannot_exist_costs_what_makes_it_so():
    selection, problems = from_params({"preset": "course", "input": "20", "classes": "7", "node": "fc7"})
    assert (selection.spec.input_shape, selection.spec.classes, selection.node) == ((64, 64, 3), 7, "fc7")
    assert "Left out: `input`" in problems[0]


@pytest.mark.parametrize("text", ["000001999999", "٣", "1" * 5000, "1e3", "+8", " 8", "8_0", "-1", "1025", "0", "8.0"])
def test_a_number_of_a_method_has_one_rule(text):
    with pytest.raises(ExplanationError, match="`steps` must be one of its values"):
        settings_of("integrated-gradients", {"steps": text})


def test_numbers_are_read_by_one_rule():
    used = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "resnet_viz").rglob("*.py")
        if re.search(r"\.is(decimal|digit|numeric)\(", path.read_text("utf-8"))
    }
    # Names of stages that are ours; a header of the protocol; places of layers that are ours.
    ours = {"viz/takehome.py", "server/middleware.py", "check/reasons.py", "check/sentences.py"}
    assert used <= {f"resnet_viz/{name}" for name in ours}


def test_a_link_of_nothing_but_bad_parts_is_a_few_sentences():
    selection, problems = from_params(dict.fromkeys(PARTS, "!nope"))
    assert selection == Subject()
    assert len(problems) == MAX_SENTENCES + 1
    assert "more parts were left out" in problems[-1]


def test_sentences_of_a_link_come_in_its_language():
    assert [language_of(params) for params in ({}, {"lang": "zh"}, {"lang": "xx"})] == ["", "zh", ""]


def test_a_change_of_the_network_names_the_part_of_a_surgery_it_costs():
    before = Subject(surgery=surgery_of("drop:3b,silence:res5c_out:2000", COURSE))
    after = before.with_spec(replace(PRESETS["course"], width=0.5))
    assert after.surgery.to_text() == "drop:3b"
    (sentence,) = lost_surgery(before, after)
    assert "Left out: `silence:res5c_out:2000`." in sentence
    assert lost_surgery(before, before) == []


def test_one_bad_part_of_a_link_costs_only_itself():
    selection, problems = from_params({"preset": "keras-v1", "node": "nowhere", "image": "coffee"})
    assert selection.preset == "keras-v1"
    assert selection.image == "coffee"
    assert len(problems) == 1
    assert "node='nowhere'" in problems[0]


@pytest.mark.parametrize(
    ("node", "change", "expected"),
    [
        ("res3b_out", {"classes": 10}, "res3b_out"),
        ("fc6", {"classes": 10}, "fc10"),
        ("fc6_softmax", {"classes": 10}, "fc10_softmax"),
        ("conv1_relu", {"head": "global"}, "conv1"),
        ("flatten", {"head": "global"}, "3b"),
        ("3b", {"classes": 10}, "3b"),
        ("4f", {"stages": FEWER}, "4b"),
        ("res4f_branch2a", {"stages": FEWER}, "res4b_out"),
        ("5c", {"stages": FEWER[:3]}, "4b"),
        ("res5c_out", {"stages": FEWER[:3]}, "res4b_out"),
        ("bn3b_branch2c", BASIC, "res3b_out"),
    ],
)
def test_the_node_in_focus_survives_a_change_or_moves_near(node, change, expected):
    before = PRESETS["coursera-2018"] if node == "conv1_relu" else PRESETS["course"]
    after = replace(PRESETS["course"], **change)
    assert Subject(spec=before, node=node).with_spec(after).node == expected


@pytest.mark.parametrize(
    ("node", "change", "said"),
    [
        ("4f", {"stages": FEWER}, ["Block 4f is not in this network. Block 4b is shown instead."]),
        ("bn3b_branch2c", BASIC, ["bn3b_branch2c is not in this network. res3b_out is shown instead."]),
        ("3b", {"stages": FEWER}, []),
        ("fc6", {"classes": 10}, []),
    ],
)
def test_what_is_shown_in_the_place_of_what_is_gone_is_said(node, change, said):
    before = Subject(node=node)
    assert lost_focus(before, before.with_spec(replace(PRESETS["course"], **change))) == said


@pytest.mark.parametrize(
    ("node", "layer", "block", "is_block"),
    [
        ("3b", "res3b_out", "3b", True),
        ("res3b_branch2b", "res3b_branch2b", "3b", False),
        ("res3b_out", "res3b_out", "3b", False),
        ("conv1", "conv1", "2a", False),
        ("fc6", "fc6", "5c", False),
    ],
)
def test_a_link_names_a_block_or_a_layer_and_either_gives_both(node, layer, block, is_block):
    selection, problems = from_params({"preset": "course", "node": node})
    assert problems == []
    assert (selection.layer, selection.block.name, selection.is_block) == (layer, block, is_block)
    assert from_params(to_params(selection)) == (selection, [])
    assert selection.revealing(node).architecture.opened == ({"3", "3b"} if node.startswith("res") else set())


@pytest.mark.parametrize("node", ["9z", "res3b_branch2d", "3B"])
def test_a_link_to_what_the_network_lacks_says_so_and_starts_fresh(node):
    selection, problems = from_params({"preset": "course", "node": node})
    assert selection == Subject()
    assert "`node` must be a layer or a block of this network" in problems[0]


@pytest.mark.parametrize("name", PRESETS)
def test_a_fresh_subject_starts_on_an_identity_block_of_stage_3(name):
    selection = Subject().with_preset(name)
    assert (selection.node, selection.block.kind, selection.block.stage) == ("3b", "identity", 3)


def test_without_such_a_block_a_fresh_subject_starts_on_the_next_best():
    stages = PRESETS["course"].stages
    one_each = tuple(replace(stage, blocks=1) for stage in stages)
    for own, expected in ((one_each, "2a"), ((stages[0], *one_each[1:]), "2b"), (stages[:1], "2b")):
        spec = replace(PRESETS["course"], input_shape=(224, 224, 3), stages=own)
        params = to_params_of(spec)
        selection, problems = from_params(params)
        assert (selection.node, problems) == (expected, [])
        assert "node" not in to_params(selection)


def to_params_of(spec: ResNetSpec) -> dict[str, str]:
    return {"preset": "course", "input": "224", **changed_paths(PRESETS["course"], spec)}


def test_a_network_that_cannot_exist_leaves_the_selection():
    with pytest.raises(ResNetVizError):
        Subject().with_spec(preset("course", input_shape=(20, 20, 3)))


def test_opening_a_block_opens_its_stage_and_closing_the_stage_closes_its_blocks():
    selection = Subject().toggled("3b")
    assert selection.architecture.opened == {"3", "3b"}
    assert selection.toggled("3b").architecture.opened == {"3"}
    assert selection.toggled("3").architecture.opened == set()
    assert selection.toggled("9z") == selection
    assert Subject().revealing("res4a_branch1").architecture.opened == {"4", "4a"}
    assert Subject().revealing("conv1").architecture.opened == set()


def test_what_is_open_survives_as_far_as_it_exists():
    selection = Subject().toggled("4f").toggled("5a")
    stages = list(selection.spec.stages)
    stages[2] = replace(stages[2], blocks=2)
    assert selection.with_spec(replace(selection.spec, stages=tuple(stages))).architecture.opened == {"4", "5", "5a"}


def test_the_network_compared_with_goes_only_when_it_cannot_exist():
    assert Subject().comparing("coursera-2018").other == PRESETS["coursera-2018"]
    smaller = (
        Subject()
        .with_preset("cifar-20")
        .comparing("cifar-plain-20")
        .with_spec(replace(PRESETS["cifar-20"], input_shape=(8, 8, 3)))
    )
    assert smaller.architecture.against == "cifar-plain-20"
    mixed = Subject().with_preset("cifar-20", input_shape=(64, 64, 3)).comparing("course")
    assert mixed.with_spec(replace(mixed.spec, input_shape=(16, 16, 3))).architecture.against == ""


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"open": "3.9z"}, "`open` must be a stage or a block"),
        ({"against": "corse"}, "Did you mean `course`"),
        ({"against": "course,stem.use_relu=perhaps"}, "`on` or `off`"),
        ({"against": "course,nothing"}, "a field of the specification"),
        ({"color": "red"}, "`color` must be"),
        ({"channel": "512"}, "from 0 to 511"),
        ({"stages": "900000000"}, "from 1 to 6"),
    ],
)
def test_bad_parts_of_the_new_links_are_sentences(params, sentence):
    selection, problems = from_params(params)
    assert sentence in problems[0]
    assert selection.spec == PRESETS["course"]


def test_a_stage_more_and_a_stage_less_are_links():
    base = PRESETS["course"]
    for stages in (base.stages[:3], (*base.stages, replace(base.stages[3], blocks=1))):
        spec = replace(base, input_shape=(224, 224, 3), stages=stages)
        selection = Subject().with_spec(spec)
        assert from_params(to_params(selection))[0] == selection


def test_a_sentence_lists_no_empty_value():
    _subject, (sentence,) = from_params({"walk": "block"})
    assert sentence.endswith("own.")
