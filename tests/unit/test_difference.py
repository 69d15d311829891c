"""Two networks side by side, unread cells, and whose network a total is."""

from dataclasses import replace

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.analysis.difference import compare
from resnet_viz.analysis.identify import (
    Match,
    identify,
    mistakes,
    nearest,
    parse_total,
    reason,
)
from resnet_viz.analysis.reads import cell_reads, other_stride
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.changes import changed_paths, to_paths
from resnet_viz.viz.fields import FIELDS, SECTIONS, section_title, value_title
from resnet_viz.viz.mistakes import match_text, mistake_text
from resnet_viz.viz.purpose import purpose
from resnet_viz.viz.sentences import sentences, signed
from resnet_viz.viz.tables import difference_frame, difference_in_words

COURSE = analyse(PRESETS["course"])


def between(before: str, after: str, side: int = 64, classes: int = 6):
    sized = {"input_shape": (side, side, 3), "classes": classes}
    return compare(analyse(preset(before, **sized)), analyse(preset(after, **sized)))


# --- Difference -----------------------------------------------------------------------------------------------------


def test_course_against_coursera_2018_is_two_differences():
    difference = between("coursera-2018", "course")
    assert {name for name, status in difference.status.items() if status == "removed"} == {"conv1_relu"}
    assert "added" not in difference.status.values()
    changed = {
        change.node_id for change in difference.changes if change.status == "changed" and change.delta("parameters")
    }
    expected = {f"{kind}5{b}_branch2{p}" for kind in ("res", "bn") for b in "bc" for p in "ab"}
    assert changed == expected | {"res5b_branch2c", "res5c_branch2c"}
    before, after = difference.totals
    assert after.parameters - before.parameters == -5_641_216
    said = sentences(PRESETS["coursera-2018"], PRESETS["course"])
    assert [sentence.text for sentence in said] == [
        "5b, 5c: squeezes to 256 instead of 512.",
        "No ReLU follows the stem's convolution and BatchNorm.",
    ]
    assert said[0].effect == "−5,641,216 parameters, −22,544,384 MACs"
    assert said[1].effect == "parameters and MACs stay the same"


def test_keras_v1_against_torch_v15():
    difference = between("keras-v1", "torch-v1.5", 224, 1000)
    before, after = difference.totals
    assert before.parameters == 25_636_712
    assert before.trainable - after.trainable == 26_560  # the biases
    assert after.macs - before.macs == 4_089_184_256 - 3_857_973_248
    assert difference.last_fields_px() == (483, 427)
    texts = " ".join(s.text for s in sentences(difference.before.graph.spec, difference.after.graph.spec))
    for words in (
        "v1.5",
        "No convolution has a bias",
        "as in PyTorch",
        "−∞",
        "BatchNorm ε: 1e-05 instead of 1.001e-05",
    ):
        assert words in texts
    assert difference.status["bn3b_branch2a"] == "settings"
    assert difference.status["res3b_pad2b"] == "added"


@pytest.mark.parametrize("before", PRESETS)
@pytest.mark.parametrize("after", ["course", "v2", "cifar-plain-20"])
def test_the_rows_of_a_difference_sum_to_the_difference_of_the_totals(before, after):
    difference = between(before, after)
    old, new = difference.totals
    frame = difference_frame(difference)
    if before == after:
        assert frame.empty
        assert sentences(difference.before.graph.spec, difference.after.graph.spec) == []
        return
    for column in ("parameters", "macs", "activation_bytes"):
        assert frame[column].sum() == getattr(new, column) - getattr(old, column)
    assert difference_in_words(frame).shape == frame.shape
    union = difference.union
    assert set(union.by_id) == set(difference.before.by_id) | set(difference.after.by_id)
    order = {name: i for i, name in enumerate(union.by_id)}
    for network in (difference.before, difference.after):
        places = [order[name] for name in network.by_id]
        assert places == sorted(places)
    for sentence in sentences(difference.before.graph.spec, difference.after.graph.spec):
        assert sentence.text
        assert sentence.effect


def test_another_number_of_classes_changes_one_layer_and_its_softmax():
    difference = compare(COURSE, analyse(preset("course", classes=10)))
    assert difference.status == {"fc10": "changed", "fc10_softmax": "changed"}


def test_the_effect_of_a_single_change_is_its_own_difference():
    before = PRESETS["course"]
    after = replace(before, stem=replace(before.stem, filters=32), kernel_size=5)
    by_path = {s.paths[0]: s for s in sentences(before, after)}
    for path, alone in (
        ("kernel_size", replace(before, kernel_size=5)),
        ("stem.filters", replace(before, stem=after.stem)),
    ):
        assert by_path[path].parameters == analyse(alone).totals.parameters - COURSE.totals.parameters


def test_signs():
    assert signed(-1234) == "−1,234"
    assert signed(5) == "+5"


# --- Words for every field and layer ----------------------------------------------------------------------------------


def test_every_field_has_a_control_a_rule_and_a_place():
    paths = {path for path in to_paths(PRESETS["course"]) if not path.startswith("stages")}
    assert set(FIELDS) == paths
    for field in FIELDS.values():
        assert field.section in SECTIONS
        assert field.title()
        assert field.rule()
        assert field.kind in (bool, int, float, str)
        assert (field.kind is str) == bool(field.options)
        for option in field.options:
            assert value_title(field.path, option)
    assert all(section_title(section) for section in SECTIONS)


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_has_a_purpose(name):
    summary = analyse(PRESETS[name])
    for record in summary.records:
        text = purpose(summary, record.node)
        assert text.endswith(".")
        assert "{" not in text
        if not summary.graph.spec.shortcut.enabled:
            assert "F(x)" not in text
            assert "residual" not in text


def test_what_the_projection_is_for():
    text = purpose(COURSE, COURSE.graph.node("res4a_branch1"))
    assert "projection shortcut" in text
    assert "equation 2" in text


# --- Unread cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "node", "read", "cells"),
    [
        (64, "res2c_out", 64, 225),
        (224, "res2c_out", 784, 3025),
        (64, "bn_conv1", 1024 - 63, 1024),
        (224, "res5c_out", 36, 49),
        (64, "res3b_out", 64, 64),
        (64, "pool1", 225, 225),
    ],
)
def test_golden_numbers_of_read_cells(side, node, read, cells):
    reads = cell_reads(analyse(preset("course", input_shape=(side, side, 3))), node)
    assert (reads.read, reads.cells, reads.unread) == (read, cells, cells - read)


def test_v15_reads_every_cell_that_v1_leaves():
    v15 = analyse(replace(PRESETS["course"], stride_on="middle"))
    reads = cell_reads(v15, "res2c_out")
    assert reads.unread == 0
    inner = cell_reads(v15, "res3a_relu2a")
    assert max(max(row) for row in inner.counts) == 4  # corners of four windows
    assert inner.unread == 0
    assert other_stride(PRESETS["course"]) == v15.graph.spec
    assert other_stride(PRESETS["resnet18"]) is None


def test_vectors_and_the_last_layer_have_no_read_cells():
    assert cell_reads(COURSE, "fc6") is None
    assert cell_reads(COURSE, "flatten") is None
    assert cell_reads(analyse(preset("keras-v1")), "res5c_out").unread == 0


def test_same_padding_at_a_stride_is_counted_from_the_end():
    spec = replace(PRESETS["course"], stride_on="middle", input_shape=(66, 66, 3))
    reads = cell_reads(analyse(spec), "res3a_relu2a")
    assert len(reads.counts) == 16
    assert [reads.counts[y][1] for y in (0, 1, 15)] == [1 * 1, 1 * 1, 2 * 1] or reads.unread == 0


# --- Which ResNet50 is yours? ---------------------------------------------------------------------------------------


def found(total: int, side: int = 64, classes: int = 6) -> list[Match]:
    return identify(total, preset("course", input_shape=(side, side, 3), classes=classes))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_known_by_its_total_at_its_own_size(name):
    spec = PRESETS[name]
    totals = analyse(spec).totals
    for total, counted in ((totals.parameters, "all"), (totals.trainable, "trainable")):
        matches = identify(total, spec)
        assert any((m.preset, m.counted, m.classes) == (name, counted, spec.classes) for m in matches)
        assert not any(match.mistakes for match in matches)


def test_golden_totals_name_their_networks():
    assert [m.preset for m in found(17_958_790)] == ["course"]
    assert {m.preset for m in found(23_600_006)} == {"coursera-2018", "keras-v1"}  # equal with one cell to average
    assert found(36_379_496, 224, 1000)[0] == Match("course", (224, 224, 3), 1000, (), "all")
    assert [m.preset for m in found(269_722)] == ["cifar-20", "cifar-plain-20"]


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: m.name)
def test_each_mistake_is_found_by_the_total_it_gives(mistake):
    """The total is made by building the mistaken network; some mistakes give the same number as another network."""
    side, classes = (224, 1000) if "pool" in mistake.name else (64, 6)
    spec = preset(
        "course" if mistake.name != "256_for_512" else "coursera-2018", input_shape=(side, side, 3), classes=classes
    )
    if mistake.name == "bias":
        spec = preset("torch-v1.5", input_shape=(side, side, 3), classes=classes)
    made = analyse(mistake.change(spec) if mistake.change else spec)
    total = made.totals.parameters + (mistake.effect(made) if mistake.effect else 0)
    matches = identify(total, spec)
    names = {name for match in matches for name in match.mistakes}
    assert mistake.name in names or (matches and not names), mistake.name
    assert mistake_text(mistake.name)


def test_golden_mistakes():
    assert [m.mistakes for m in found(56_356_712, 224, 1000)] == [("same_pool",)]
    no_shortcut_norms = 17_958_790 - 4 * (256 + 512 + 1024 + 2048)
    assert ("no_shortcut_norm",) in [m.mistakes for m in found(no_shortcut_norms)]
    assert ("no_bias",) in [m.mistakes for m in found(17_958_790 - 25_536)]


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (23_587_712, "Keras's ResNet50 without its last layer (`include_top=False`)"),
        (42_658_176, "Keras's ResNet101 without"),
        (58_370_944, "Keras's ResNet152 without"),
        (23_564_800, "Keras's ResNet50V2 without"),
        (23_508_032, "torchvision's resnet50 without its last layer."),
        (11_176_512, "torchvision's resnet18 without"),
        (21_284_672, "torchvision's resnet34 without"),
    ],
)
def test_a_network_without_its_last_layer_is_known(total, text):
    """The totals are those that keras.applications and torchvision report themselves."""
    match = found(total)[0]
    told = match_text(match, total)
    assert told.startswith(f"**{total:,}** is {text}")
    totals = analyse(PRESETS[match.preset]).totals  # torchvision counts no moving statistics
    assert f"together {totals.parameters if match.counted == 'all' else totals.trainable:,}." in told


@pytest.mark.parametrize("total", [17_958_790, 17_958_790 - 25_536, 17_907_718, 17_958_790 - 4 * 3840, 23_587_712])
def test_a_total_says_why_and_the_steps_add_up(total):
    for match in found(total):
        why = reason(match)
        counted = why.parameters - (why.not_trained if match.counted == "trainable" else 0)
        assert counted + sum(why.effects) == total
        assert f"{total:,}" in match_text(match, total)


def test_two_mistakes_are_found_together():
    spec = PRESETS["course"]
    both = {m.name: m for m in mistakes()}
    made = analyse(both["no_shortcut_norm"].change(both["no_bias"].change(spec)))
    names = {frozenset(m.mistakes) for m in identify(made.totals.parameters, spec)}
    assert frozenset({"no_bias", "no_shortcut_norm"}) in names


def test_a_total_of_nothing_known_says_the_nearest():
    assert found(17_958_789) == []
    assert nearest(17_958_789, PRESETS["course"]) == ("course", -1)


@pytest.mark.parametrize("text", ["", "many", "-5", "0", "1e6", "9" * 30, "٣"])
def test_a_total_that_is_none_is_a_sentence(text):
    with pytest.raises(SpecError, match="whole number of parameters"):
        parse_total(text)


@pytest.mark.parametrize("text", ["23,600,006", "23600006", " 23 600 006 ", "23.600.006", "23_600_006"])
def test_totals_are_read_as_people_write_them(text):
    assert parse_total(text) == 23_600_006


def test_what_fifty_counts():
    depths = {"course": 50, "keras-v1-101": 101, "keras-v1-152": 152, "resnet34": 34, "cifar-110": 110, "v2": 50}
    for name, depth in depths.items():
        assert analyse(PRESETS[name]).main_path_convolutions + 1 == depth
    assert sum(node.path == "shortcut" and node.id.startswith("res") for node in COURSE.graph.nodes) == 4


def test_changed_paths_of_equal_specifications_are_none():
    assert changed_paths(PRESETS["v2"], PRESETS["v2"]) == {}
