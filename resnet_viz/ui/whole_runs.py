"""A run of a page reaches the browser whole, although a part of the page asks to be drawn anew at the moment it ends."""

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData

# A run that has ended says so within a few turns of the server's loop.
_SOON_S = 0.01
_begin = AppSession._create_scriptrunner  # noqa: SLF001 - Streamlit has no other place to wait at


def let_runs_end() -> None:
    """Begin no run while the last one's messages are on their way.

    Streamlit 1.67 would: a part that draws itself by a clock asks between a run's end and the news of it, gets a runner of
    its own, and what the last runner still had to say is dropped. The page stays half drawn, its end is never told.
    """
    AppSession._create_scriptrunner = _begin_in_turn  # type: ignore[assignment, method-assign] # noqa: SLF001


def _begin_in_turn(session: AppSession, asked: RerunData) -> None:
    """Begin a run, if need be once the last one has said that it has ended."""
    last = session._scriptrunner  # noqa: SLF001
    if session._state is AppSessionState.SHUTDOWN_REQUESTED:  # noqa: SLF001
        return
    if last is None:
        _begin(session, asked)
    elif not last.request_rerun(asked):
        session._event_loop.call_later(_SOON_S, _begin_in_turn, session, asked)  # noqa: SLF001
