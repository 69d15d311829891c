"""What is said of a run, from measurements written by hand."""

import json
import math
from dataclasses import replace

import pytest

from resnet_viz.analysis.curves import by_network, smoothed
from resnet_viz.paths import ASSETS
from resnet_viz.training.conclusions import conclusion_of, gradient_ratio, last_accuracy
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import Plan, with_settings
from resnet_viz.training.record import RunFolder, RunRecord
from resnet_viz.viz.learning import learning_data

RECORDINGS = ASSETS / "runs"


def line(network, update, accuracy, **more):
    return {
        "network": network,
        "update": update,
        "loss": 1 - accuracy,
        "training_accuracy": accuracy,
        "learning_rate": 0.1,
        "gradient_norms": {"stem": 9.0, "2a": 2.0, "2b": 1.0, "2c": 0.5, "head": 7.0},
    } | more


def test_the_gap_is_taken_at_equal_updates():
    metrics = [line("plain", u, 0.3) for u in (8, 16, 24)]
    metrics += [line("residual", u, a) for u, a in ((8, 0.7), (16, 0.8), (24, 0.9), (32, 1.0))]
    conclusion = conclusion_of(RunRecord(demo("plain-vs-residual").plan), metrics)
    assert conclusion.numbers["update"] == 24
    assert conclusion.numbers["gap"] == pytest.approx(0.8 - 0.3)
    assert conclusion.sentences == (
        "After 24 steps the residual network gets 80\u00a0% of its training pictures right, the plain one 30\u00a0% (guessing: 17\u00a0%).",
        "Same size, same start, same pictures: only the shortcuts differ.",
    )
    assert conclusion.more[0] == "Seed 0: training accuracy plain 0.30, residual 0.80; difference +0.50."


@pytest.mark.parametrize(
    "name, settings",
    [
        ("seeds", {}),
        ("plain-vs-residual", {"networks.plain": "cifar-plain-20,width=0.5,seed_policy=per_layer"}),
        ("plain-vs-residual", {"networks.plain": "cifar-plain-56,width=0.5"}),
    ],
)
def test_only_networks_that_differ_in_shortcuts_alone_are_called_the_same(name, settings):
    plan = with_settings(demo(name).plan, settings)
    metrics = [line(own.name, 24, 0.5) for own in plan.networks]
    (told,) = conclusion_of(RunRecord(plan), metrics).sentences
    assert told.startswith("After 24 steps")


def test_accuracy_is_the_mean_of_the_last_three_measurements():
    lines = [line("a", u, u / 100) for u in (10, 20, 30, 40)]
    assert last_accuracy(lines, 40) == pytest.approx(0.3)
    assert math.isnan(last_accuracy(lines, 5))


def test_the_ratio_leaves_stem_and_head_out():
    assert gradient_ratio(line("a", 1, 0.5)) == 4.0


def test_the_widest_gap_between_training_and_inference_is_found():
    metrics = [
        line("m", 4, 0.5, inference_accuracy=0.2),
        line("m", 8, 0.9, inference_accuracy=0.2),
        line("m", 12, 1.0, inference_accuracy=0.9),
    ]
    conclusion = conclusion_of(RunRecord(demo("batchnorm-gap").plan), metrics)
    assert conclusion.numbers == pytest.approx({"m widest gap": 0.7, "m last gap": 0.1})
    assert "at step 8" in conclusion.sentences[0]


def test_the_finder_names_where_the_loss_falls_fastest():
    rates = [10 ** (n / 10 - 4) for n in range(41)]
    losses = [2 if r < 1e-3 else 2 - math.log10(r / 1e-3) if r < 0.1 else 5 * r / 0.1 for r in rates]
    metrics = [
        line("m", n, 0.1, loss=loss, learning_rate=rate)
        for n, (rate, loss) in enumerate(zip(rates, losses, strict=True))
    ]
    numbers = conclusion_of(RunRecord(demo("learning-rate-finder").plan), metrics).numbers
    assert 1e-3 < numbers["steepest at"] <= numbers["lowest at"] <= 0.11
    assert numbers["end"] == pytest.approx(1.0)


def test_held_back_accuracy_names_its_pictures_and_chance():
    final = {"course": {"validation_accuracy": 0.5, "validation_pictures": 384}}
    record = RunRecord(Plan(), classes=("a", "b", "c", "d"), final=final)
    sentences = conclusion_of(record, [line("course", 8, 0.9)]).sentences
    assert (
        sentences[-1] == "Right on 384 held-back pictures, in inference mode: course 50\u00a0% (guessing: 25\u00a0%)."
    )


@pytest.mark.parametrize(
    "settings, parts, is_cut",
    [
        ({}, {"state": "done", "update": 72}, False),
        ({}, {"state": "running", "update": 24}, False),
        ({}, {"state": "cancelled", "update": 24}, True),
        ({}, {"state": "interrupted", "update": 24}, True),
        ({}, {"state": "failed", "update": 24}, True),
        ({"seconds": "60"}, {"state": "done", "update": 48, "spent_s": 60.2}, True),
        ({"updates": "48"}, {"state": "done", "update": 48}, True),
        ({"updates": "400"}, {"state": "done", "update": 400}, False),
    ],
)
def test_a_run_below_the_updates_of_its_claim_says_so(settings, parts, is_cut):
    plan = with_settings(demo("plain-vs-residual").plan, settings)
    metrics = [line(name, 24, 0.5) for name in ("plain", "residual")]
    sentences = conclusion_of(RunRecord(plan, **parts), metrics).sentences
    told = f"Stopped after {parts['update']} of 72 steps. What is said here was measured over 72 steps."
    assert (told in sentences) == is_cut
    assert any(sentence.startswith("Stopped after") for sentence in sentences) == is_cut


@pytest.mark.parametrize(
    "settings, parts, is_cut",
    [
        ({}, {"state": "done", "update": 219}, False),  # the loss broke out
        ({"seconds": "5"}, {"state": "done", "update": 100, "spent_s": 5.1}, True),
        ({}, {"state": "cancelled", "update": 100}, True),
    ],
)
def test_a_finder_that_broke_out_was_not_cut_short(settings, parts, is_cut):
    plan = with_settings(demo("learning-rate-finder").plan, settings)
    sentences = conclusion_of(RunRecord(plan, **parts), [line("residual", 2, 0.5)]).sentences
    assert any(sentence.startswith("Stopped after") for sentence in sentences) == is_cut


@pytest.mark.parametrize("name", ORDER)
def test_a_recording_went_as_far_as_its_demo_does(name):
    folder = RunFolder(RECORDINGS / name)
    record, metrics = folder.load(), folder.read_metrics().metrics
    assert metrics
    sentences = conclusion_of(record, metrics).sentences
    assert not any(sentence.startswith("Stopped after") for sentence in sentences)
    own = demo(name).plan
    assert record.plan == replace(own, seed=1)
    assert record.update == own.updates or (own.stop_at_rise and record.update < own.updates)


def test_the_recording_of_the_claim_holds_it():
    folder = RunFolder(RECORDINGS / "plain-vs-residual")
    assert conclusion_of(folder.load(), folder.read_metrics().metrics).numbers["gap"] >= 0.4


def test_nothing_measured_is_said():
    assert conclusion_of(RunRecord(Plan()), []).sentences == ("Nothing was measured yet.",)


def test_smoothing_corrects_its_start():
    assert smoothed([1.0, 3.0], 0.5) == pytest.approx([1.0, (0.25 * 1 + 0.5 * 3) / 0.75])
    assert list(by_network([line("b", 1, 0), line("a", 1, 0), line("b", 2, 0)])) == ["b", "a"]


def test_the_picture_of_a_run_draws_whatever_was_measured():
    """A run that others compare with has its own networks; one that diverged has measurements that are no numbers."""
    networks = demo("plain-vs-residual").plan.summaries(6)
    own = [line("plain", 8, 0.2), line("somebody", 8, 0.3), line("plain", 16, 0.2, loss=math.nan)]
    data = learning_data(networks, {"a": own, "b": own}, "loss", steps=72, classes=6)
    assert [curve["title"] for curve in data["curves"]] == ["plain", "somebody", "b: plain", "b: somebody"]
    assert len({curve["color"] for curve in data["curves"]}) == 4
    assert data["x"]["last"] == 72
    json.dumps(data, allow_nan=False)  # or no browser could read it
