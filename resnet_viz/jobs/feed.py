"""The measurements of runs, read once for all who watch."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from resnet_viz.analysis.curves import Metrics
from resnet_viz.jobs.reading import Events
from resnet_viz.training.record import START, Place, RunRecord, State

_FRESH_S = 0.5


class RunFeed:
    """The measurements of runs, read once for all who watch; safe to use from any thread."""

    def __init__(self, limit: int = 32) -> None:
        """Keep the `limit` runs asked for last."""
        self._limit = limit
        self._runs: OrderedDict[str, tuple[float, RunRecord, list[Metrics], Place]] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self, run_id: str, state: State, ask: Callable[[str, Place], Events | None]
    ) -> tuple[RunRecord, list[Metrics]] | None:
        """Return a run's record and all its measurements, at most half a second old; None if there is none.

        Args:
            run_id: Which run.
            state: How it stands: what was read before it came to that is too old, however young.
            ask: Where it is read from.
        """
        with self._lock:
            asked, record, metrics, place = self._runs.get(run_id, (0.0, None, [], START))
            if record is None or record.state != state or time.monotonic() - asked > _FRESH_S:
                events = ask(run_id, place)
                if events is None:
                    self._runs.pop(run_id, None)
                    return None
                metrics = events.metrics if events.is_anew else [*metrics, *events.metrics]
                record, place = events.record, events.next
                self._runs[run_id] = time.monotonic(), record, metrics, place
                self._runs.move_to_end(run_id)
                while len(self._runs) > self._limit:
                    self._runs.popitem(last=False)
            return record, metrics
