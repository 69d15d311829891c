"""Recorded runs and ended ones as they play again: at which update a visitor stands, and whether it plays."""

import streamlit as st

from resnet_viz.ui.state import Key


def shown_at(run: str, last: int) -> int:
    """Return the update at which a recorded run is shown; its last one at first."""
    at: tuple[str, int] = st.session_state.get(Key.REPLAY, (run, last))
    return min(last, at[1]) if at[0] == run else last


def show_at(run: str, update: int) -> None:
    """Show a recorded run at an update."""
    st.session_state[Key.REPLAY] = (run, update)


def hold(run: str) -> None:
    """Show a recorded run at its start, and let it wait there until it is asked to play."""
    show_at(run, 0)
    st.session_state[Key.HELD] = run


def plays(run: str) -> int:
    """Return how often a recorded run was asked to play, the first time by opening it; 0 for one that is held."""
    return 0 if st.session_state.get(Key.HELD) == run else int(st.session_state.get(Key.PLAYS, 1))


def play_anew() -> None:
    """Let the recorded run that is open, or opened next, play from its start."""
    st.session_state[Key.PLAYS] = int(st.session_state.get(Key.PLAYS, 1)) + 1
    for key in (Key.REPLAY, Key.HELD):
        st.session_state.pop(key, None)
