"""A run of a page reaches the browser whole, although a part of the page asks to be drawn anew at the moment it ends."""

import contextlib
import importlib
from typing import Any

# A run that has ended says so within a few turns of the server's loop.
_SOON_S = 0.01
# What Streamlit 1.67 keeps of a session; nothing says that another version does.
_KEPT = {"_scriptrunner", "_state", "_event_loop"}


def let_runs_end() -> None:
    """Begin no run while the last one's messages are on their way; a Streamlit made otherwise is left as it is.

    Streamlit 1.67 would: a part that draws itself by a clock asks between a run's end and the news of it, gets a runner of
    its own, and what the last runner still had to say is dropped. The page stays half drawn, its end is never told.
    """
    with contextlib.suppress(ImportError, AttributeError):
        module = importlib.import_module("streamlit.runtime.app_session")
        _begin_in_turn(module.AppSession, module.AppSessionState.SHUTDOWN_REQUESTED)


def _begin_in_turn(kind: Any, closed: Any) -> None:
    """Have sessions of that kind begin a run once the last one has said that it has ended."""
    begin = kind._create_scriptrunner
    if not set(kind.__init__.__code__.co_names) >= _KEPT:
        return

    def begin_in_turn(session: Any, asked: Any, behind: Any = None) -> None:
        last = session._scriptrunner
        if session._state is closed:
            return
        if last is None:
            begin(session, asked)
        elif behind not in (None, last) and asked.is_auto_rerun:
            return  # somebody's click has come in between: it knows more than this, and the clock asks again
        elif not last.request_rerun(asked):
            session._event_loop.call_later(_SOON_S, begin_in_turn, session, asked, last)

    kind._create_scriptrunner = begin_in_turn
