"""Caches shared by all visitors, each bounded, each keyed by content."""

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.spec import ResNetSpec

Array = npt.NDArray[Any]

ACTIVATION_BYTES = 192 * 2**20


@lru_cache(maxsize=128)
def network(spec: ResNetSpec) -> NetworkSummary:
    """Return the account of a specification, computed once (about 1 ms)."""
    return analyse(spec)


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
