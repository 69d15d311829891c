"""What a session keeps that is no widget's: each thing in a slot with a name of its own, a type, and what it begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

T = TypeVar("T")

# No widget's key begins so: a select box called `target` once sent its page to another one.
PREFIX = "slot: "


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """A place in the visitor's session.

    Attributes:
        name: As no other slot is called (a test looks).
        empty: What it holds until something is put there; nothing that can be changed in place.
    """

    name: str
    empty: T

    @property
    def key(self) -> str:
        """Its key in Streamlit's session state."""
        return PREFIX + self.name

    def get(self) -> T:
        """Return what it holds."""
        found: T = st.session_state.get(self.key, self.empty)
        return found

    def set(self, value: T) -> None:
        """Put something there."""
        st.session_state[self.key] = value

    def take(self) -> T:
        """Return what it holds, once: it is as at the beginning then."""
        found: T = st.session_state.pop(self.key, self.empty)
        return found

    def is_set(self) -> bool:
        """Whether anything was put there."""
        return self.key in st.session_state

    def get_or(self, first: Callable[[], T]) -> T:
        """Return what it holds; the first time, what is found then."""
        if not self.is_set():
            self.set(first())
        return self.get()
