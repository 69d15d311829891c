"""The worker's line: who is taken next. Imports no Keras."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Whoever waits for a network to be built waits for at most so many others who came later and need none.
MAX_PASSED = 16


class Line(Generic[T]):
    """Requests in the order of their coming, but those that can be answered at once go before those that must build.

    First come, first served makes a class wait for compilers: with more networks in use than stay built, each of the
    requests in line throws out the network that the next one needs. Taking what is ready first answers all who ask about
    a network while it stands. One thread puts, one takes.
    """

    def __init__(self) -> None:
        self._waiting: deque[T] = deque()
        self._passed = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def put(self, request: T) -> None:
        """Let a request wait."""
        with self._changed:
            self._waiting.append(request)
            self._changed.notify()

    def close(self) -> None:
        """Say that nobody comes any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def take(self, is_ready: Callable[[T], bool]) -> T | None:
        """Return the next request, waiting for one; None if nobody waits and nobody comes any more.

        Args:
            is_ready: Whether a request can be answered at once.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            place = 0
            if self._passed < MAX_PASSED:
                place = next((place for place, request in enumerate(self._waiting) if is_ready(request)), 0)
            self._passed = self._passed + 1 if place else 0
            request = self._waiting[place]
            del self._waiting[place]
            return request
