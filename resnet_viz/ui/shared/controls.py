"""Controls that show a part of the subject and change it: each widget follows the subject, never the reverse."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from resnet_viz.ui import state

Change = Callable[[Any], None]


def choice(label: str, options: Iterable[Any], value: Any, change: Change, **of_widget: Any) -> None:
    """Draw a few values side by side, one of them chosen; `key` and `title` as for `select`."""
    _one_of(st.segmented_control, label, options, value, change, required=True, **of_widget)


def select(label: str, options: Iterable[Any], value: Any, change: Change, **of_widget: Any) -> None:
    """Draw many values as a list to choose from and to search.

    Args:
        label: What is chosen.
        options: The values.
        value: The one that is chosen now.
        change: What a choice does.
        of_widget: `key`, `title` (what a value is called), and arguments of the widget itself.
    """
    _one_of(st.selectbox, label, options, value, change, **of_widget)


def _one_of(
    widget: Callable[..., Any],
    label: str,
    options: Iterable[Any],
    value: Any,
    change: Change,
    *,
    key: str,
    title: Callable[[Any], str] = str,
    **of_widget: Any,
) -> None:
    bound = state.bind(key, value)
    widget(
        label,
        list(options),
        key=bound,
        format_func=title,
        on_change=lambda: change(state.typed(bound)),
        **of_widget,
    )


def toggle(label: str, value: object, change: Change, *, key: str, **of_widget: Any) -> None:
    """Draw a switch."""
    bound = state.bind(key, bool(value))
    st.toggle(label, key=bound, on_change=lambda: change(state.typed(bound)), **of_widget)


def number(label: str, value: float, change: Change, *, key: str, **of_widget: Any) -> None:
    """Draw a number, whole or not as `value` is; what is out of range is refused by the rule, with its sentence."""
    bound = state.bind(key, value)
    shape: Mapping[str, Any] = {"step": 1} if isinstance(value, int) else {"step": value or 0.1, "format": "%g"}
    st.number_input(label, key=bound, on_change=lambda: change(state.typed(bound)), **(dict(shape) | of_widget))


def text(label: str, value: str, change: Change, *, key: str, **of_widget: Any) -> None:
    """Draw a line of text."""
    bound = state.bind(key, value)
    st.text_input(label, key=bound, on_change=lambda: change(state.typed(bound)), **of_widget)


def slider(label: str, value: int, least: int, most: int, change: Change, *, key: str, **of_widget: Any) -> None:
    """Draw a whole number to slide."""
    bound = state.bind(key, value)
    st.slider(label, least, most, key=bound, on_change=lambda: change(state.typed(bound)), **of_widget)
