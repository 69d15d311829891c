"""A click that is refused costs a sentence; a part that cannot show what came asks for the page."""

import pytest
import streamlit as st

from resnet_viz.errors import JobError
from resnet_viz.ui import actions, state


def test_a_refused_click_is_said_and_nothing_else_of_it_is_done(monkeypatch):
    told, done = [], []
    monkeypatch.setattr(state, "add_problem", told.append)

    @actions.action
    def click(refusal: str) -> None:
        if refusal:
            raise JobError(refusal)
        done.append(1)

    click("full")
    click(refusal="")
    assert (told, done) == (["full"], [1])


def test_a_mistake_of_ours_is_not_taken_for_a_refusal():
    @actions.action
    def click() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        click()


@pytest.mark.parametrize(("awaits", "shows", "reruns"), [(False, True, 0), (False, False, 1), (True, True, 1)])
def test_a_live_part_leaves_to_the_page_what_only_the_page_shows(monkeypatch, awaits, shows, reruns):
    asked, drawn = [], []
    monkeypatch.setattr(st, "fragment", lambda part, run_every: part if run_every == 3.0 else None)
    monkeypatch.setattr(st, "rerun", lambda: asked.append(1))
    monkeypatch.setattr(state, "awaits_page", lambda: awaits)

    def draw(number: int) -> bool:
        drawn.append(number)
        return shows

    actions.live(draw, 3.0)(7)
    assert (len(asked), drawn) == (reruns, [] if awaits else [7])
