"""Caches shared by all visitors, each bounded, each keyed by content."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.curves import Metrics
from resnet_viz.jobs.reading import Events
from resnet_viz.training.record import START, Place, RunRecord, State

Array = npt.NDArray[Any]

_FRESH_S = 0.5
ACTIVATION_BYTES = 192 * 2**20


class ArrayCache:
    """The arrays used last, under a limit of bytes; safe to use from any thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._bytes = limit_bytes, 0
        self._arrays: OrderedDict[tuple[str, ...], Array] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: tuple[str, ...]) -> Array | None:
        """Return the array of that key, or None."""
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
            return self._arrays.get(key)

    def keep(self, key: tuple[str, ...], array: Array) -> None:
        """Keep an array, read-only from now on; the ones used longest ago go."""
        own = array if array.base is None else np.array(array)
        own.flags.writeable = False
        with self._lock:
            old = self._arrays.pop(key, None)
            self._bytes += own.nbytes - (old.nbytes if old is not None else 0)
            self._arrays[key] = own
            while self._bytes > self._limit and self._arrays:
                self._bytes -= self._arrays.popitem(last=False)[1].nbytes

    @property
    def used_bytes(self) -> int:
        """Bytes kept now."""
        return self._bytes


activations = ArrayCache(ACTIVATION_BYTES)
"""Feature maps by (specification, picture, preprocessing, node)."""


class ResultCache:
    """The answers used last, under a limit of bytes of the arrays in them; safe to use from any thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._bytes = limit_bytes, 0
        self._found: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> Any:
        """Return the answer of that key, or None."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key, (None, 0))[0]

    def keep(self, key: str, answer: Any) -> None:
        """Keep an answer; the ones used longest ago go."""
        size = len(key) + _bytes_of(answer)
        with self._lock:
            self._bytes += size - self._found.pop(key, (None, 0))[1]
            self._found[key] = answer, size
            while self._bytes > self._limit and self._found:
                self._bytes -= self._found.popitem(last=False)[1][1]

    @property
    def used_bytes(self) -> int:
        """Bytes kept now, about."""
        return self._bytes


def _bytes_of(answer: Any) -> int:
    """Return about how many bytes an answer takes: its arrays, and a little for everything else."""
    if isinstance(answer, np.ndarray):
        return answer.nbytes
    if isinstance(answer, (list, tuple)):
        return sum(map(_bytes_of, answer))
    return _bytes_of(list(vars(answer).values())) if hasattr(answer, "__dataclass_fields__") else 64


results = ResultCache(64 * 2**20)
"""Answers other than feature maps, by everything they depend on."""


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


run_feed = RunFeed()
"""What every watcher of a run reads."""
