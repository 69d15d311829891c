"""The worker's line: who is taken next. Imports neither Keras nor ONNX."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Whoever waits for a network to be built waits for at most so many others who came later and need none.
MAX_PASSED = 16


class Line(Generic[T]):
    """Requests taken by turns of those who ask, but what can be answered at once before what must be prepared.

    By turns: who asks ten things at once is answered one of them before everybody else has had one. Ready ones first: with
    more networks in use than stay prepared, each of the requests in line would throw out the network that the next one
    needs. Any threads put and take.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        """By owner; whose turn it is stands first."""
        self._passed = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def put(self, request: T, owner: str) -> None:
        """Let somebody's request wait."""
        with self._changed:
            self._waiting.setdefault(owner, deque()).append(request)
            self._changed.notify()

    def close(self) -> None:
        """Say that nobody comes any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self, is_ready: Callable[[T], bool]) -> T | None:
        """Return the next request, waiting for one; None if nobody waits and nobody comes any more.

        Args:
            is_ready: Whether a request can be answered at once.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            first = owner = next(iter(self._waiting))
            if self._passed < MAX_PASSED:
                owner = next((name for name, own in self._waiting.items() if is_ready(own[0])), first)
            self._passed = self._passed + 1 if owner != first else 0
            own = self._waiting[owner]
            request = own.popleft()
            if own:
                self._waiting.move_to_end(owner)
            else:
                del self._waiting[owner]
            return request
