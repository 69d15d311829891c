"""The queue and its supervision, with a job that does what a training process does, but trains nothing."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from resnet_viz.compute.jobs import MAX_PREPARED, MAX_WAITING, MAX_WAITING_PER_OWNER, LocalRunner
from resnet_viz.compute.runs import RunStore
from resnet_viz.errors import BusyError, JobError
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import RunFolder

JOB = """
import json, os, sys, threading, time
folder, _store, _device, _language, *rest = sys.argv[1:]
wanted = ["pause" if "hold" in rest else "go"]
def listen():
    for line in sys.stdin:
        wanted[0] = line.strip()
    if wanted[0] != "cancel":
        wanted[0] = "interrupt"
threading.Thread(target=listen, daemon=True).start()
path = os.path.join(folder, "run.json")
record = json.load(open(path))
open(os.path.join(folder, "heartbeat"), "w").write(str(os.getpid()))
def save(**parts):
    record.update(parts)
    with open(path + ".new", "w") as file:
        json.dump(record, file)
    os.replace(path + ".new", path)
kind = record["plan"]["networks"][0]["name"]
if kind == "dies":
    os._exit(9)
if "hold" in rest:
    save(state="prepared")
    while wanted[0] == "pause":
        time.sleep(0.01)
save(state="running")
while record["update"] < record["plan"]["updates"] and wanted[0] != "interrupt":
    if wanted[0] == "cancel":
        if kind == "deaf":
            time.sleep(60)
        save(state="cancelled")
        os._exit(0)
    if wanted[0] == "pause":
        save(state="paused")
        while wanted[0] == "pause":
            time.sleep(0.01)
        save(state="running")
    time.sleep(0.02)
    save(update=record["update"] + 1)
    with open(os.path.join(folder, "metrics.jsonl"), "a") as file:
        file.write(json.dumps({"network": kind, "update": record["update"], "training_accuracy": 0.5}) + "\\n")
save(state="interrupted" if wanted[0] == "interrupt" else "done")
"""


def plan(updates=5, kind="course"):
    return Plan.from_dict({"updates": updates, "seconds": 0.0, "networks": [{"name": kind, "text": "course"}]})


@pytest.fixture
def runners(tmp_path):
    """Return a maker of runners over one store, as one server after another."""
    script = tmp_path / "job.py"
    script.write_text(JOB, "utf-8")
    made = []

    def make():
        runner = LocalRunner(RunStore(tmp_path / "runs"), tmp_path, command=[sys.executable, str(script)])
        made.append(runner)
        runner.start()
        return runner

    yield make
    for runner in made:
        runner.close()


def wait_for(condition, timeout_s=20.0):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about")


def state_of(runner, run):
    return runner.store.find(run.id).state


def test_runs_go_one_after_another_and_tell_their_place(runners):
    runner = runners()
    first, second, third = (runner.submit("me", plan(40), str(n)) for n in range(3))
    wait_for(lambda: state_of(runner, first) == "running")
    assert [runner.position(run.id) for run in (first, second, third)] == [0, 1, 2]
    assert runner.counts() == (1, 2)
    wait_for(lambda: state_of(runner, third) == "done")
    assert [state_of(runner, run) for run in (first, second)] == ["done", "done"]
    assert runner.counts() == (0, 0)


def test_a_hundred_submissions_leave_an_honest_bounded_queue(runners):
    runner = runners()
    refused, accepted, slowest = [], [], []

    def submit(number):
        began = time.monotonic()
        try:
            accepted.append(runner.submit(f"owner {number}", plan(1000), "x").id)
        except BusyError as error:
            refused.append(str(error))
        slowest.append(time.monotonic() - began)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _running, waiting = runner.counts()
    assert len(accepted) + len(refused) == 100
    assert MAX_WAITING <= len(accepted) <= MAX_WAITING + 2
    assert waiting <= MAX_WAITING
    places = sorted(runner.position(run_id) for run_id in accepted)
    assert places == list(range(len(accepted))) or places[:2] == [0, 1]
    assert all(f"{MAX_WAITING} runs are waiting already" in sentence for sentence in refused)
    began = time.monotonic()
    runner.events(accepted[0])
    runner.list("owner 1")
    assert time.monotonic() - began < 0.5


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
        process = int(runner.store.files(run.id).heartbeat.read_text())
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


def test_a_killed_process_is_started_again_and_goes_on(runners):
    runner = runners()
    run = runner.submit("me", plan(100), "one")
    killed = set()
    for _round in range(3):
        wait_for(
            lambda: (runner.events(run.id).record.update > 10 * len(killed) + 5) and pid(runner, run) not in killed
        )
        killed.add(pid(runner, run))
        os.kill(pid(runner, run), signal.SIGKILL)
    wait_for(lambda: state_of(runner, run) == "done")
    assert len(killed) == 3


def pid(runner, run):
    return int(runner.store.files(run.id).heartbeat.read_text() or 0)


def test_a_process_that_never_gets_anywhere_ends_in_a_sentence(runners):
    runner = runners()
    run = runner.submit("me", plan(kind="dies"), "one")
    wait_for(lambda: state_of(runner, run) == "failed")
    assert "ended 6 times without a word" in runner.events(run.id).record.sentence


def test_a_new_server_goes_on_where_the_last_one_was_stopped(runners):
    first = runners()
    run, waiting = first.submit("me", plan(200), "one"), first.submit("me", plan(2), "two")
    wait_for(lambda: first.events(run.id).record.update > 5)
    process = pid(first, run)
    first.close()
    assert not Path(f"/proc/{process}").exists()
    at = RunFolder(first.store.folder / run.id).load().update
    second = runners()
    wait_for(lambda: second.events(run.id).record.update > at)
    wait_for(lambda: state_of(second, waiting) == "done", 30)
    assert state_of(second, run) == "done"


def test_two_servers_never_train_the_same_list(runners):
    runners()
    with pytest.raises(JobError, match="Another ResNet Viz on this machine trains already"):
        runners().submit("me", plan(), "one")


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


def test_the_feed_reads_once_for_all_who_watch():
    from resnet_viz.compute.runner import Events
    from resnet_viz.training.record import Record
    from resnet_viz.ui.cache import RunFeed

    asked, feed = [], RunFeed()

    def ask(_run_id, since):
        asked.append(since)
        return Events(Record(plan()), [{"network": "a", "update": 1}], 10)

    for _reader in range(50):
        assert len(feed.read("x", "queued", ask)[1]) == 1
    assert asked == [0]
    feed.read("x", "done", ask)
    assert asked == [0, 10]
