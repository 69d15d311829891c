"""Questions asked behind the page: it goes on, and looks in now and then for the answer."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from resnet_viz.compute.client import Waiting
from resnet_viz.errors import BusyError, CancelledError, ResNetVizError

# Nobody who still waits stays away for so long, even on a busy machine.
_LEFT_S = 8.0
# Who only passes by costs nothing.
_STAYS_S = 0.5
_REMEMBERED = 256

Question = Callable[[Waiting], None]
"""Asks, waits as it is told, and keeps the answer where the page will look for it."""


class Behind:
    """A few questions under way; one that nobody comes back for is withdrawn. Safe to use from any thread."""

    def __init__(self, most: int) -> None:
        """Have at most so many questions under way at once."""
        self._most = most
        self._lock = threading.Lock()
        self._looked: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._running: set[str] = set()
        self._failed: OrderedDict[str, None] = OrderedDict()

    def look(self, key: str, question: Question) -> bool:
        """Ask, if somebody has looked for this long enough, and return whether an answer may still come."""
        now = time.monotonic()
        with self._lock:
            if key in self._failed:
                return False
            first, last = self._looked.get(key, (now, now))
            first = now if now - last > _LEFT_S else first
            self._looked[key] = first, now
            while len(self._looked) > _REMEMBERED:
                self._looked.popitem(last=False)
            if now - first > _STAYS_S and key not in self._running and len(self._running) < self._most:
                self._running.add(key)
                threading.Thread(target=self._ask, args=(key, question), daemon=True).start()
            return True

    def _ask(self, key: str, question: Question) -> None:
        try:
            question(Waiting(is_cancelled=lambda: self._is_left(key)))
        except (BusyError, CancelledError):
            pass  # who still looks in asks again
        except ResNetVizError:
            with self._lock:
                self._failed[key] = None
                while len(self._failed) > _REMEMBERED:
                    self._failed.popitem(last=False)
        finally:
            with self._lock:
                self._running.discard(key)
                self._looked.pop(key, None)

    def _is_left(self, key: str) -> bool:
        return time.monotonic() - self._looked.get(key, (0.0, 0.0))[1] > _LEFT_S
