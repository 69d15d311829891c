"""The only door to Streamlit's session state and to the address bar."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile

from resnet_viz.errors import ResNetVizError
from resnet_viz.identity import COOKIE, owner_of
from resnet_viz.messages import ask_for_language, preferred_language, use_language
from resnet_viz.owners import upload_refusal
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.links import from_params, language_of, to_params
from resnet_viz.subject.subject import Subject, lost_focus, lost_surgery

# More steps back than anyone clicks in a lesson.
_HISTORY = 50
# Longest time in which a browser's address lags behind ours.
_ECHO_S = 3.0


class Key(StrEnum):
    """Names in the session state that are not widgets'."""

    SUBJECT = "whole_subject"
    PAST = "past"
    FUTURE = "future"
    PROBLEMS = "problems"
    LAST_URL = "last_url"
    REPLACED_URLS = "replaced_urls"
    OWNER = "owner"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    NUMBERS = "numbers"
    EDITS = "edits"
    PAGE = "page"
    WALK = "own_walk"
    ANSWER = "answer"
    ASKED = "asked"
    PREDICTION = "prediction"
    ORDER = "order"
    PROGRESS = "progress"
    TARGET = "target"
    INVITED = "invited"
    PLACE = "place"
    LEFT_WALK = "left_walk"
    MARK = "mark"
    DEVICE = "device"
    LINE = "line"
    SETUP = "setup"
    NORM = "norm"
    REPLAY = "replay"
    PLAYS = "plays"
    HELD = "held"
    WANTED = "wanted"
    CHANGING = "changing"
    IS_NEW = "is_new"
    EARLIER = "earlier"
    DRAFT = "draft"
    TRIAL = "trial"


def begin_run() -> Subject:
    """Read the address bar if it changed, choose the language, and return the subject of this run."""
    state, params = st.session_state, st.query_params.to_dict()
    if Key.SUBJECT not in state or _is_news(params):
        use_language(language_of(params) or preferred_language(st.context.locale))
        found, problems = from_params(params)
        state[Key.SUBJECT], state[Key.PROBLEMS] = found, problems
        # A link that names a walk and no network asks for the walk's own: its stop brings the whole state.
        state[Key.INVITED] = bool(found.viewer.walk) and "preset" not in params
    use_language(_language())
    write_url()
    return subject()


def subject() -> Subject:
    """Return what the visitor looks at."""
    found: Subject = st.session_state.get(Key.SUBJECT, Subject())
    return found


def write_url() -> None:
    """Make the address bar the link to this state."""
    params, last = to_params(subject()), st.session_state.get(Key.LAST_URL)
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)
    if last not in (None, params):
        replaced = st.session_state.get(Key.REPLACED_URLS, [])
        st.session_state[Key.REPLACED_URLS] = [*replaced, (time.monotonic(), last)][-_HISTORY:]
    st.session_state[Key.LAST_URL] = params


def update(change: Callable[[Subject], Subject]) -> None:
    """Change the subject; a change that breaks a rule leaves everything and keeps the rule's sentence for the page."""
    before = subject()
    try:
        after = change(before).after(before)
    except ResNetVizError as error:
        st.session_state[Key.PROBLEMS] = [str(error)]
        return
    for sentence in (*lost_surgery(before, after), *lost_focus(before, after)):
        add_problem(sentence)
    _show(before, after)


def _show(before: Subject, after: Subject) -> None:
    """Make another state the one on screen, with a way back where network, surgery or weights changed."""
    if (after.spec, after.surgery, after.weights) != (before.spec, before.surgery, before.weights):
        st.session_state[Key.PAST] = [*st.session_state.get(Key.PAST, []), before][-_HISTORY:]
        st.session_state[Key.FUTURE] = []
    st.session_state[Key.SUBJECT] = after


def set_parts(**parts: Any) -> None:
    """Replace parts of the subject that no rule binds."""
    update(lambda now: now.having(**parts))


def set_spec(change: Callable[[ResNetSpec], ResNetSpec]) -> None:
    """Replace the specification."""
    update(lambda now: now.with_spec(change(now.spec)))


def undo() -> None:
    """Go back to the specification, surgery and weights before the last change."""
    _step(Key.PAST, Key.FUTURE)


def redo() -> None:
    """Take back the last `undo`."""
    _step(Key.FUTURE, Key.PAST)


def can_undo() -> bool:
    """Whether there is a step back."""
    return bool(st.session_state.get(Key.PAST))


def can_redo() -> bool:
    """Whether there is a step forward."""
    return bool(st.session_state.get(Key.FUTURE))


def earlier(is_wanted: Callable[[Subject], bool]) -> Subject | None:
    """Return the newest state in the past that is wanted, or None."""
    past: list[Subject] = st.session_state.get(Key.PAST, [])
    return next((old for old in reversed(past) if is_wanted(old)), None)


def return_to(old: Subject) -> None:
    """Take an earlier state's network and weights, as a change of its own; what else was done meanwhile stays."""
    update(lambda now: _returned(now, old))


def taken_problems() -> list[str]:
    """Return the sentences to show on this run, once."""
    problems: list[str] = st.session_state.get(Key.PROBLEMS, [])
    st.session_state[Key.PROBLEMS] = []
    return problems


def add_problem(sentence: str) -> None:
    """Keep a sentence for the next run."""
    st.session_state[Key.PROBLEMS] = [*st.session_state.get(Key.PROBLEMS, []), sentence]


def owner() -> str:
    """Return the id this visitor's files belong to: the server's cookie, or the session's own without one."""
    known = owner_of(st.context.cookies.get(COOKIE))
    if known:
        return known
    if Key.OWNER not in st.session_state:
        st.session_state[Key.OWNER] = secrets.token_urlsafe(16)
    return str(st.session_state[Key.OWNER])


def bind(key: str, value: Any) -> str:
    """Make a widget show `value` on this run, whatever was typed into it, and return its key."""
    st.session_state[key] = value
    return key


def typed(key: str) -> Any:
    """Return what a widget holds."""
    return st.session_state[key]


def typed_or(key: str, otherwise: Any) -> Any:
    """Return what a widget holds, or something else where it is not on the page."""
    return st.session_state.get(key, otherwise)


def was_drawn(key: str) -> bool:
    """Whether a widget was on the page before this run: what it shows stays until it is drawn anew; "" is none."""
    return bool(key) and key in st.session_state


def received(key: str) -> Any:
    """Return the file that an uploader or camera holds, or None.

    Of an upload beyond the limit nothing was taken (`ui/middleware.py`); Streamlit then has a mark in its place.
    """
    file = typed(key)
    if isinstance(file, DeletedFile):
        add_problem(upload_refusal())
        return None
    return file


def asked() -> str:
    """Return what a lesson's stop waits for on this run: an "answer", a "cell", or nothing any more: "answered".

    "" where no stop asks for anything.
    """
    return str(st.session_state.get(Key.ASKED, ""))


def set_asked(what: str) -> None:
    """Say what a lesson's stop waits for, as `asked` returns it."""
    st.session_state[Key.ASKED] = what


def is_cancelled(work: str) -> bool:
    """Whether the visitor cancelled this piece of work."""
    return st.session_state.get(Key.CANCELLED) == work


def set_cancelled(work: str) -> None:
    """Remember that the visitor cancelled this piece of work; "" forgets it."""
    st.session_state[Key.CANCELLED] = work


def is_wanted(work: str) -> bool:
    """Whether the visitor asked for this piece of long work."""
    return work in st.session_state.get(Key.WANTED, ())


def want(work: str) -> None:
    """Remember that the visitor asked for this piece of long work; it is no longer cancelled."""
    st.session_state[Key.WANTED] = (*st.session_state.get(Key.WANTED, ()), work)[-_HISTORY:]
    set_cancelled("")


def forget(work: str) -> None:
    """Forget that the visitor asked for this piece of long work."""
    st.session_state[Key.WANTED] = tuple(own for own in st.session_state.get(Key.WANTED, ()) if own != work)


def is_accepted(note: str) -> bool:
    """Whether the visitor has read this note and wants it gone."""
    return st.session_state.get(Key.ACCEPTED) == note


def accept(note: str) -> None:
    """Hide a note until another takes its place."""
    st.session_state[Key.ACCEPTED] = note


def page() -> str:
    """Return the path of the page on screen, "" for Architecture."""
    return str(st.session_state.get(Key.PAGE, ""))


def set_page(path: str) -> None:
    """Remember which page is on screen."""
    st.session_state[Key.PAGE] = path


def jump(target: Subject, path: str) -> None:
    """Show another state on another page, on the next run."""
    _show(subject(), target)
    st.session_state[Key.TARGET] = path


def taken_target() -> str | None:
    """Return the page to go to, once."""
    target: str | None = st.session_state.pop(Key.TARGET, None)
    return target


def awaits_page() -> bool:
    """Whether a button of a fragment did what only the whole page can show: another page, or a sentence."""
    return Key.TARGET in st.session_state or bool(st.session_state.get(Key.PROBLEMS))


def is_first_delivery(mark: str) -> bool:
    """Whether an event of a component was not delivered before; under fast clicks Streamlit repeats the last one."""
    is_first = st.session_state.get(Key.MARK) != mark
    st.session_state[Key.MARK] = mark
    return is_first


def device() -> str:
    """Return which device the visitor wants to train on."""
    return str(st.session_state.get(Key.DEVICE, "auto"))


def set_device(name: str) -> None:
    """Choose the device of the next run."""
    st.session_state[Key.DEVICE] = name


def shown_setup() -> str:
    """Return which part of the set-up of a run is shown: its pictures or its settings."""
    return str(st.session_state.get(Key.SETUP, "pictures"))


def show_setup(name: str) -> None:
    """Show another part of the set-up."""
    st.session_state[Key.SETUP] = name


def shown_line() -> str:
    """Return which measurement was chosen to be drawn beside the loss, or ""."""
    return str(st.session_state.get(Key.LINE, ""))


def show_line(name: str) -> None:
    """Draw another measurement beside the loss."""
    st.session_state[Key.LINE] = name


def shown_norm() -> str:
    """Return which norms are drawn block by block."""
    return str(st.session_state.get(Key.NORM, "gradient_norms"))


def show_norm(name: str) -> None:
    """Draw other norms block by block."""
    st.session_state[Key.NORM] = name


def is_changing() -> bool:
    """Whether the controls that change the network are open."""
    return bool(st.session_state.get(Key.CHANGING))


def set_changing(*, changing: bool) -> None:
    """Open the controls that change the network, or fold them away."""
    st.session_state[Key.CHANGING] = changing


def edits() -> int:
    """Return how many tables this visitor has edited."""
    return int(st.session_state.get(Key.EDITS, 0))


def count_edit() -> None:
    """Count an edited table, so that the next one starts clean."""
    st.session_state[Key.EDITS] = edits() + 1


def _is_news(params: dict[str, str]) -> bool:
    """Whether someone opened or edited a link, or went back, and the address is not just an echo of ours.

    Navigation between pages empties the parameters. A browser under fast clicks still sends the address that we have
    replaced a moment ago; the same address some seconds later is the Back button.
    """
    if not params or params == st.session_state.get(Key.LAST_URL):
        return False
    since = time.monotonic() - _ECHO_S
    return all(params != old or replaced < since for replaced, old in st.session_state.get(Key.REPLACED_URLS, []))


def _step(source: Key, target: Key) -> None:
    if not st.session_state.get(source):
        return
    current = subject()
    st.session_state[target] = [*st.session_state.get(target, []), current]
    old: Subject = st.session_state[source].pop()
    st.session_state[Key.SUBJECT] = replace(_returned(current, old), surgery=old.surgery)


def _returned(now: Subject, old: Subject) -> Subject:
    """Return a state on an earlier one's network and weights; weights bring the preprocessing they had."""
    rule = (now if now.weights == old.weights else old).preparation.normalisation
    return now.having(preset=old.preset, weights=old.weights, normalisation=rule).with_spec(old.spec)


def _language() -> str:
    """Return the language of the visitor whose session this thread runs; "" on a thread that runs nobody's."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    return subject().viewer.language or preferred_language(st.context.locale)


ask_for_language(_language)
