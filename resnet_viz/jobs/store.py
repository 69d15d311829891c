"""The list of runs: an index in SQLite, each run's own files in a folder beside it. No Keras."""

import contextlib
import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_args

from resnet_viz.errors import JobError, StoreError, broken_rule
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.owners import Room
from resnet_viz.stored import stored_at
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import ENDED, RunFolder, RunRecord, State

MAX_RUNS_PER_OWNER = 100
MAX_NAME = 60
# Another's write is waited for, but no longer than a person waits for a page.
_BUSY_S = 2.0

_SCHEMA = """
create table if not exists runs (
    number integer primary key autoincrement,
    id text not null unique,
    owner text not null,
    name text not null,
    demo text not null,
    device text not null,
    holds integer not null,
    state text not null,
    created real not null,
    queued real not null
);
create index if not exists by_owner on runs (owner, number);
create index if not exists by_state on runs (state, queued);
"""
_INSERT = """
insert into runs (id, owner, name, demo, device, holds, state, created, queued)
values (:id, :owner, :name, :demo, :device, :holds, :state, :created, :queued)
"""
WAITING: tuple[State, ...] = ("queued",)
ACTIVE: tuple[State, ...] = ("preparing", "prepared", "running", "paused")


@dataclass(frozen=True)
class QueueEntry:
    """A line of the list.

    Attributes:
        id: Its unguessable key: knowing it lets anyone watch, and no one but the owner change.
        owner: A digest of whose it is.
        name: What its owner calls it.
        demo: The demo it started from.
        device: Wanted device.
        holds: Whether it waits, compiled, for its owner's command.
        state: How it stands.
        created: When, seconds since 1970.
        queued: When it joined the queue; the order of the queue.
    """

    id: str
    owner: str
    name: str
    demo: str
    device: str
    holds: bool
    state: State
    created: float
    queued: float

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of itself."""
        return self.state in ENDED


class RunStore:
    """All runs of this server; safe to use from any thread. What cannot be read or kept is a StoreError."""

    def __init__(self, folder: Path, room: Room | None = None) -> None:
        """Keep the index and the runs in `folder`, which is made when it is first needed, if there is `room`."""
        self.folder, self._room = folder, room
        self._is_made = False
        self.changes = 0
        """How often this server has changed the list: what was counted before the last time is too old."""

    def make(self) -> None:
        """Make the folder and the index, unless they are there."""
        if not self._is_made:
            with self._database():
                pass

    def add(self, owner: str, plan: Plan, name: str, *, device: str = "auto", holds: bool = False) -> QueueEntry:
        """Keep a new run, at the end of the queue.

        Raises:
            JobError: If the owner has too many.
            StoreError: If the disk does not take it; nothing is left of it then.
            QuotaError: If the owner keeps too much.
        """
        if self._room:
            self._room.check(owner, 0)
        own = self.of_owner(owner)
        if len(own) >= MAX_RUNS_PER_OWNER:
            raise JobError(
                _("You keep {n} runs already: delete some on the Train page, then try again.").format(n=len(own))
            )
        now = time.time()
        run = QueueEntry(
            secrets.token_urlsafe(9), owner, checked_name(name), plan.demo, device, holds, "queued", now, now
        )
        try:
            self.files(run.id).save(RunRecord(plan, language=current_language()))
            with self._database() as database:
                database.execute(_INSERT, asdict(run))
        except BaseException as error:
            shutil.rmtree(self.files(run.id).path, ignore_errors=True)
            if isinstance(error, OSError):
                raise StoreError(error) from error
            raise
        return run

    def find(self, run_id: str) -> QueueEntry | None:
        """Return a run, or None."""
        return next(iter(self._select("select * from runs where id = ?", run_id)), None)

    def of_owner(self, owner: str) -> list[QueueEntry]:
        """Return an owner's runs, the newest first."""
        return self._select("select * from runs where owner = ? order by number desc", owner)

    def in_states(self, *states: State) -> list[QueueEntry]:
        """Return all runs in these states, in the order of the queue."""
        query = "select * from runs where state in (select value from json_each(?)) order by queued, number"
        return self._select(query, json.dumps(states))

    def set_state(self, run_id: str, state: State) -> None:
        """Change how a run stands; back in the queue, it goes to its end."""
        if state not in get_args(State):
            raise ValueError(state)
        with self._database() as database:
            if state == "queued":
                database.execute("update runs set state = ?, queued = ? where id = ?", (state, time.time(), run_id))
            else:
                database.execute("update runs set state = ? where id = ?", (state, run_id))

    def requeue_first(self, run_id: str) -> None:
        """Put a run that was interrupted back in the queue, in its old place."""
        with self._database() as database:
            database.execute("update runs set state = 'queued' where id = ?", (run_id,))

    def set_holds(self, run_id: str, *, holds: bool) -> None:
        """Change whether a run waits for its owner's command."""
        with self._database() as database:
            database.execute("update runs set holds = ? where id = ?", (int(holds), run_id))

    def rename(self, run_id: str, name: str) -> None:
        """Change what a run is called.

        Raises:
            JobError: If the name is empty or too long.
        """
        with self._database() as database:
            database.execute("update runs set name = ? where id = ?", (checked_name(name), run_id))

    def delete(self, run_id: str) -> None:
        """Forget a run and its files."""
        with self._database() as database:
            database.execute("delete from runs where id = ?", (run_id,))
        shutil.rmtree(self.files(run_id).path, ignore_errors=True)

    def files(self, run_id: str) -> RunFolder:
        """Return the folder of a run."""
        return RunFolder(stored_at(self.folder, run_id))

    def _select(self, query: str, value: str) -> list[QueueEntry]:
        with self._database() as database:
            database.row_factory = sqlite3.Row
            rows = [dict(row) for row in database.execute(query, (value,))]
        known = [item.name for item in fields(QueueEntry)]
        return [QueueEntry(**{**{name: row[name] for name in known}, "holds": bool(row["holds"])}) for row in rows]

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are kept together, or not at all."""
        try:
            if not self._is_made:
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.closing(sqlite3.connect(self.folder / "runs.sqlite", timeout=_BUSY_S)) as connection:
                if not self._is_made:
                    connection.executescript("pragma journal_mode = wal;" + _SCHEMA)
                    self._is_made = True
                with connection:
                    yield connection
                self.changes += connection.total_changes > 0
        except (OSError, sqlite3.Error) as error:
            raise StoreError(error) from error


def checked_name(name: str) -> str:
    """Return a run's name without space around it.

    Raises:
        JobError: If it is empty or too long.
    """
    text = " ".join(name.split())
    if not 0 < len(text) <= MAX_NAME or not text.isprintable():
        raise JobError(broken_rule("name", _("1 to {n} printable characters").format(n=MAX_NAME), name[:80]))
    return text
