"""A run from its plan to its verdict: prepared, trained in turns, measured, kept, resumed. Needs Keras.

Training pictures, their order and their changes follow from (seed, update), weights and optimiser from the checkpoint:
a run that was killed goes on as if it had not been.
"""

import contextlib
import datetime as dt
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from resnet_viz.datasets.sources import open_source
from resnet_viz.errors import JobError, ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.training.batches import Batches, in_memory
from resnet_viz.training.device import Wanted, all_devices, find_device, is_out_of_memory, use_precision
from resnet_viz.training.loop import STOPS, TICK_S, Loop
from resnet_viz.training.record import Record, RunFolder, State

Command = Literal["go", "pause", "cancel", "interrupt"]
"""Interrupt: stop at a checkpoint, to be taken up again by itself; cancel: stop there until its owner says go."""

_STATUS_S = 0.5
_HALVINGS = 3


class Control(Protocol):
    """Who may stop a run, and hears how it goes."""

    def command(self) -> Command:
        """Return what is wanted now; asked between updates."""
        ...

    def heard(self, record: Record) -> None:
        """Hear the record whenever it changed."""
        ...


class Unattended:
    """Nobody watches: a run goes to its end."""

    def command(self) -> Command:
        """Go on."""
        return "go"

    def heard(self, record: Record) -> None:
        """Do nothing."""


class Session:
    """One run in one folder.

    Attributes:
        record: How it stands.
        is_told: Whether the record as kept says so; not if the disk was too full for it.
    """

    def __init__(
        self, folder: RunFolder, *, store: Path, wanted: Wanted = "auto", control: Control | None = None
    ) -> None:
        """Take up the run kept in `folder`, new or begun.

        Args:
            folder: Where it lies; its record holds the plan.
            store: Where downloaded and uploaded pictures lie.
            wanted: Which device.
            control: Who may stop it.
        """
        self.folder, self.store, self.wanted = folder, store, wanted
        self.control: Control = control or Unattended()
        self.record = folder.load()
        self.is_told = True
        self._phase_began = time.monotonic()
        self._told = 0.0

    def run(self, *, hold: Callable[[], Command] | None = None) -> Record:
        """Run to the end of the budget, or until told to stop, and return the record.

        Args:
            hold: Asked again and again once all is compiled, while it says "pause"; None starts at once.

        Raises:
            ResNetVizError: If the plan cannot be run here; the record says why.
        """
        try:
            for _attempt in range(_HALVINGS + 1):
                try:
                    return self._run(hold)
                except Exception as error:
                    if not is_out_of_memory(error) or self.record.batch <= 1:
                        raise
                    smaller = self.record.batch // 2
                    self.note(
                        _("Memory ran out with {n} pictures per update: going on with {m}.").format(
                            n=self.record.batch, m=smaller
                        )
                    )
                    self.record.batch = smaller
            raise JobError(
                _("Memory ran out even with {n} pictures per update: choose a smaller network or picture.").format(
                    n=self.record.batch
                )
            )
        except ResNetVizError as error:
            self._fail(str(error))
            raise
        except OSError as error:
            sentence = _("The run could not be kept ({reason}): free some space, then go on from its last checkpoint.")
            self._fail(sentence.format(reason=error.strerror))
            raise JobError(self.record.sentence) from error

    def _fail(self, sentence: str) -> None:
        self.record.state, self.record.sentence = "failed", sentence
        try:
            self.end()
        except OSError:  # on a full disk the old record stays
            self.is_told = False

    def _run(self, hold: Callable[[], Command] | None) -> Record:
        record = self.record
        record.state = "preparing"
        record.began = record.began or _now()
        record.machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        self.enter("import")
        device = find_device(self.wanted)
        record.device, record.precision = device.text(), use_precision(record.plan.precision, device)
        self.device = device
        self.enter("data")
        source = in_memory(open_source(record.plan.data, record.plan.size_px, self.store), record.plan)
        record.classes = source.classes
        record.batch = record.batch or min(record.plan.batch, source.train_count or record.plan.batch)
        batches = Batches(record.plan, source, batch=record.batch)
        loop = Loop(self, source, batches)
        with all_devices(device) as strategy:
            loop.prepare(strategy)
        command = self._held(hold) if hold else "go"
        if command in STOPS:
            return self.stopped(STOPS[command])
        return loop.train()

    def _held(self, hold: Callable[[], Command]) -> Command:
        self.record.state = "prepared"
        self.leave()
        self.tell()
        while (command := hold()) == "pause":
            time.sleep(TICK_S)
        return command

    def enter(self, phase: str) -> None:
        """Begin a phase; its seconds count from here."""
        self.leave()
        self.record.phase = phase
        self.tell()

    def leave(self) -> None:
        """End the phase that was begun."""
        now, record = time.monotonic(), self.record
        if record.phase:
            record.phases[record.phase] = record.phases.get(record.phase, 0.0) + now - self._phase_began
        record.phase, self._phase_began = "", now

    def tell(self, *, often: bool = False) -> None:
        """Keep the record and let the control hear it; `often` at most twice a second, and for those who watch only."""
        now = time.monotonic()
        if not often or now - self._told > _STATUS_S:
            self._told = now
            with contextlib.suppress(*((OSError,) if often else ())):  # what nobody may see yet ends no run
                self.folder.save(self.record)
            self.control.heard(self.record)

    def note(self, sentence: str) -> None:
        """Tell the reader what was changed on the way."""
        self.record.sentence = sentence
        self.tell()

    def stopped(self, state: State) -> Record:
        """End the run before its end, in this state."""
        self.record.state = state
        self.end()
        return self.record

    def end(self) -> None:
        """Close the record."""
        self.leave()
        self.record.ended = _now()
        self.tell()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
