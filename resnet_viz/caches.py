"""Caches of answers, each bounded by the bytes that it keeps; safe to use from any thread."""

import threading
from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


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
