"""The queue when something fails: processes that die or stand still, servers that go, a list or a disk that takes nothing."""

import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resnet_viz.errors import JobError, StoreError
from resnet_viz.jobs import process as job_process
from resnet_viz.jobs import store as job_store
from resnet_viz.jobs.runner import MAX_PAUSED, LocalRunner
from resnet_viz.jobs.store import RunStore
from resnet_viz.messages import use_language
from resnet_viz.training import record
from resnet_viz.training.record import RunFolder
from tests.patience import PATIENCE_S

from .queueing import pid, plan, runners, state_of, wait_for

__all__ = ["runners"]


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


def test_a_run_that_breaks_says_so_in_its_owners_language(runners):
    runner = runners()
    use_language("zh")
    try:
        run = runner.submit("me", plan(kind="dies"), "one")
    finally:
        use_language("en")
    wait_for(lambda: state_of(runner, run) == "failed")
    assert re.search("[\u4e00-\u9fff]", runner.events(run.id).record.sentence)


def test_a_process_that_never_gets_anywhere_ends_in_a_sentence(runners):
    runner = runners()
    run = runner.submit("me", plan(kind="dies"), "one")
    wait_for(lambda: state_of(runner, run) == "failed")
    assert "ended 6 times and gave no reason" in runner.events(run.id).record.sentence


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
    wait_for(lambda: state_of(second, waiting) == "done")
    assert state_of(second, run) == "done"


def test_two_servers_never_train_the_same_list(runners):
    runners().submit("me", plan(), "one")
    with pytest.raises(JobError, match="Another ResNet Viz on this machine trains already"):
        runners().submit("me", plan(), "one")


def test_a_server_takes_over_when_the_other_one_stops(runners):
    first, second = runners(), runners()
    run = first.submit("me", plan(500), "one")
    wait_for(lambda: first.events(run.id).record.update > 2)
    first.close()
    wait_for(lambda: state_of(second, run) == "running")
    assert second.submit("me", plan(), "two").state == "queued"


def test_a_paused_run_whose_process_is_killed_stays_paused(runners):
    runner = runners()
    run = runner.submit("me", plan(60), "one")
    wait_for(lambda: runner.events(run.id).record.update > 2)
    runner.command(run.id, "me", "pause")
    wait_for(lambda: state_of(runner, run) == "paused")
    process = pid(runner, run)
    os.kill(process, signal.SIGKILL)
    other = runner.submit("me", plan(3), "two")
    wait_for(lambda: state_of(runner, other) == "done")
    assert (state_of(runner, run), pid(runner, run)) == ("paused", process)
    # What it wrote down in its last life, paused, must not give its device away while it starts again.
    imports = runner.store.files(run.id).path / "imports"
    imports.touch()
    runner.command(run.id, "me", "go")
    third = runner.submit("me", plan(3), "three")
    wait_for(lambda: pid(runner, run) != process)
    began = time.monotonic()
    wait_for(lambda: state_of(runner, third) != "queued" or time.monotonic() > began + 1.0)
    assert (state_of(runner, run), state_of(runner, third)) == ("preparing", "queued")
    imports.unlink()
    wait_for(lambda: state_of(runner, third) == "done")
    assert state_of(runner, run) == "done"


def test_paused_runs_beyond_what_memory_is_for_keep_no_process_and_go_on_all_the_same(runners):
    runner = runners()
    paused, processes = [], []
    for number in range(MAX_PAUSED + 1):
        run = runner.submit(f"owner {number}", plan(60), "x")
        wait_for(lambda run=run: runner.events(run.id).record.update > 2)
        runner.command(run.id, f"owner {number}", "pause")
        wait_for(lambda run=run: state_of(runner, run) == "paused")
        paused.append(run)
        processes.append(pid(runner, run))
    wait_for(lambda: not Path(f"/proc/{processes[0]}").exists())
    assert all(Path(f"/proc/{process}").exists() for process in processes[1:])
    last = runner.submit("me", plan(3), "x")
    wait_for(lambda: state_of(runner, last) == "done")
    assert [state_of(runner, run) for run in paused] == ["paused"] * len(paused)
    at = runner.events(paused[0].id).record.update
    runner.command(paused[0].id, "owner 0", "go")
    wait_for(lambda: state_of(runner, paused[0]) == "done")
    first = runner.events(paused[0].id).metrics
    assert [line["update"] for line in first][at - 1 : at + 1] == [at, at + 1]
    assert pid(runner, paused[0]) != processes[0]


def test_a_process_that_stands_still_is_killed_and_one_that_writes_nothing_is_not(runners, monkeypatch):
    monkeypatch.setattr(job_process, "SILENCE_S", 2.0)
    runner = runners()
    run = runner.submit("me", plan(400), "one")
    wait_for(lambda: runner.events(run.id).record.update > 2)
    process, began = pid(runner, run), time.time()
    files = runner.store.files(run.id)
    # Much longer than the silence that is allowed: nothing it leaves on the disk is its heart.
    wait_for(lambda: (files.path / "run.json").stat().st_mtime > began + 4.0)
    assert files.pid.stat().st_mtime < began
    assert pid(runner, run) == process
    os.kill(process, signal.SIGSTOP)
    wait_for(lambda: pid(runner, run) != process)
    wait_for(lambda: state_of(runner, run) == "done")


def test_the_heart_of_a_job_needs_no_disk():
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from resnet_viz.jobs import __main__ as job; job._HEARTBEAT_S = 0.01; job._send_heartbeats(1)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        beats = process.stdout.read(3)
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0  # and it stops when nobody listens
    assert beats == b"..."


def test_a_list_that_cannot_be_read_for_a_while_ends_neither_queue_nor_run(runners, breaks, caplog):
    runner = runners()
    run, waiting = runner.submit("me", plan(40), "one"), runner.submit("me", plan(3), "two")
    wait_for(lambda: runner.events(run.id).record.update > 2)
    process, files = pid(runner, run), runner.store.files(run.id)
    with caplog.at_level(logging.WARNING, "resnet_viz"):
        breaks.set()
        for act in (
            lambda: runner.submit("me", plan(), "three"),
            lambda: runner.command(run.id, "me", "pause"),
            lambda: runner.list("me"),
            lambda: runner.events(run.id),
            runner.counts,
        ):
            with pytest.raises(StoreError, match=r"cannot be read or kept at the moment \(database or disk is full\)"):
                act()
        # It ends while nobody can note it down.
        wait_for(lambda: files.load().state == "done" and not Path(f"/proc/{process}").exists())
        wait_for(lambda: runner.failure)
        assert "The queue stands still for the moment (database or disk is full)" in runner.failure
        breaks.clear()
        wait_for(lambda: state_of(runner, waiting) == "done")
    assert state_of(runner, run) == "done"
    assert runner.failure == ""
    # The queue of another test's server may be there too.
    said = [line.message for line in caplog.records if line.thread == runner._thread.ident]
    assert said == ["the training queue stands still: database or disk is full", "the training queue goes on"]


def test_a_list_that_another_process_locks_can_be_read_and_is_written_later(runners, monkeypatch):
    monkeypatch.setattr(job_store, "_BUSY_S", 0.05)
    runner = runners()
    run = runner.submit("me", plan(30), "one")
    wait_for(lambda: state_of(runner, run) == "running")
    other = sqlite3.connect(runner.store.folder / "runs.sqlite", isolation_level=None)
    other.execute("begin exclusive")
    wait_for(lambda: runner.failure)
    assert [own.id for own in runner.list("me")] == [run.id]
    with pytest.raises(StoreError, match="database is locked"):
        runner.submit("me", plan(3), "two")
    assert {path.name for path in runner.store.folder.iterdir() if path.is_dir()} == {run.id}
    other.execute("rollback")
    other.close()
    wait_for(lambda: state_of(runner, run) == "done")


def test_a_full_disk_makes_the_queue_wait_and_fails_nothing(runners, monkeypatch):
    runner = runners()
    write, is_full = record.write_whole, threading.Event()

    def writing(*arguments):
        if is_full.is_set():
            raise OSError(28, "No space left on device")
        write(*arguments)

    monkeypatch.setattr(record, "write_whole", writing)
    busy = runner.submit("me", plan(20), "one")
    waiting = runner.submit("me", plan(3), "two")
    wait_for(lambda: state_of(runner, busy) == "running")
    is_full.set()
    with pytest.raises(StoreError, match="No space left on device"):
        runner.submit("me", plan(3), "three")
    assert len(runner.list("me")) == 2
    wait_for(lambda: state_of(runner, busy) == "done")
    wait_for(lambda: "No space left on device" in runner.failure)
    with pytest.raises(StoreError, match="No space left on device"):
        runner.extend(busy.id, "me", updates=3)
    assert (state_of(runner, waiting), state_of(runner, busy)) == ("queued", "done")
    is_full.clear()
    wait_for(lambda: state_of(runner, waiting) == "done")


def test_a_run_that_cannot_write_down_why_it_failed_has_failed_with_a_sentence(tmp_path):
    """The real job on a disk that takes nothing at all: a limit on the size of files, which needs no rights."""
    code = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "runpy.run_module('resnet_viz.jobs', run_name='__main__')"
    )
    runner = LocalRunner(RunStore(tmp_path / "runs"), tmp_path, command=[sys.executable, "-c", code])
    try:
        run = runner.submit("me", plan(), "one")
        wait_for(lambda: state_of(runner, run) == "failed")
        assert "Free some space, then go on from its last checkpoint" in runner.events(run.id).record.sentence
        names = {path.name for path in runner.store.files(run.id).path.iterdir()}
        assert names == {"run.json", "pid", "job.log"}
    finally:
        runner.close()
