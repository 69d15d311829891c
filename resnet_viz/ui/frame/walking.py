"""Where a visitor is on a walk: what was on screen before it, which answer is open, where a walk was left."""

from typing import Any

import streamlit as st

from resnet_viz.subject.subject import Subject
from resnet_viz.ui import state


def step_to(subject: Subject, path: str) -> None:
    """Show a stop of a walk, or what was there before it: a step on a walk is no change that undo takes back."""
    st.session_state[state.Key.SUBJECT] = subject
    st.session_state[state.Key.TARGET] = path


def taken_invitation() -> bool:
    """Return, once, whether the link in the address bar asked for a walk and said nothing of a network."""
    return bool(st.session_state.pop(state.Key.INVITED, False))


def keep_place() -> None:
    """Remember what is on screen, for the end of the walk that begins."""
    st.session_state[state.Key.PLACE] = (state.subject(), state.page())


def has_place() -> bool:
    """Whether there is something to go back to when the walk ends."""
    return state.Key.PLACE in st.session_state


def taken_place() -> tuple[Subject, str] | None:
    """Return what was on screen before the walk, and its page, once."""
    place: tuple[Subject, str] | None = st.session_state.pop(state.Key.PLACE, None)
    return place


def keep_left_walk(walk: str, stop: int) -> None:
    """Remember at which stop a walk was left."""
    st.session_state[state.Key.LEFT_WALK] = (walk, stop)


def left_walk() -> tuple[str, int]:
    """Return which walk was left at which stop; "" if none was."""
    left: tuple[str, int] = st.session_state.get(state.Key.LEFT_WALK, ("", 1))
    return left


def is_answer_shown(walk: str, stop: int) -> bool:
    """Whether the answer of this stop was asked for."""
    return bool(st.session_state.get(state.Key.ANSWER) == (walk, stop))


def show_answer(walk: str, stop: int) -> None:
    """Show the answer of a stop; of stop 0, none."""
    st.session_state[state.Key.ANSWER] = (walk, stop)


def set_prediction(walk: str, stop: int, prediction: object) -> None:
    """Remember what was predicted at a stop, until what came of it is there."""
    st.session_state[state.Key.PREDICTION] = (walk, stop, prediction)


def prediction(walk: str, stop: int) -> Any | None:
    """Return what was predicted at a stop and waits for what comes of it; None if nothing."""
    name, number, predicted = st.session_state.get(state.Key.PREDICTION, ("", 0, None))
    return predicted if (name, number) == (walk, stop) else None


def order(place: str, count: int) -> list[int]:
    """Return in which order a visitor has put so many things at a place: as they are given, until they are moved."""
    where, found = st.session_state.get(state.Key.ORDER, ("", []))
    return found if where == place and len(found) == count else list(range(count))


def set_order(place: str, order: list[int]) -> None:
    """Remember in which order things were put at a place."""
    st.session_state[state.Key.ORDER] = (place, order)
