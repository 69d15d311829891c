"""Runs in processes of their own, one after another: queue, watchdog, resumption. Imports no Keras."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import filelock
import psutil

from resnet_viz.compute.backends import child_environment
from resnet_viz.compute.runner import Events
from resnet_viz.compute.runs import ACTIVE, Run, RunStore
from resnet_viz.errors import BusyError, JobError, ResNetVizError
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.training.hardware import nvidia_gpus
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import Record, State

MAX_WAITING = 64
MAX_WAITING_PER_OWNER = 4
# Compiled runs that wait for a word: each holds about 1 GB.
MAX_PREPARED = 2
PREPARED_LEASE_S = 2 * 3600.0

# A cancelled process may be in the middle of compiling: it gets this long, then it is killed.
_GRACE_S = 1.2
# The slowest honest silence is a long compilation; the heart beats through it, so this is for a stopped process.
_SILENCE_S = 60.0
_TICK_S = 0.1
# A run that ends so often without a single update between two starts has something wrong with it.
_MAX_STARTS = 6


@dataclass
class _Process:
    run: Run
    process: "subprocess.Popen[bytes]"
    began: float
    killed_at: float = 0.0
    wanted: State | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, word: str) -> None:
        with self.lock, contextlib.suppress(OSError, ValueError):
            if self.process.stdin:
                self.process.stdin.write(f"{word}\n".encode())
                self.process.stdin.flush()

    def hang_up(self) -> None:
        """Close the input: the process keeps a checkpoint and ends."""
        with self.lock, contextlib.suppress(OSError, ValueError):
            if self.process.stdin:
                self.process.stdin.close()

    def kill(self) -> None:
        """Kill the process and all it started, and leave nothing of it."""
        _kill(self.process.pid)
        self.process.wait()
        self.hang_up()


class LocalRunner:
    """Runs on this machine, one at a time per device; safe to call from any thread."""

    def __init__(self, store: RunStore, pictures: Path, *, command: Sequence[str] | None = None) -> None:
        """Take over the runs of a store; nothing starts before `start`.

        Args:
            store: The list of runs.
            pictures: Where downloaded and uploaded pictures lie.
            command: The job's command line before its arguments; this Python's own by default.
        """
        self.store, self._pictures = store, pictures
        self._command = list(command or (sys.executable, "-m", "resnet_viz.compute.job"))
        self._lock = threading.RLock()
        self._processes: dict[str, _Process] = {}
        self._starts: dict[str, tuple[int, int]] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._only_one = filelock.FileLock(store.folder / "lock")

    def start(self) -> None:
        """Take up what an earlier server left and begin to serve the queue; returns at once."""
        with self._lock:
            if self._thread is not None or self._closing.is_set():
                return
            try:
                self._only_one.acquire(blocking=False)
            except filelock.Timeout:
                return  # another server works on this list: it goes on doing so
            for run in self.store.in_states(*ACTIVE, "interrupted"):
                self._end_leftover(run)
                was_paused = run.state == "paused"
                if not was_paused:
                    self.store.requeue_first(run.id)
            self._thread = threading.Thread(target=self._serve, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Keep every running run at a checkpoint and end its process; the next server takes it up."""
        self._closing.set()
        if self._thread:
            self._thread.join(timeout=10)
        with self._lock:
            for active in self._processes.values():
                active.hang_up()
            deadline = time.monotonic() + 3.0
            for active in self._processes.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    active.process.wait(max(0.1, deadline - time.monotonic()))
                active.kill()
            self._processes.clear()
        self._only_one.release()

    def submit(self, owner: str, plan: Plan, name: str, *, device: str = "auto", holds: bool = False) -> Run:
        """Put a run at the end of the queue.

        Raises:
            BusyError: If the queue, or the owner's share of it, is full.
            JobError: If it cannot be kept.
            BackendMissingError: If Keras is not installed.
        """
        child_environment()
        self.start()
        with self._lock:
            if self._thread is None:
                raise JobError(
                    _("Another ResNet Viz on this machine trains already: use that one, or stop it, then try again.")
                )
            waiting = self.store.in_states("queued")
            own = [run for run in (*waiting, *self.store.in_states(*ACTIVE)) if run.owner == owner]
            if len(waiting) >= MAX_WAITING:
                raise BusyError(_("{n} runs are waiting already: try again in a few minutes.").format(n=len(waiting)))
            if len(own) >= MAX_WAITING_PER_OWNER:
                raise BusyError(
                    _("{n} runs of yours are waiting or running: cancel one, or wait for it, then try again.").format(
                        n=len(own)
                    )
                )
            if holds and len([run for run in self.store.in_states("queued", *ACTIVE) if run.holds]) >= MAX_PREPARED:
                raise BusyError(_("{n} runs are prepared already: start or cancel one first.").format(n=MAX_PREPARED))
            return self.store.add(owner, plan, name, device=device, holds=holds)

    def command(self, run_id: str, owner: str, word: str) -> None:
        """Tell a run `go`, `pause` or `cancel`.

        Raises:
            JobError: If it is not this owner's, or not to be told that now.
        """
        run = self._owned(run_id, owner)
        with self._lock:
            active = self._processes.get(run_id)
            if word == "cancel":
                self._cancel(run, active)
            elif word == "pause" and active and run.state in ("preparing", "running"):
                active.say("pause")
            elif word == "go":
                self._go(run, active)

    def extend(self, run_id: str, owner: str, *, seconds: float = 0.0, updates: int = 0) -> None:
        """Give an ended run a larger budget and put it back in the queue.

        Raises:
            JobError: If it is not this owner's, or still goes on.
        """
        run = self._owned(run_id, owner)
        with self._lock:
            if not run.has_ended:
                raise JobError(_("This run has not ended yet: wait for it, or cancel it first."))
            files = self.store.files(run_id)
            record = files.load()
            plan = record.plan
            longer = max(plan.seconds, record.spent_s) + seconds if seconds else plan.seconds
            more = max(plan.updates, record.update) + updates if updates and plan.updates else plan.updates
            files.save(replace(record, plan=replace(plan, seconds=longer, updates=more), state="queued", ended=""))
            self._starts.pop(run_id, None)
            self.store.set_holds(run_id, holds=False)
            self.store.set_state(run_id, "queued")

    def delete(self, run_id: str, owner: str) -> None:
        """Cancel a run if it goes on, and forget it.

        Raises:
            JobError: If it is not this owner's.
        """
        run = self._owned(run_id, owner)
        with self._lock:
            active = self._processes.pop(run_id, None)
            if active:
                active.kill()
            self.store.delete(run.id)

    def rename(self, run_id: str, owner: str, name: str) -> None:
        """Change what a run is called.

        Raises:
            JobError: If it is not this owner's, or the name is empty or too long.
        """
        self.store.rename(self._owned(run_id, owner).id, name)

    def events(self, run_id: str, since: int = 0) -> Events | None:
        """Return how a run stands and its measurements from a place on, or None if there is no such run."""
        run = self.store.find(run_id)
        if run is None:
            return None
        files = self.store.files(run_id)
        try:
            record = files.load()
        except (OSError, ValueError):
            return None
        metrics, place = files.read_metrics(since)
        return Events(replace(record, state=run.state), metrics, place)

    def list(self, owner: str) -> Sequence[Run]:
        """Return an owner's runs, the newest first."""
        return self.store.of_owner(owner)

    def position(self, run_id: str) -> int:
        """Return how many runs stand before this one, the running one included; 0 if it runs or does not wait."""
        waiting = [run.id for run in self.store.in_states("queued")]
        if run_id not in waiting:
            return 0
        return waiting.index(run_id) + len(self.store.in_states("preparing", "running"))

    def counts(self) -> tuple[int, int]:
        """Return how many runs are running (or about to) and how many wait."""
        return len(self.store.in_states("preparing", "running")), len(self.store.in_states("queued"))

    def _owned(self, run_id: str, owner: str) -> Run:
        run = self.store.find(run_id)
        if run is None or run.owner != owner:
            raise JobError(
                _("This run belongs to someone else, or was deleted: you can watch runs of others, not change them.")
            )
        return run

    def _cancel(self, run: Run, active: _Process | None) -> None:
        if active:
            active.wanted, active.killed_at = "cancelled", time.monotonic() + _GRACE_S
            active.say("cancel")
        elif not run.has_ended:
            self._close_record(run, "cancelled")

    def _go(self, run: Run, active: _Process | None) -> None:
        if active:
            self.store.set_holds(run.id, holds=False)
            active.say("go")
        elif run.state in ("paused", "failed", "cancelled"):
            self._starts.pop(run.id, None)
            self.store.set_state(run.id, "queued")

    def _serve(self) -> None:
        while not self._closing.wait(_TICK_S):
            with self._lock, contextlib.suppress(OSError):
                for active in list(self._processes.values()):
                    self._look_after(active)
                self._start_next()

    def _look_after(self, active: _Process) -> None:
        """Follow one process: its state, its heart, its end."""
        run_id = active.run.id
        if active.process.poll() is not None:
            del self._processes[run_id]
            active.hang_up()
            self._after_end(active)
            return
        now = time.monotonic()
        if active.killed_at and now > active.killed_at:
            _kill(active.process.pid)
            return
        if now - active.began > _SILENCE_S and self._silence_s(run_id) > _SILENCE_S:
            _kill(active.process.pid)
            return
        run = self.store.find(run_id)
        record = self._record(run_id)
        if run and record and record.state in ACTIVE and record.state != run.state:
            self.store.set_state(run_id, record.state)
        if run and run.state == "prepared" and now - active.began > PREPARED_LEASE_S:
            self._cancel(run, active)

    def _after_end(self, active: _Process) -> None:
        run_id, record = active.run.id, self._record(active.run.id)
        state: State = record.state if record else "failed"
        if active.wanted:
            self._close_record(active.run, active.wanted)
        elif state in ("done", "cancelled", "failed"):
            self.store.set_state(run_id, state)
        elif self._count_start(run_id, record.update if record else 0) < _MAX_STARTS:
            self.store.requeue_first(run_id)  # killed from outside: it goes on from its checkpoint
        else:
            sentence = _(
                "The training process ended {n} times without a word: the last lines of its log may say why. Its checkpoints are kept."
            )
            self._close_record(active.run, "failed", sentence.format(n=_MAX_STARTS))

    def _count_start(self, run_id: str, update: int) -> int:
        """Return how often a run ended by itself since it last got further."""
        count, furthest = self._starts.get(run_id, (0, -1))
        count = 1 if update > furthest else count + 1
        self._starts[run_id] = count, max(update, furthest)
        return count

    def _close_record(self, run: Run, state: State, sentence: str = "") -> None:
        record = self._record(run.id)
        if record:
            self.store.files(run.id).save(replace(record, state=state, sentence=sentence or record.sentence, phase=""))
        self.store.set_state(run.id, state)

    def _start_next(self) -> None:
        taken = {self._slot(active.run) for active in self._processes.values() if not self._is_waiting(active)}
        for run in self.store.in_states("queued"):
            if self._slot(run) not in taken:
                self._launch(run)
                return

    def _is_waiting(self, active: _Process) -> bool:
        """Whether a process only waits for a word, and so leaves its device to others."""
        run = self.store.find(active.run.id)
        return bool(run and run.state in ("prepared", "paused"))

    def _slot(self, run: Run) -> str:
        """Return which device a run takes up."""
        return "gpu" if run.device != "cpu" and nvidia_gpus() else "cpu"

    def _launch(self, run: Run) -> None:
        folder = self.store.files(run.id).path
        arguments = [str(folder), str(self._pictures), run.device, current_language()]
        try:
            environment = child_environment()
            with (folder / "job.log").open("ab") as log:
                process = subprocess.Popen(
                    [*self._command, *arguments, *(["hold"] if run.holds else [])],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    env=environment,
                    start_new_session=True,  # a group of its own: cancelled whole, and no Ctrl-C meant for the server
                )
        except (OSError, ResNetVizError) as error:
            self._close_record(run, "failed", str(error))
            return
        self._processes[run.id] = _Process(run, process, time.monotonic())
        self.store.set_state(run.id, "preparing")

    def _record(self, run_id: str) -> Record | None:
        try:
            return self.store.files(run_id).load()
        except (OSError, ValueError):
            return None

    def _silence_s(self, run_id: str) -> float:
        try:
            return time.time() - self.store.files(run_id).heartbeat.stat().st_mtime
        except OSError:
            return 0.0

    def _end_leftover(self, run: Run) -> None:
        """End a process that an earlier server left, before another one takes up its run."""
        try:
            pid = int(self.store.files(run.id).heartbeat.read_text("ascii"))
            command = psutil.Process(pid).cmdline()
        except (OSError, ValueError, psutil.Error):
            return
        if str(self.store.files(run.id).path) in command:
            _kill(pid)


def _kill(pid: int) -> None:
    """Kill a process and all it started."""
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(family, timeout=3)
