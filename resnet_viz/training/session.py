"""A run from its plan to its conclusion: prepared, trained in turns, measured, kept, resumed. Needs Keras.

Training pictures, their order and their changes follow from (seed, update), weights and optimiser from the checkpoint:
a run that was killed goes on as if it had not been.
"""

import platform
import time
from collections.abc import Callable
from pathlib import Path

from resnet_viz.datasets.sources import open_source
from resnet_viz.errors import JobError, ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.training.batches import Batches, in_memory
from resnet_viz.training.control import STOPS, TICK_S, Command, Control, Unattended
from resnet_viz.training.device import Wanted, all_devices, find_device, is_out_of_memory, use_precision
from resnet_viz.training.journal import Journal, utc_now
from resnet_viz.training.loop import Loop
from resnet_viz.training.record import RunFolder, RunRecord

_HALVINGS = 3


class Session:
    """One run in one folder.

    Attributes:
        record: How it stands.
        is_published: Whether the record as kept says so; not if the disk was too full for it.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        store: Path,
        wanted: Wanted = "auto",
        control: Control | None = None,
        on_update: Callable[[RunRecord], None] = lambda _record: None,
    ) -> None:
        """Take up the run kept in `folder`, new or begun.

        Args:
            folder: Where it lies; its record holds the plan.
            store: Where downloaded and uploaded pictures lie.
            wanted: Which device.
            control: Who may stop it.
            on_update: Hears the record whenever it changed.
        """
        self._store, self._wanted = store, wanted
        self._control: Control = control or Unattended()
        self._journal = Journal(folder, on_update)
        self.record = self._journal.record
        self.is_published = True

    def run(self, *, start_held: bool = False) -> RunRecord:
        """Run to the end of the budget, or until it is stopped, and return the record.

        Args:
            start_held: Wait, once all is compiled, for as long as the control says "pause".

        Raises:
            ResNetVizError: If the plan cannot be run here; the record says why.
        """
        try:
            for _attempt in range(_HALVINGS + 1):
                try:
                    return self._run(start_held=start_held)
                except Exception as error:
                    if not is_out_of_memory(error) or self.record.batch <= 1:
                        raise
                    smaller = self.record.batch // 2
                    self._journal.note(
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
        self.record.sentence = sentence
        try:
            self._journal.close("failed")
        except OSError:  # on a full disk the old record stays
            self.is_published = False

    def _run(self, *, start_held: bool) -> RunRecord:
        journal, record = self._journal, self.record
        record.state = "preparing"
        record.began = record.began or utc_now()
        record.machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        journal.begin_phase("import")
        device = find_device(self._wanted)
        record.device, record.precision = device.text(), use_precision(record.plan.precision, device)
        journal.begin_phase("data")
        source = in_memory(open_source(record.plan.data, record.plan.size_px, self._store), record.plan)
        record.classes = source.classes
        record.batch = record.batch or min(record.plan.batch, source.train_count or record.plan.batch)
        batches = Batches(record.plan, source, batch=record.batch)
        loop = Loop(journal, self._control, device, source, batches)
        with all_devices(device) as strategy:
            loop.prepare(strategy)
        command = self._held() if start_held else "go"
        return journal.close(STOPS[command]) if command in STOPS else loop.train()

    def _held(self) -> Command:
        self.record.state = "prepared"
        self._journal.end_phase()
        self._journal.publish()
        while (command := self._control.command()) == "pause":
            time.sleep(TICK_S)
        return command
