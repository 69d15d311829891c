"""The list of runs: what an earlier version of the app wrote down is still there."""

import sqlite3
from dataclasses import replace

from resnet_viz.jobs.process import end_leftover
from resnet_viz.jobs.reading import RunReader
from resnet_viz.jobs.store import MAX_NAME, QueueEntry, RunStore
from resnet_viz.messages import use_language
from resnet_viz.reports.runs import given_name, run_name
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.record import RunFolder, RunRecord

# As the app of November 2026 made it.
LIST = """
create table runs (
    number integer primary key autoincrement, id text not null unique, owner text not null, name text not null,
    demo text not null, device text not null, holds integer not null, state text not null, created real not null,
    queued real not null
);
create index by_owner on runs (owner, number);
create index by_state on runs (state, queued);
insert into runs (id, owner, name, demo, device, holds, state, created, queued) values
    ('SfAkB9tWmpTO', 'me', 'one', 'seeds', 'auto', 1, 'prepared', 1.5, 2.5),
    ('Jz4vPbX2vZ5y', 'me', 'two', '', 'cpu', 0, 'queued', 3.0, 4.0),
    ('xSNCsnJjM2yw', 'you', 'three', '', 'cpu', 0, 'paused', 5.0, 1.0);
"""


def test_a_list_of_runs_of_an_earlier_version_is_read_and_goes_on(tmp_path):
    with sqlite3.connect(tmp_path / "runs.sqlite") as database:
        database.executescript(LIST)
    database.close()
    store = RunStore(tmp_path)
    one = QueueEntry("SfAkB9tWmpTO", "me", "one", "seeds", "auto", True, "prepared", 1.5, 2.5)
    assert store.find(one.id) == one
    assert [run.name for run in store.of_owner("me")] == ["two", "one"]
    assert [run.name for run in store.in_states("queued", "prepared", "paused")] == ["three", "one", "two"]
    assert store.in_states() == store.in_states("done") == []
    store.set_holds(one.id, holds=False)
    added = store.add("me", demo("seeds").plan, "four", holds=True)
    assert store.find(added.id) == added
    assert RunReader(store).events(added.id).record == RunRecord(demo("seeds").plan)
    assert [run.holds for run in store.of_owner("me")] == [True, False, False]


def test_a_runs_name_follows_the_reader_until_its_owner_gives_it_another():
    run = QueueEntry("1", "me", given_name("seeds", 3), "seeds", "auto", False, "done", 1.0, 1.0)
    typed = replace(run, name="the good one, seed 3")
    assert run_name(run) == f"{demo('seeds').title}, seed 3"
    use_language("zh")
    assert "种子 3" in run_name(run)
    assert demo("seeds").title not in run_name(run)
    assert run_name(typed) == typed.name
    assert max(len(given_name(name, 2**31 - 1)) for name in ORDER) <= MAX_NAME


def test_a_process_of_another_run_is_left_alone(tmp_path, monkeypatch):
    """Numbers of processes come again: only one whose command line names this folder is ended."""
    killed, files = [], RunFolder(tmp_path / "one")
    files.path.mkdir()
    files.pid.write_text("77")
    for words, expected in (
        (["python", "-m", "resnet_viz.jobs", str(files.path), "data", "cpu", "en"], [77]),
        (["python", "-m", "resnet_viz.compute.job", str(files.path), "data", "cpu", "en", "hold"], [77]),
        (["python", "-m", "resnet_viz.jobs", str(tmp_path / "other"), "data", "cpu", "en"], []),
    ):
        killed.clear()
        monkeypatch.setattr("psutil.Process", lambda _pid, words=words: type("P", (), {"cmdline": lambda _s: words})())
        monkeypatch.setattr("resnet_viz.jobs.process.kill", killed.append)
        end_leftover(files)
        assert killed == expected
