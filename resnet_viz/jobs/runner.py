"""Runs in processes of their own, one after another: queue, watchdog, resumption. Imports no Keras."""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import filelock

from resnet_viz.backends import child_environment
from resnet_viz.errors import BusyError, JobError, ResNetVizError, StoreError
from resnet_viz.jobs.process import UNPUBLISHED, JobProcess, end_leftover, launch
from resnet_viz.jobs.reading import RunReader
from resnet_viz.jobs.store import ACTIVE, QueueEntry, RunStore
from resnet_viz.messages import current_language, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.training.hardware import nvidia_gpus
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import ENDED, RunRecord, State

MAX_WAITING = 64
MAX_WAITING_PER_OWNER = 4
# Compiled runs that wait for a command: each holds about 1 GB.
MAX_PREPARED = 2
# Paused runs that keep their process; the one paused first is put away and goes on from its checkpoint when told to.
MAX_PAUSED = 2
PREPARED_LEASE_S = 2 * 3600.0

_TICK_S = 0.1
# Between two tries while something fails.
_AFTER_FAILURE_S = 0.5
# A run that ends so often without a single update between two starts has something wrong with it.
_MAX_STARTS = 6

_log = logging.getLogger("resnet_viz")


class LocalRunner(RunReader):
    """Runs on this machine, one at a time per device; safe to call from any thread."""

    def __init__(self, store: RunStore, pictures: Path, *, command: Sequence[str] | None = None) -> None:
        """Take over the runs of a store; nothing starts before `start`.

        Args:
            store: The list of runs.
            pictures: Where downloaded and uploaded pictures lie.
            command: The job's command line before its arguments; this Python's own by default.
        """
        super().__init__(store)
        self._pictures = pictures
        self._command = list(command or (sys.executable, "-m", "resnet_viz.jobs"))
        self._lock = threading.RLock()
        self._processes: dict[str, JobProcess] = {}
        self._starts: dict[str, tuple[int, int]] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._only_one = filelock.FileLock(store.folder / "lock", thread_local=False)
        self._is_in_charge = False
        self._failures: dict[str, None] = {}

    @property
    def failure(self) -> str:
        """Why the queue stands still for the moment, in a sentence; "" while it does not."""
        sentence = _("The queue stands still for the moment ({reason}): it goes on by itself once that is mended.")
        return sentence.format(reason=", ".join(self._failures)) if self._failures else ""

    def start(self) -> None:
        """Begin to serve the queue, with what an earlier server left; returns at once."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
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
                active.kill(max(0.1, deadline - time.monotonic()))
            self._processes.clear()
            self._only_one.release(force=True)

    def submit(self, owner: str, plan: Plan, name: str, *, device: str = "auto", holds: bool = False) -> QueueEntry:
        """Put a run at the end of the queue.

        Raises:
            BusyError: If the queue, or the owner's share of it, is full.
            JobError: If it cannot be kept.
            BackendMissingError: If Keras is not installed.
        """
        child_environment()
        self.start()
        with self._acting():
            if not self._take_charge():
                raise JobError(
                    _("Another ResNet Viz on this machine trains already: use that one, or stop it, then try again.")
                )
            self._check_room(owner)
            if holds and len([run for run in self.store.in_states("queued", *ACTIVE) if run.holds]) >= MAX_PREPARED:
                raise BusyError(_("{n} runs are prepared already: start or cancel one first.").format(n=MAX_PREPARED))
            return self.store.add(owner, plan, name, device=device, holds=holds)

    def command(self, run_id: str, owner: str, command: str) -> None:
        """Tell a run `go`, `pause` or `cancel`; one that is to go waits in line for its device.

        Raises:
            JobError: If it is not this owner's, or the command does not fit its state.
            BackendMissingError: If it is to go, and Keras is not installed.
        """
        if command == "go":
            child_environment()
        with self._acting():
            run = self._owned(run_id, owner)
            active = self._processes.get(run_id)
            if command == "cancel":
                self._cancel(run, active)
            elif command == "pause" and active and run.state in ("preparing", "running"):
                active.is_to_pause = True
            elif command == "go":
                self._go(run, active)

    def extend(self, run_id: str, owner: str, *, seconds: float = 0.0, updates: int = 0) -> None:
        """Give an ended run a larger budget and put it back in the queue.

        Raises:
            JobError: If it is not this owner's, or still goes on, or the queue is full.
            BackendMissingError: If Keras is not installed.
        """
        child_environment()
        with self._acting():
            run = self._owned(run_id, owner)
            if not run.has_ended:
                raise JobError(_("This run has not ended yet: wait for it, or cancel it first."))
            self._check_room(owner)
            files = self.store.files(run_id)
            record = files.load()
            plan = record.plan
            longer = max(plan.seconds, record.spent_s) + seconds if seconds and plan.seconds else plan.seconds
            more = max(plan.updates, record.update) + updates if updates and plan.updates else plan.updates
            files.save(replace(record, plan=replace(plan, seconds=longer, updates=more), state="queued", ended=""))
            try:
                self._requeue_last(run_id)
            except StoreError:
                files.save(record)  # else trying again would add to the budget once more
                raise

    def delete(self, run_id: str, owner: str) -> None:
        """Cancel a run if it goes on, and forget it.

        Raises:
            JobError: If it is not this owner's.
        """
        with self._acting():
            run = self._owned(run_id, owner)
            active = self._processes.get(run_id)
            if active:
                active.wanted = "cancelled"
                active.kill()
            self.store.delete(run.id)
            self._processes.pop(run_id, None)

    def rename(self, run_id: str, owner: str, name: str) -> None:
        """Change what a run is called.

        Raises:
            JobError: If it is not this owner's, or the name is empty or too long.
        """
        self.store.rename(self._owned(run_id, owner).id, name)

    @contextlib.contextmanager
    def _acting(self) -> Iterator[None]:
        """Do something to the runs for a person: nobody else does meanwhile, and a full disk is a sentence."""
        with self._lock:
            try:
                yield
            except OSError as error:
                raise StoreError(error) from error

    def _check_room(self, owner: str) -> None:
        """Raise BusyError if the queue, or an owner's share of it, is full."""
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

    def _owned(self, run_id: str, owner: str) -> QueueEntry:
        run = self.store.find(run_id)
        if run is None or run.owner != owner:
            raise JobError(
                _("This run belongs to someone else, or was deleted: you can watch runs of others, not change them.")
            )
        return run

    def _cancel(self, run: QueueEntry, active: JobProcess | None) -> None:
        if active:
            active.cancel()
        elif not run.has_ended:
            self._close_record(run, "cancelled")

    def _go(self, run: QueueEntry, active: JobProcess | None) -> None:
        if active is None:
            if run.has_ended:
                self._check_room(run.owner)
            if run.state in ("paused", *ENDED):
                self._requeue_last(run.id)
        elif active.is_parked:
            if not active.is_in_line:
                self.store.set_state(run.id, "queued")
                active.is_in_line = True
        else:  # it has its device still
            self.store.set_holds(run.id, holds=False)
            active.let_go()

    def _requeue_last(self, run_id: str) -> None:
        """Put a run without a process at the end of the queue, to start as soon as it is its turn."""
        self._starts.pop(run_id, None)
        self.store.set_holds(run_id, holds=False)
        self.store.set_state(run_id, "queued")

    def _serve(self) -> None:
        while not self._closing.wait(_AFTER_FAILURE_S if self._failures else _TICK_S):
            with self._lock:
                self._tick()

    def _tick(self) -> None:
        """Look after everything once; what fails is said once in the log, and tried again at the next tick."""
        steps: list[Callable[[], object]] = [partial(self._supervise, active) for active in self._processes.values()]
        failures: dict[str, None] = {}
        for step in (self._take_charge, *steps, self._put_away, self._start_next):
            try:
                if step() is False:  # another server is in charge
                    break
            except Exception as error:  # noqa: BLE001 - whatever it is, the queue must not stand still for good
                reason = error.reason if isinstance(error, StoreError) else StoreError(error).reason
                if reason not in (*self._failures, *failures):
                    _log.error("the training queue stands still: %s", reason, exc_info=error)
                failures[reason] = None
        if self._failures and not failures:
            _log.warning("the training queue goes on")
        self._failures = failures

    def _take_charge(self) -> bool:
        """Take up what an earlier server left, unless another one works on this list; return whether this one does."""
        if self._is_in_charge:
            return True
        self.store.make()
        try:
            self._only_one.acquire(blocking=False)
        except filelock.Timeout:
            return False  # it goes on doing so
        for run in self.store.in_states(*ACTIVE, "interrupted"):
            end_leftover(self.store.files(run.id))
            if run.state != "paused":
                self.store.requeue_first(run.id)
        self._is_in_charge = True
        return True

    def _supervise(self, active: JobProcess) -> None:
        """Follow one process: its state, its heart, its end."""
        run_id = active.run.id
        if active.exit_code is not None:
            self._after_end(active)
            active.hang_up()
            del self._processes[run_id]  # at last: what failed above is tried again
            return
        if active.is_overdue:
            active.kill()
            return
        run, record = self.store.find(run_id), self._record(run_id)
        if run is None or record is None:
            return
        is_waiting = record.state in ("prepared", "paused")
        if active.is_let_go and is_waiting:
            return  # it wrote that before it was told to go
        active.is_let_go, active.is_parked = False, is_waiting
        active.paused_at = (active.paused_at or time.monotonic()) if record.state == "paused" else 0.0
        if active.is_to_pause and record.state in ("preparing", "running"):
            active.is_to_pause = False
            active.send("pause")
        if record.state in ACTIVE and record.state != run.state and not active.is_in_line:
            self.store.set_state(run_id, record.state)
        if run.state == "prepared" and time.monotonic() - active.began > PREPARED_LEASE_S:
            self._cancel(run, active)

    def _put_away(self) -> None:
        """End the processes of paused runs beyond what memory is meant for."""
        paused = [active for active in self._processes.values() if active.is_paused]
        for active in sorted(paused, key=lambda active: active.paused_at)[: max(0, len(paused) - MAX_PAUSED)]:
            active.put_away()

    def _after_end(self, active: JobProcess) -> None:
        """Note down how a run ended, or put it back in the queue; tried again, it comes to the same."""
        run_id, record = active.run.id, self._record(active.run.id)
        state: State = record.state if record else "failed"
        use_language(record.language if record else "en")  # this thread is nobody's
        if active.wanted:
            self._close_record(active.run, active.wanted)
        elif state in ENDED:
            self.store.set_state(run_id, state)
        elif active.exit_code == UNPUBLISHED:
            self._close_record(
                active.run,
                "failed",
                _(
                    "The run could not be kept, nor the reason why: the disk is full, most likely. Free some space, then go on from its last checkpoint."
                ),
            )
        elif active.is_in_line:
            self.store.set_holds(run_id, holds=False)
        elif active.is_put_away or (state == "paused" and active.is_parked):
            self._close_record(active.run, "paused")  # its owner says when it goes on
        elif self._count_start(active, record.update if record else 0) < _MAX_STARTS:
            self.store.requeue_first(run_id)  # killed from outside: it goes on from its checkpoint
        else:
            sentence = _(
                "The training process ended {n} times and gave no reason: the last lines of its log may say why. Its checkpoints are kept."
            )
            self._close_record(active.run, "failed", sentence.format(n=_MAX_STARTS))

    def _count_start(self, active: JobProcess, update: int) -> int:
        """Return how often a run ended by itself since it last got further."""
        if active.starts is None:
            count, furthest = self._starts.get(active.run.id, (0, -1))
            active.starts = 1 if update > furthest else count + 1
            self._starts[active.run.id] = active.starts, max(update, furthest)
        return active.starts

    def _close_record(self, run: QueueEntry, state: State, sentence: str = "") -> None:
        record = self._record(run.id)
        try:
            if record:
                closed = replace(record, state=state, sentence=sentence or record.sentence, phase="")
                self.store.files(run.id).save(closed)
        finally:
            self.store.set_state(run.id, state)

    def _start_next(self) -> None:
        taken = {self._slot(active.run) for active in self._processes.values() if not active.is_parked}
        for run in self.store.in_states("queued"):
            active = self._processes.get(run.id)
            is_startable = active is None or active.is_ready
            if not is_startable or self._slot(run) in taken:
                continue
            if active is None:
                self._launch(run)
            else:
                self.store.set_holds(run.id, holds=False)
                self.store.set_state(run.id, "running")
                active.let_go()
            return

    def _slot(self, run: QueueEntry) -> str:
        """Return which device a run takes up."""
        return "gpu" if run.device != "cpu" and nvidia_gpus() else "cpu"

    def _launch(self, run: QueueEntry) -> None:
        files, record = self.store.files(run.id), self._record(run.id)
        use_language(record.language if record else "en")  # this thread is nobody's
        arguments = [str(files.path), str(self._pictures), run.device, current_language()]
        command = [*self._command, *arguments, *(["start_held"] if run.holds else [])]
        try:
            # What an earlier life wrote down, as "paused", is not how this one stands.
            files.save(replace(files.load(), state="preparing"))
            self._processes[run.id] = launch(command, run, files, child_environment())
        except (FileNotFoundError, ValueError, ResNetVizError) as error:
            self._close_record(run, "failed", str(error))
            return
        self.store.set_state(run.id, "preparing")

    def _record(self, run_id: str) -> RunRecord | None:
        try:
            return self.store.files(run_id).load()
        except (FileNotFoundError, ValueError):
            return None
