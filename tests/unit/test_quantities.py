"""Quantities of lessons: the course's exercises, whose answers were worked out by hand and by other programs."""

import math
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.analysis import network
from resnet_viz.errors import ResNetVizError, SpecError
from resnet_viz.lessons.grounds import Grounds, RunFacts
from resnet_viz.lessons.language import parse
from resnet_viz.lessons.quantities import QUANTITIES, needs, value
from resnet_viz.lessons.told import text_of
from resnet_viz.results import Attribution, Sanity
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.layers import Dense

COURSE = Grounds(network(preset("course")))


@pytest.mark.parametrize(
    ("quantity", "right"),
    [
        ("parameters(conv1)", 9_472),
        ("parameters(res2a_branch1)", 16_640),
        ("output_side(pad)", 70),
        ("output_side(conv1)", 32),
        ("output_side(pool1)", 15),
        ("output_side(res3d_out)", 8),
        ("output_side(res5c_out)", 2),
        ("after(stem.pool_padding=1, macs)", 292_237_312),
        ("after(stem.pool_padding=1, output_side(res2a_out))", 16),
        ("difference(stem.pool_padding=1, parameters)", 0),
        ("macs(conv1)", 9_633_792),
        ("parameters(res5a_branch2b)", 2_359_808),
        ("kernel_parameters(1)", 10_053_312),
        ("kernel_parameters(3)", 7_781_568),
        ("convolutions", 53),
        ("difference(stages.4.blocks=7, parameters)", 1_121_792),
        ("difference(shortcut.enabled=off, parameters)", -2_788_096),
        ("untrained", 102_144 / 2),
        ("after(input=128, parameters)", 17_995_654),
        ("after(input=224, parameters)", 18_057_094),
        ("smallest_input", 37),
        ("difference(classes=1000, parameters)", 2_036_706),
        ("cells_that_cover(res3c_branch2b)", 2),
        ("cells_that_cover(res3b_branch2b)", 0),
        ("receptive_field(res3b_branch2b)", 67),
        ("receptive_field(res3c_branch2b)", 83),
        ("receptive_field(res2c_out)", 35),
        ("receptive_field(res3d_out)", 99),
        ("receptive_field(res4f_out)", 291),
        ("receptive_field(res5c_out)", 483),
        ("step(res4f_out)", 16),
        ("read_cells(res2c_out)", 64),
        ("unread_cells(res2c_out)", 225 - 64),
        ("difference(stride_on=middle, parameters)", 0),
        ("after(stages.2.blocks=1;stages.3.blocks=1;stages.4.blocks=1;stages.5.blocks=1, parameters)", 8_057_222),
        ("after(stages.2.blocks=1;stages.3.blocks=1;stages.4.blocks=1;stages.5.blocks=1, layers)", 57),
        ("main_convolutions", 49),
        ("projections", 4),
        ("paths", 65_536),
        ("output_side(res4f_out)", 4),
        ("biases", 25_536),
        ("batch_norm_parameters", 102_144),
        ("paths_without(3b)", 32_768),
        ("updates_until_half", 69),
        ("after(bn_momentum=0.9, updates_until_half)", 7),
        ("apart(of(keras-v1, parameters), of(torch-v1.5, parameters))", 26_560),
        ("apart(of(keras-v1, biases), of(torch-v1.5, biases))", 26_560),
        ("apart(of(keras-v1, kernels), of(torch-v1.5, kernels))", 0),
        ("apart(parameters, of(coursera-2018, parameters))", 5_641_216),
        ("relus_on_shortcuts", 16),
        ("of(v2, relus_on_shortcuts)", 5),
        ("minus(parameters(4a), parameters(4f))", 398_336),
        ("taps(res5b_branch2b)", 9),
        ("taps_that_meet(res5b_branch2b)", 4),
        ("taps_that_meet(res3b_branch2b)", 9),
        ("field_without_strides(res2c_out)", 7 + 2 + 3 * 2),
        ("values(conv1)", 32 * 32 * 64),
        ("blocks(stage 4)", 6),
        ("minus(of(resnet34, parameters), of(plain34, parameters))", 175_616),
        ("minus(of(cifar-56, parameters), of(cifar-plain-56, parameters))", 0),
    ],
)
def test_exercises_with_one_number(quantity, right):
    assert value(quantity, COURSE).amount == right


@pytest.mark.parametrize(
    ("quantity", "right", "digits"),
    [
        ("share(parameters, stage 1)", 0.1, 1),
        ("share(parameters, stage 4)", 39.7, 1),
        ("share(parameters, stage 5)", 52.1, 1),
        ("share(macs, stage 1)", 3.4, 1),
        ("share(macs, stage 2)", 16.8, 1),
        ("share(macs, stage 3, stage 4)", 66.8, 1),
        ("ratio(stem.pool_padding=1, macs)", 1.023, 3),
        ("ratio(stages.4.blocks=7, macs)", 1.062, 3),
        ("ratio(shortcut.enabled=off, macs)", 1 - 0.101, 3),
        ("ratio(input=128, macs)", 4.05, 2),
        ("ratio(input=224, macs)", 12.45, 2),
        ("ratio(stride_on=middle, macs)", 1.0625, 4),
        ("percent_more(stages.4.blocks=7, macs)", 6.2, 1),
        ("percent_less(shortcut.enabled=off, macs)", 10.1, 1),
        ("bottleneck_saving(2b)", 16.9, 1),
    ],
)
def test_exercises_with_shares(quantity, right, digits):
    assert value(quantity, COURSE).amount == pytest.approx(right, abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("quantity", "right"),
    [
        ("layer_with_most(macs)", "conv1"),
        ("layer_with_most(parameters)", "res5a_branch2b"),
        ("first_layer_larger_than_the_picture", "res3b_branch2b"),
        ("first_layer_that_covers", "res3c_branch2b"),
        ("first_block_unlike(coursera-2018)", "5b"),
        ("block_with_most(parameters)", "5a"),
    ],
)
def test_exercises_with_a_place(quantity, right):
    assert value(quantity, COURSE) == (right, "place", 0)


def test_a_convolution_block_costs_its_projection_more():
    """4a has the projection and its BatchNorm more than 4f, and reads half as many channels in its first kernel."""
    assert value("parameters(4a)", COURSE).amount - value("parameters(4f)", COURSE).amount == 398_336
    assert value("weights_bytes", COURSE) == (4 * value("parameters", COURSE).amount, "bytes", 0)


@pytest.mark.parametrize(
    ("quantity", "right"),
    [
        ("trainable(fc6)", "12,294"),
        ("activation_bytes(conv1)", "256 KiB"),
        ("unread_cell(res3d_out)", "for example row 0, column 1 of res3d_out; there are 48 such cells"),
        ("window(pool1)", "3×3"),
        ("kernel_side(avg_pool)", "2"),
        ("channels(res3a_out)", "512"),
        ("cells(res2c_out)", "225"),
        ("shape(res3d_out)", "8×8×512"),
        ("window(res3b_branch2b)", "3×3"),
        ("kernel_side(conv1)", "7"),
        ("kernel_weights(res3b_branch2b)", "147,456"),
        ("weights_between(res3b_branch2b, channels(res3a_out))", "2,359,296"),
        ("quotient(weights_between(res3b_branch2b, channels(res3a_out)), kernel_weights(res3b_branch2b))", "16"),
        ("stride(res3a_branch2a)", "2"),
        ("places(conv1)", "64"),
        ("frame(pad)", "3"),
        ("dense_layers", "1"),
        ("branch_convolutions(3b)", "3"),
        ("sums", "16"),
        ("shortcut_parameters(3b)", "0"),
        ("shortcut_parameters(4a)", "529,408"),
        ("projection(4a)", "res4a_branch1"),
        ("first_block_that_sees_all", "4a"),
        ("layers", "177"),
        ("of(torch-v1.5, channels(res5b_branch2b))", "512"),
        ("share(macs, stage 3, stage 4)", "67\u00a0%"),
        ("ratio(input=128, macs)", "4.05"),
        ("momentum", "0.99"),
        ("difference(shortcut.enabled=off, parameters)", "−2,788,096"),
        ("published(imagenet_error_plain34)", "28.54\u00a0%"),
    ],
)
def test_what_a_text_says(quantity, right):
    assert text_of(value(quantity, COURSE)) == right


@pytest.mark.parametrize("name", PRESETS)
def test_the_parts_are_the_whole_on_every_preset(name):
    grounds = Grounds(network(preset(name)))
    for counted in ("parameters", "macs"):
        stages = sum(value(f"{counted}(stage {n})", grounds).amount for n in grounds.summary.stage_totals() if n)
        head = sum(
            value(f"{counted}({node.id})", grounds).amount for node in grounds.summary.graph.nodes if not node.stage
        )
        assert stages + head == value(counted, grounds).amount


@pytest.mark.parametrize("name", PRESETS)
def test_kernels_biases_and_batch_norms_are_all_but_the_classifier(name):
    grounds = Grounds(network(preset(name)))
    parts = sum(value(part, grounds).amount for part in ("kernels", "biases", "batch_norm_parameters"))
    classifier = grounds.summary.totals_where(lambda node: isinstance(node.layer, Dense)).parameters
    assert parts + classifier == value("parameters", grounds).amount


RACE = RunFacts(
    {"plain": 0.25, "residual": 0.95},
    updates=240,
    classes=6,
    first_update=8,
    gradients={
        "plain": ({"stem": 9.0, "2a": 8.0, "4i": 2.0, "head": 7.0}, {"stem": 1.0, "2a": 1.0, "4i": 0.0, "head": 1.0})
    },
    held_back={"plain": 0.5},
    gaps={"plain": 0.75},
)


def test_what_a_run_measured_is_told_network_by_network():
    grounds = Grounds(COURSE.summary, run=lambda: RACE)
    found = {
        "gradient_ratio(plain, start)": 4,
        "gradient_norm(plain, first, start)": 8,
        "gradient_norm(plain, 4i, start)": 2,
        "gradient_norm(plain, last)": 0,
        "held_back(plain)": 50,
        "widest_gap(plain)": 75,
        "first_update": 8,
    }
    assert {quantity: value(quantity, grounds).amount for quantity in found} == found
    assert math.isnan(value("gradient_ratio(plain)", grounds).amount)
    assert {need for quantity in found for need in needs(quantity)} == {"run"}
    for unknown in ("held_back(other)", "gradient_norm(plain, 9z)", "gradient_norm(plain, 4i, later)"):
        with pytest.raises(SpecError):
            value(unknown, grounds)


def test_what_a_block_has_below_zero_is_counted_signal_by_signal():
    block = COURSE.summary.graph.block("3b")
    halves = np.array([[[-1.0, 1.0]]], np.float32)
    maps = {block.branch: halves, block.add: halves - 2, block.out: np.abs(halves)}
    grounds = Grounds(COURSE.summary, maps=lambda nodes: {node: maps[node] for node in nodes})
    below = [value(f"below_zero(3b, {signal})", grounds).amount for signal in ("F", "sum", "output")]
    assert below == [50, 100, 0]
    assert needs("block_with_most(energy_ratio)") == {"maps"}
    plain = Grounds(network(preset("plain34")))
    for text, of in (("below_zero(2a, sum)", plain), ("below_zero(3b, y)", grounds), ("block_with_most(macs)", plain)):
        with pytest.raises(SpecError):
            value(text, of)


def test_an_explanation_is_told_and_what_becomes_of_it():
    found = Attribution(np.array([[1.0, -2.0], [3.0, 4.0]], np.float32), 14.0, {"sum": 11.5, "difference": 12.0})
    covered = Attribution(found.values, 19.0, {"patches": 225.0, "largest_fall": 9.5})
    checked = Sanity([0, 5, 1], np.zeros((4, 2, 2), np.float32), [1.0, -0.25, None, 0.5])
    other = Grounds(COURSE.summary, probabilities=lambda _surgery: np.array([0.6, 0.4]))
    grounds = Grounds(COURSE.summary, explanation=lambda: found, check=lambda: checked, beside={"image:cat": other}.get)
    told = {
        "score": 14,
        "score_rise": 12,
        "map_sum": 11.5,
        "alike(head)": -0.25,
        "unlike(head)": 0.75,
        "alike(stage 5)": 0,
        "alike(stem)": 0.5,
        "beside(image:cat, certainty)": 60,
    }
    assert {quantity: value(quantity, grounds).amount for quantity in told} == pytest.approx(told)
    assert text_of(value("certainty", other)) == "60\u00a0%"
    assert text_of(value("guessing", grounds)) == "17\u00a0%"
    over = Grounds(COURSE.summary, explanation=lambda: covered)
    assert [value(name, over).amount for name in ("lowest_score", "fall_share")] == [9.5, 50]
    assert needs("apart(map_sum, score)") == {"explanation"}
    assert needs("beside(weights:random, energy_ratio(3b))") == {"maps"}
    for unknown, of in (("alike(stage 9)", grounds), ("map_sum", over)):
        with pytest.raises(SpecError):
            value(unknown, of)


def test_what_is_measured_comes_from_the_maps_the_answer_and_the_run():
    block = COURSE.summary.graph.block("3b")
    maps = {block.branch: np.full((2, 2, 1), 3.0, np.float32), block.shortcut: np.full((2, 2, 1), 4.0, np.float32)}
    answers = {"": np.array([0.2, 0.8]), "drop:3b": np.array([0.7, 0.3])}
    grounds = Grounds(
        COURSE.summary,
        maps=lambda nodes: {node: maps[node] for node in nodes},
        probabilities=answers.__getitem__,
        run=lambda: RunFacts({"plain": 0.25, "residual": 0.95}, updates=240, classes=6),
    )
    assert value("energy_ratio(3b)", grounds) == (0.75, "times", 0)
    assert value("surgery_effect(drop:3b)", grounds).amount == pytest.approx(-50)
    assert value("accuracy_gap", grounds).amount == pytest.approx(70)
    assert [text_of(value(name, grounds)) for name in ("accuracy(plain)", "updates", "classes", "chance")] == [
        "25\u00a0%",
        "240",
        "6",
        "17\u00a0%",
    ]
    assert needs("energy_ratio(3b)") == {"maps"}
    assert needs("quotient(accuracy_gap, macs)") == {"run"}
    assert needs("difference(shortcut.enabled=off, macs)") == frozenset()
    with pytest.raises(LookupError):
        value("energy_ratio(3b)", COURSE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "os.system",
        "published(nothing)",
        "of(nothing, macs)",
        "window(pad)",
        "frame(conv1)",
        "projection(4b)",
        "weights_between(conv1, 64)",
        "energy_ratio(stem)",
        "surgery_effect(drop:9z)",
        "parameters(",
        "parameters)",
        "parameters()",
        "parameters(conv1, conv1)",
        "macs(nothing)",
        "macs(stage 9)",
        "difference(macs)",
        "difference(no.field=1, macs)",
        "difference(input=99999, macs)",
        "difference(input=1e9, macs)",
        "difference(classes=0, macs)",
        "difference(shortcut.enabled=off, layer_with_most(macs))",
        "energy_ratio(9z)",
        "kernel_parameters(2)",
        "paths_without(9z)",
        "of(plain34, paths_without(2a))",
        "of(plain34, relus_on_shortcuts)",
        "after(bn_momentum=0, updates_until_half)",
        "first_block_unlike(course)",
        "apart(macs, layer_with_most(macs))",
        "read_cells(fc6)",
        "unread_cell(res2a_out)",
        "blocks(stage 9)",
        "taps(pool1)",
        "field_without_strides(nothing)",
        "share(macs(conv1), conv1)",
        "a" * 300,
        "after(" * 9 + ")" * 9,
    ],
)
def test_what_is_no_quantity_is_refused_in_a_sentence(text):
    with pytest.raises(ResNetVizError) as refused:
        value(text, COURSE)
    assert "Received" in str(refused.value)


def test_names_and_arguments_are_told_apart():
    assert parse("after(a=1;b=2, share(macs, stage 1))").arguments == ("a=1;b=2", "share(macs, stage 1)")
    with pytest.raises(SpecError):
        parse("A(b)")


def test_every_quantity_is_asked_for_by_some_test():
    own = Path(__file__).read_text("utf-8")
    assert {name for name in QUANTITIES if f'"{name}' not in own} == set()
