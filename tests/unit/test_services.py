"""What the server keeps for all visitors, without a server."""

import pytest

from resnet_viz.jobs.runner import LocalRunner
from resnet_viz.jobs.store import RunStore
from resnet_viz.server import services
from resnet_viz.training.demos import ORDER, demo


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """Give the server a list of runs of its own; return it and how often it was counted."""
    store = RunStore(tmp_path / "runs")
    runner = LocalRunner(store, tmp_path / "pictures")
    counted = []
    count = runner.counts
    monkeypatch.setattr(runner, "counts", lambda: counted.append(1) or count())
    monkeypatch.setattr(services, "run_store", lambda: store)
    monkeypatch.setattr(services, "runner", lambda: runner)
    return store, counted


def test_a_class_at_the_door_has_the_runs_counted_once(counting):
    _store, counted = counting
    assert [services.job_counts() for _visitor in range(100)] == [(0, 0)] * 100
    assert len(counted) == 1


def test_a_run_that_this_server_adds_or_changes_is_counted_at_once(counting):
    store, _counted = counting
    assert services.job_counts() == (0, 0)
    run = store.add("owner", demo(ORDER[0]).plan, "mine")
    assert services.job_counts() == (0, 1)
    store.set_state(run.id, "running")
    assert services.job_counts() == (1, 0)
    store.delete(run.id)
    assert services.job_counts() == (0, 0)


def test_a_run_of_another_process_is_counted_a_second_later(counting, monkeypatch):
    store, _counted = counting
    assert services.job_counts() == (0, 0)
    RunStore(store.folder).add("owner", demo(ORDER[0]).plan, "theirs")
    now = services.time.monotonic()
    monkeypatch.setattr(services.time, "monotonic", lambda: now + 1.1)
    assert services.job_counts() == (0, 1)
