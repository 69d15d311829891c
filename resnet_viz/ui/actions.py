"""What a click does, and parts of a page that draw themselves anew: each once, instead of in every part."""

import functools
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from resnet_viz.errors import ResNetVizError
from resnet_viz.ui import state

P = ParamSpec("P")


def action(do: Callable[P, None]) -> Callable[P, None]:
    """Do what a click asks for; what is refused stays undone, and the page says why."""

    @functools.wraps(do)
    def doing(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            do(*arguments, **named)
        except ResNetVizError as error:
            state.add_problem(str(error))

    return doing


def live(draw: Callable[P, bool], every_s: float | None) -> Callable[P, None]:
    """Return a part of a page that draws itself anew every so many seconds, or only when it is touched.

    Args:
        draw: Draws it; False where only the whole page can show what came.
        every_s: How often.
    """

    @functools.wraps(draw)
    def drawing(*arguments: P.args, **named: P.kwargs) -> None:
        if state.awaits_page() or not draw(*arguments, **named):
            st.rerun()

    return st.fragment(drawing, run_every=every_s)
