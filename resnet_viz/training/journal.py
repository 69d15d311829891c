"""What a run reports to: its record, kept in its folder, and whoever follows it. No Keras."""

import contextlib
import datetime as dt
import time
from collections.abc import Callable

from resnet_viz.training.record import RunFolder, RunRecord, State

_STATUS_S = 0.5


class Journal:
    """The record of a run under way.

    Attributes:
        folder: Where it is kept.
        record: How it stands.
    """

    def __init__(self, folder: RunFolder, on_update: Callable[[RunRecord], None] = lambda _record: None) -> None:
        """Take up the record kept in `folder`; `on_update` hears it whenever it changed.

        Raises:
            OSError, ValueError: If there is none.
        """
        self.folder, self.record = folder, folder.load()
        self._on_update = on_update
        self._phase_began = time.monotonic()
        self._published = 0.0

    def begin_phase(self, phase: str) -> None:
        """Begin a phase; its seconds count from here."""
        self.end_phase()
        self.record.phase, self.record.phase_since = phase, time.time()
        self.publish()

    def end_phase(self) -> None:
        """End the phase that was begun."""
        now, record = time.monotonic(), self.record
        if record.phase:
            record.phases[record.phase] = record.phases.get(record.phase, 0.0) + now - self._phase_began
        record.phase, self._phase_began = "", now

    def publish(self, *, often: bool = False) -> None:
        """Keep the record and hand it on; `often` at most twice a second, and for those who watch only.

        Raises:
            OSError: If the disk does not take it, unless `often`.
        """
        now = time.monotonic()
        if not often or now - self._published > _STATUS_S:
            self._published = now
            with contextlib.suppress(*((OSError,) if often else ())):  # what nobody may see yet ends no run
                self.folder.save(self.record)
            self._on_update(self.record)

    def note(self, sentence: str) -> None:
        """Tell the reader what was changed on the way."""
        self.record.sentence = sentence
        self.publish()

    def close(self, state: State) -> RunRecord:
        """End the run in this state and return its record."""
        self.record.state = state
        self.end_phase()
        self.record.ended = utc_now()
        self.publish()
        return self.record


def utc_now() -> str:
    """Return the time, ISO 8601, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
