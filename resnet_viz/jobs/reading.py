"""How the runs of this machine stand, for all who watch. No Keras."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from resnet_viz.analysis.curves import Metrics
from resnet_viz.errors import StoreError
from resnet_viz.jobs.store import QueueEntry, RunStore
from resnet_viz.training.record import START, Place, RunRecord


class Events(NamedTuple):
    """What came of a run since it was last asked.

    Attributes:
        record: How it stands.
        metrics: New measurements.
        next: Where to ask from next time.
        is_anew: The run went back to a checkpoint: these replace all measurements before.
    """

    record: RunRecord
    metrics: list[Metrics]
    next: Place
    is_anew: bool = False


class RunReader:
    """What can be told of the runs in a store; safe to call from any thread. All of it may raise StoreError."""

    def __init__(self, store: RunStore) -> None:
        """Read the runs of a store."""
        self.store = store

    def events(self, run_id: str, since: Place = START) -> Events | None:
        """Return how a run stands and its measurements from a place on, or None if there is no such run.

        Raises:
            StoreError: If it cannot be read at the moment.
        """
        run = self.store.find(run_id)
        return self.events_of(run, since) if run else None

    def events_of(self, run: QueueEntry, since: Place = START) -> Events | None:
        """Return what `events` does of a run whose line in the list was just read.

        Raises:
            StoreError: If it cannot be read at the moment.
        """
        files = self.store.files(run.id)
        try:
            record, measured = files.load(), files.read_metrics(since)
        except (FileNotFoundError, ValueError):
            return None
        except OSError as error:
            raise StoreError(error) from error
        return Events(replace(record, state=run.state), *measured)

    def list(self, owner: str) -> Sequence[QueueEntry]:
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
