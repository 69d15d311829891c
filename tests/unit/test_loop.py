"""What a run foresees of its own length, with a clock by hand; the loop itself is tested with the real Keras."""

from types import SimpleNamespace

import pytest

from resnet_viz.training import loop
from resnet_viz.training.demos import demo
from resnet_viz.training.journal import Journal
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunFolder, RunRecord


@pytest.fixture
def loops(tmp_path, monkeypatch):
    """Return a maker of loops whose updates take as long as they are told."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def make(**settings):
        plan = with_settings(demo("plain-vs-residual").plan, settings)
        folder = RunFolder(tmp_path)
        folder.save(RunRecord(plan, state="running"))
        made = loop.Loop(Journal(folder), None, None, None, None)

        def update(seconds, waited=0.0):
            clock.now += seconds + waited
            made.record.update += 1
            made.record.spent_s += seconds
            made._foresee()
            return made.record.left_s

        return update

    return make


def test_the_time_is_told_after_the_first_updates_and_follows_the_machine(loops):
    update = loops(updates="400")
    assert [update(0.5) for _n in range(3)] == [None, None, None]
    assert update(0.5) == pytest.approx(396 * 0.5)
    for _n in range(64):
        update(2.0)  # now others keep the machine busy
    assert update(2.0) == pytest.approx(331 * 2.0)


def test_looks_at_held_back_pictures_take_their_share(loops):
    update = loops(updates="400")
    for n in range(60):
        update(0.5, waited=0.5 if n % 2 else 0.0)
    assert update(0.5) == pytest.approx(339 * 0.75, rel=0.02)


def test_the_budget_that_is_spent_first_counts(loops):
    update = loops(updates="400", seconds="10")
    for _n in range(9):
        update(0.5, waited=0.5)
    assert update(0.5, waited=0.5) == pytest.approx(5 / 0.5 * 1.0)  # ten updates of one second each


def test_only_seconds(loops):
    update = loops(updates="0", seconds="10")
    for _n in range(3):
        update(0.5)
    assert update(0.5) == pytest.approx(8.0)
