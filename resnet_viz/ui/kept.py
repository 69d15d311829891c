"""What the server keeps for a visitor: their walk, their predictions, their numbers to colour by, whether they were greeted."""

import contextlib
import json
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from resnet_viz.errors import DAMAGE, ResNetVizError
from resnet_viz.lessons.progress import Progress, read_progress
from resnet_viz.lessons.walks import Walk, read_walk
from resnet_viz.messages import gettext as _
from resnet_viz.owners import OwnerFiles
from resnet_viz.server import services
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import state

T = TypeVar("T")


def walk() -> Walk:
    """Return the walk this visitor made; it is kept on the server as uploads are."""
    if state.Key.WALK not in st.session_state:
        st.session_state[state.Key.WALK] = _read(services.walks(), read_walk) or Walk("")
    found: Walk = st.session_state[state.Key.WALK]
    return found


def keep_walk(walk: Walk) -> None:
    """Keep the visitor's own walk; an empty one is forgotten.

    Raises:
        SpecError: If it would not be read again.
    """
    text = walk.to_json() if walk.stops else ""
    st.session_state[state.Key.WALK] = read_walk(text) if text else walk
    st.session_state.pop(state.Key.EARLIER, None)
    _save(services.walks(), text)


def numbers() -> dict[str, float]:
    """Return the visitor's own numbers by layer id, for the picture's colours; kept on the server as uploads are."""
    if state.Key.NUMBERS not in st.session_state:
        st.session_state[state.Key.NUMBERS] = _read(services.numbers(), _numbers) or {}
    found: dict[str, float] = st.session_state[state.Key.NUMBERS]
    return found


def keep_numbers(numbers: dict[str, float]) -> None:
    """Keep the visitor's own numbers."""
    st.session_state[state.Key.NUMBERS] = numbers
    _save(services.numbers(), json.dumps(numbers))


def progress() -> Progress:
    """Return what this visitor predicted in lessons; kept on the server for as long as the visitor's cookie lives."""
    if state.Key.PROGRESS not in st.session_state:
        st.session_state[state.Key.PROGRESS] = _read(services.progress(), read_progress) or Progress()
    found: Progress = st.session_state[state.Key.PROGRESS]
    return found


def keep_progress(progress: Progress) -> None:
    """Keep what the visitor predicted; if that is nothing, nothing of it stays."""
    st.session_state[state.Key.PROGRESS] = progress
    st.session_state.pop(state.Key.EARLIER, None)
    _save(services.progress(), progress.to_json() if progress.answers else "")


def remember(earlier: Walk | Progress) -> None:
    """Remember what the visitor had before the last change, for `bring_back`; the next change forgets it."""
    st.session_state[state.Key.EARLIER] = earlier


def earlier() -> Walk | Progress | None:
    """Return what can be brought back."""
    found: Walk | Progress | None = st.session_state.get(state.Key.EARLIER)
    return found


def bring_back() -> None:
    """Take back the last change."""
    found = earlier()
    if isinstance(found, Walk):
        keep_walk(found)
    elif found is not None:
        keep_progress(found)


def is_new() -> bool:
    """Whether this visitor has not been greeted yet; decided when the session begins.

    A link that names anything (a layer, another network, a run, a stop) was sent for the sake of that: no greeting stands
    before it. A language is no such thing, and a page without parameters neither.
    """
    if state.Key.IS_NEW not in st.session_state:
        names_nothing = state.subject().having(language="") == Subject()
        st.session_state[state.Key.IS_NEW] = names_nothing and services.seen().load(state.owner()) is None
    return bool(st.session_state[state.Key.IS_NEW])


def set_greeted() -> None:
    """Remember that this visitor needs no greeting any more; where that cannot be kept, it holds for the session."""
    st.session_state[state.Key.IS_NEW] = False
    with contextlib.suppress(OSError):
        services.seen().save(state.owner(), b"1")


def _read(files: OwnerFiles, read: Callable[[bytes], T]) -> T | None:
    """Return what the visitor left with us; what cannot be read (any more) is dropped and said, and costs no page."""
    data = files.load(state.owner())
    if data is None:
        return None
    try:
        return read(data)
    except DAMAGE:
        files.delete(state.owner())
        state.add_problem(
            _("Something of yours that was kept here could not be read any more and was dropped: add it anew.")
        )
        return None


def _numbers(data: bytes) -> dict[str, float]:
    return {str(name): float(number) for name, number in json.loads(data).items()}


def _save(files: OwnerFiles, text: str) -> None:
    """Keep a text of the visitor's, or forget the last one; a full disk is said, and costs only the reload."""
    try:
        if text:
            files.save(state.owner(), text.encode())
        else:
            files.delete(state.owner())
    except ResNetVizError as error:
        state.add_problem(str(error))
    except OSError as error:
        sentence = _("This could not be kept on the server ({reason}): it is here until the page is reloaded.")
        state.add_problem(sentence.format(reason=error.strerror))
