"""A large message that a page may have thrown away meanwhile is sent again, not named."""

import contextlib
import importlib
from collections import deque
from typing import Any
from weakref import WeakKeyDictionary

# A page keeps a large message until it has heard of the ends of so many runs without it (`global.maxCachedMessageAge`,
# 2 by default). One may have ended unheard when it asks, so what only an older run has sent may be gone.
_SURE_RUNS = 2


def send_again_what_may_be_gone() -> None:
    """Let a run name only what the last two runs sent; a Streamlit made otherwise is left as it is.

    A request tells what the page has kept. Streamlit 1.67 believes it, although the page hears of another run's end
    before it gets the answer, and throws away what was kept longest. An answer that names that one ends the connection
    with an error. It takes two clicks in quick succession on a slow line, and a way back to what was seen before.
    """
    with contextlib.suppress(ImportError, AttributeError):
        _name_only_fresh(importlib.import_module("streamlit.runtime.app_session").AppSession)


def _name_only_fresh(kind: Any) -> None:
    """Have sessions of that kind remember what their last runs sent, and believe a page no more than that."""
    enqueue, request = kind._enqueue_forward_msg, kind.request_rerun
    sent: WeakKeyDictionary[Any, deque[set[str]]] = WeakKeyDictionary()

    def runs_of(session: Any) -> deque[set[str]]:
        return sent.setdefault(session, deque([set()], _SURE_RUNS))

    def enqueue_and_remember(session: Any, message: Any) -> None:
        runs = runs_of(session)
        if message.HasField("new_session"):
            runs.append(set())
        elif message.ref_hash or message.metadata.cacheable:
            runs[-1].add(message.ref_hash or message.hash)
        enqueue(session, message)

    def request_with_what_is_sure(session: Any, state: Any) -> None:
        if state is not None:
            sure = set().union(*runs_of(session))
            state.cached_message_hashes[:] = [name for name in state.cached_message_hashes if name in sure]
        request(session, state)

    kind._enqueue_forward_msg, kind.request_rerun = enqueue_and_remember, request_with_what_is_sure
