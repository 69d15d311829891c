"""Questions asked in the background: while the page goes on, or beyond the run of it that asked."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from resnet_viz.errors import BusyError, CancelledError, ResNetVizError
from resnet_viz.messages import in_this_language
from resnet_viz.worker.client import Waiting

# Nobody who still waits stays away for so long, even on a busy machine.
_LEFT_S = 8.0
# Who only passes by costs nothing.
_STAYS_S = 0.5
_REMEMBERED = 256
# A page that was touched is drawn anew within this time; a page with another subject waits no longer for the model.
_TOUCHED_S = 3.0
_TICK_S = 0.05

T = TypeVar("T")

Question = Callable[[Waiting], None]
"""Asks, waits as it is told, and keeps the answer where the page will look for it."""


class Background:
    """A few questions under way; one that nobody comes back for is withdrawn. Safe to use from any thread."""

    def __init__(self, most: int) -> None:
        """Have at most so many questions under way at once."""
        self._most = most
        self._lock = threading.Lock()
        self._polled: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._running: set[str] = set()
        self._failed: OrderedDict[str, None] = OrderedDict()

    def poll(self, key: str, question: Question) -> bool:
        """Ask, if somebody has polled for this long enough, and return whether an answer may still come."""
        now = time.monotonic()
        with self._lock:
            if key in self._failed:
                return False
            first, last = self._polled.get(key, (now, now))
            first = now if now - last > _LEFT_S else first
            self._polled[key] = first, now
            while len(self._polled) > _REMEMBERED:
                self._polled.popitem(last=False)
            if now - first > _STAYS_S and key not in self._running and len(self._running) < self._most:
                self._running.add(key)
                threading.Thread(target=self._ask, args=(key, question), daemon=True).start()
            return True

    def _ask(self, key: str, question: Question) -> None:
        try:
            question(Waiting(is_cancelled=lambda: self._is_left(key)))
        except (BusyError, CancelledError):
            pass  # who still polls asks again
        except ResNetVizError:
            with self._lock:
                self._failed[key] = None
                while len(self._failed) > _REMEMBERED:
                    self._failed.popitem(last=False)
        finally:
            with self._lock:
                self._running.discard(key)
                self._polled.pop(key, None)

    def _is_left(self, key: str) -> bool:
        return time.monotonic() - self._polled.get(key, (0.0, 0.0))[1] > _LEFT_S


@dataclass
class _Work:
    """A question under way: since when, when somebody waited for it last, how far it is, and how it ended."""

    began: float
    polled: float
    progress: tuple[str, float] = ("", 0.0)
    is_withdrawn: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None


class SharedWork:
    """Questions that go on while the page that asked is drawn anew, and that are shared by all who ask the same.

    Safe to use from any thread.
    """

    def __init__(self, left_s: float = _TOUCHED_S) -> None:
        """Withdraw what nobody has waited for in `left_s`."""
        self._left_s = left_s
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def ask(self, key: str, question: Callable[[Waiting], T], waiting: Waiting) -> T:
        """Return the answer to a question, asked now or under way already.

        Args:
            key: What tells it from all others.
            question: Asks, on a thread of its own, and keeps the answer where it will be polled for.
            waiting: How to wait; what its functions raise ends the waiting, not the question.
        """
        work = self._join(key, question)
        while not work.is_over.wait(_TICK_S):
            work.polled = time.monotonic()
            waiting.on_progress(*work.progress)
            if waiting.is_cancelled():
                raise CancelledError
        if work.error:
            raise work.error
        answer: T = work.answer
        return answer

    def since(self, key: str) -> float | None:
        """Return when a question began that is under way, by the clock that never goes back; None if none is."""
        work = self._works.get(key)
        return None if work is None or work.is_withdrawn else work.began

    def _join(self, key: str, question: Callable[[Waiting], T]) -> _Work:
        with self._lock:
            work = self._works.get(key)
            if work is None or work.is_withdrawn:
                now = time.monotonic()
                work = self._works[key] = _Work(now, now)
                run = in_this_language(partial(self._run, key, work, question))
                threading.Thread(target=run, daemon=True).start()
            work.polled = time.monotonic()
            return work

    def _run(self, key: str, work: _Work, question: Callable[[Waiting], T]) -> None:
        def on_progress(step: str, share: float) -> None:
            work.progress = step, share

        try:
            work.answer = question(Waiting(on_progress, lambda: self._is_left(work)))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            work.error = error
        finally:
            with self._lock:
                if self._works.get(key) is work:
                    del self._works[key]
            work.is_over.set()

    def _is_left(self, work: _Work) -> bool:
        with self._lock:
            work.is_withdrawn = work.is_withdrawn or time.monotonic() - work.polled > self._left_s
            return work.is_withdrawn
