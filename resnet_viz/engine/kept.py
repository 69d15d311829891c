"""What a process keeps under a limit of bytes; for several threads."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values used last, under a limit of bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._bytes = limit_bytes, 0
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return self._bytes

    def find(self, key: K) -> V | None:
        """Return the value of a key, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def keep(self, values: Mapping[K, tuple[V, int]]) -> None:
        """Keep values with their bytes, all at once; those used longest ago go, and what is over the limit by itself."""
        with self._lock:
            for key, (value, nbytes) in values.items():
                self._bytes += nbytes - self._values.pop(key, (None, 0))[1]
                self._values[key] = value, nbytes
        self.make_room(0)

    def make_room(self, nbytes: int) -> None:
        """Let go of what was used longest ago, so that so many bytes more are within the limit."""
        with self._lock:
            while self._values and self._bytes + nbytes > self._limit:
                self._bytes -= self._values.popitem(last=False)[1][1]
