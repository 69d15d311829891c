"""`train` in a terminal, up to where Keras would begin: which budget counts, what the bar says."""

import argparse

import pytest

from resnet_viz.cli.train import _new, _resumed, add, progress_text
from resnet_viz.training.demos import demo
from resnet_viz.training.record import RunFolder, RunRecord


def options(*words):
    parser = argparse.ArgumentParser()
    add(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    "words, seconds, updates",
    [
        ((), 0, 72),
        (("--seconds", "300"), 300, 0),
        (("--updates", "500"), 0, 500),
        (("--seconds", "300", "--updates", "500"), 300, 500),
        (("--seconds", "300", "--set", "updates=40"), 300, 40),
        (("--set", "seconds=30"), 30, 72),
    ],
)
def test_a_budget_that_is_given_takes_the_place_of_the_demos_own(tmp_path, words, seconds, updates):
    folder = _new(options("--demo", "plain-vs-residual", "--out", str(tmp_path / "run"), *words), tmp_path)
    plan = folder.load().plan
    assert (plan.seconds, plan.updates) == (seconds, updates)


@pytest.mark.parametrize(
    "words, seconds, updates", [((), 0, 72), (("--seconds", "90"), 90, 0), (("--updates", "100"), 0, 100)]
)
def test_a_run_goes_on_for_the_budget_that_is_given(tmp_path, words, seconds, updates):
    folder = RunFolder(tmp_path)
    folder.save(RunRecord(demo("plain-vs-residual").plan, state="interrupted"))
    record = _resumed(options("--resume", str(tmp_path), *words)).load()
    assert (record.plan.seconds, record.plan.updates, record.state) == (seconds, updates, "queued")


def test_the_bar_tells_the_time_that_is_left_once_that_is_known():
    record = RunRecord(demo("plain-vs-residual").plan, state="running", phase="train", update=36, spent_s=20.0)
    assert progress_text(record) == f"train     {'█' * 12}{'·' * 12}  50%  36 updates, 20 s"
    record.left_s = 21.4
    assert progress_text(record).endswith("36 updates, 20 s, about 21 s left")
