"""The queue: its order, its bounds, its words, whose runs are whose."""

import os
import threading
import time
from itertools import count
from pathlib import Path

import pytest

from resnet_viz.errors import BusyError, JobError
from resnet_viz.jobs.runner import MAX_PREPARED, MAX_WAITING, MAX_WAITING_PER_OWNER
from resnet_viz.training.record import START, Place

from .queueing import pid, plan, runners, state_of, wait_for

__all__ = ["runners"]


def running(runner):
    """Return the runs whose process says that it runs."""
    ids = [run.id for run in runner.list("me")]
    return [run_id for run_id in ids if runner.store.files(run_id).load().state == "running"]


def test_runs_go_one_after_another_and_tell_their_place(runners):
    runner = runners()
    first, second, third = (runner.submit("me", plan(40), str(n)) for n in range(3))
    wait_for(lambda: state_of(runner, first) == "running")
    assert [runner.position(run.id) for run in (first, second, third)] == [0, 1, 2]
    assert runner.counts() == (1, 2)
    wait_for(lambda: state_of(runner, third) == "done")
    assert [state_of(runner, run) for run in (first, second)] == ["done", "done"]
    assert runner.counts() == (0, 0)


def test_many_submissions_at_once_leave_an_honest_bounded_queue_and_quick_pages(runners):
    """A hundred here, three hundred in the soak: all answered, and pages beside them in 3 s (p95)."""
    submissions = int(os.environ.get("RESNET_VIZ_SUBMISSIONS", "100"))
    runner = runners()
    refused, accepted, pages, done = [], [], [], threading.Event()

    def submit(number):
        try:
            accepted.append(runner.submit(f"owner {number}", plan(100_000), "x").id)
        except BusyError as error:
            refused.append(str(error))

    def read():
        for number in count():
            began = time.monotonic()
            for run in runner.list(f"owner {number % submissions}"):
                runner.events(run.id)
                runner.position(run.id)
            runner.counts()
            pages.append(time.monotonic() - began)
            if done.is_set():
                return

    readers = [threading.Thread(target=read) for _reader in range(3)]
    threads = [threading.Thread(target=submit, args=(number,)) for number in range(submissions)]
    began = time.monotonic()
    for thread in (*readers, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.monotonic() - began
    done.set()
    for thread in readers:
        thread.join()
    assert len(accepted) + len(refused) == submissions
    assert MAX_WAITING <= len(accepted) <= MAX_WAITING + 1
    assert all(f"{MAX_WAITING} runs are waiting already" in sentence for sentence in refused)
    wait_for(lambda: runner.counts() == (1, len(accepted) - 1))
    assert sorted(map(runner.position, accepted)) == list(range(len(accepted)))
    slow = sorted(pages)[int(0.95 * len(pages))]
    print(f"{submissions} submissions in {lasted:.1f} s, page p95 {slow:.2f} s")
    assert slow < 3.0


def test_an_owner_gets_a_share_of_the_queue(runners):
    runner = runners()
    for number in range(MAX_WAITING_PER_OWNER):
        runner.submit("me", plan(1000), str(number))
    with pytest.raises(BusyError, match=f"{MAX_WAITING_PER_OWNER} runs of yours"):
        runner.submit("me", plan(), "one more")
    runner.submit("you", plan(), "another's")


def test_cancel_takes_less_than_two_seconds_even_of_a_deaf_process(runners):
    runner = runners()
    for kind in ("course", "deaf"):
        run = runner.submit("me", plan(5000, kind), kind)
        wait_for(lambda run=run: runner.events(run.id).record.update > 2)
        process = pid(runner, run)
        began = time.monotonic()
        runner.command(run.id, "me", "cancel")
        wait_for(lambda run=run: state_of(runner, run) == "cancelled")
        assert time.monotonic() - began < 2.0
        assert not Path(f"/proc/{process}").exists()
        assert runner.events(run.id).record.state == "cancelled"


def test_pause_leaves_the_device_to_others_and_go_goes_on(runners):
    runner = runners()
    run = runner.submit("me", plan(300), "one")
    wait_for(lambda: runner.events(run.id).record.update > 2)
    runner.command(run.id, "me", "pause")
    wait_for(lambda: state_of(runner, run) == "paused")
    at = runner.events(run.id).record.update
    other = runner.submit("you", plan(3), "two")
    wait_for(lambda: state_of(runner, other) == "done")
    assert runner.events(run.id).record.update == at
    runner.command(run.id, "me", "go")
    wait_for(lambda: runner.events(run.id).record.update > at)


def test_prepared_runs_wait_for_a_word(runners):
    runner = runners()
    run = runner.submit("me", plan(3), "one", holds=True)
    wait_for(lambda: state_of(runner, run) == "prepared")
    assert runner.events(run.id).record.update == 0
    for number in range(MAX_PREPARED - 1):
        runner.submit(f"other {number}", plan(3), "x", holds=True)
    with pytest.raises(BusyError, match="prepared already"):
        runner.submit("me", plan(3), "too many", holds=True)
    runner.command(run.id, "me", "go")
    wait_for(lambda: state_of(runner, run) == "done")


def test_knowing_the_id_lets_one_watch_and_no_more(runners):
    runner = runners()
    run = runner.submit("me", plan(500), "one")
    wait_for(lambda: runner.events(run.id) and runner.events(run.id).metrics)
    events = runner.events(run.id)
    more = runner.events(run.id, events.next)
    assert more.next >= events.next
    for act in (
        lambda: runner.command(run.id, "you", "cancel"),
        lambda: runner.rename(run.id, "you", "mine"),
        lambda: runner.delete(run.id, "you"),
        lambda: runner.extend(run.id, "you", seconds=5),
    ):
        with pytest.raises(JobError, match="belongs to someone else"):
            act()
    assert runner.list("you") == []


def test_an_ended_run_can_go_on_be_renamed_and_be_deleted(runners):
    runner = runners()
    run = runner.submit("me", plan(3), "one")
    with pytest.raises(JobError, match="has not ended yet"):
        runner.extend(run.id, "me", updates=3)
    wait_for(lambda: state_of(runner, run) == "done")
    runner.extend(run.id, "me", updates=3)
    wait_for(lambda: runner.events(run.id).record.update == 6)
    runner.rename(run.id, "me", "  my   best ")
    assert runner.list("me")[0].name == "my best"
    with pytest.raises(JobError, match="`name` must be 1 to 60 printable characters"):
        runner.rename(run.id, "me", " ")
    runner.delete(run.id, "me")
    assert runner.events(run.id) is None
    assert not runner.store.files(run.id).path.exists()


@pytest.mark.parametrize("holds", [False, True])
def test_go_waits_in_line_for_its_device(runners, holds):
    runner = runners()
    parked = runner.submit("me", plan(60), "first", holds=holds)
    if holds:
        wait_for(lambda: state_of(runner, parked) == "prepared")
    else:
        wait_for(lambda: runner.events(parked.id).record.update > 2)
        runner.command(parked.id, "me", "pause")
        wait_for(lambda: state_of(runner, parked) == "paused")
    at = runner.events(parked.id).record.update
    busy = runner.submit("me", plan(60), "second")
    wait_for(lambda: runner.events(busy.id).record.update > 2)
    process = pid(runner, parked)
    runner.command(parked.id, "me", "go")
    behind = runner.submit("me", plan(3), "third")
    assert [runner.position(run.id) for run in (busy, parked, behind)] == [0, 1, 2]
    seen = []

    def is_done():
        seen.append(running(runner))
        if state_of(runner, busy) == "running":
            assert runner.events(parked.id).record.update == at
        return state_of(runner, behind) == "done"

    wait_for(is_done)
    assert max(map(len, seen)) == 1
    assert [busy.id] in seen
    assert [parked.id] in seen
    assert pid(runner, parked) == process
    assert state_of(runner, parked) == "done"


def test_a_run_in_line_can_be_cancelled(runners):
    runner = runners()
    parked = runner.submit("me", plan(60), "first", holds=True)
    wait_for(lambda: state_of(runner, parked) == "prepared")
    busy = runner.submit("me", plan(5000), "second")
    wait_for(lambda: state_of(runner, busy) == "running")
    runner.command(parked.id, "me", "go")
    runner.command(parked.id, "me", "cancel")
    wait_for(lambda: state_of(runner, parked) == "cancelled")
    assert running(runner) == [busy.id]


def test_going_on_is_bounded_as_submitting_is(runners):
    runner = runners()
    ended = runner.submit("me", plan(3), "ended")
    wait_for(lambda: state_of(runner, ended) == "done")
    runner.store.set_state(ended.id, "cancelled")
    for number in range(MAX_WAITING_PER_OWNER):
        runner.submit("me", plan(1000), str(number))
    with pytest.raises(BusyError, match=f"{MAX_WAITING_PER_OWNER} runs of yours"):
        runner.command(ended.id, "me", "go")
    with pytest.raises(BusyError, match=f"{MAX_WAITING_PER_OWNER} runs of yours"):
        runner.extend(ended.id, "me", updates=3)


def test_the_feed_reads_once_for_all_who_watch_and_starts_over_with_the_run():
    from resnet_viz.jobs.feed import RunFeed
    from resnet_viz.jobs.reading import Events
    from resnet_viz.training.record import RunRecord

    asked, feed = [], RunFeed()

    def ask(_run_id, since):
        asked.append(since)
        update, is_anew = len(asked), len(asked) == 3
        return Events(RunRecord(plan()), [{"network": "a", "update": update}], Place(10 * update), is_anew)

    def updates(state):
        return [line["update"] for line in feed.read("x", state, ask)[1]]

    assert [updates("queued") for _reader in range(50)] == [[1]] * 50
    assert asked == [START]
    assert updates("done") == [1, 2]
    assert asked == [START, Place(10)]
    assert updates("queued") == [1, 2]  # young, and the record says so
    assert updates("done") == [3]
