"""The only door to Streamlit's session state and to the address bar."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile

from resnet_viz.errors import QuotaError, ResNetVizError
from resnet_viz.identity import COOKIE, owner_of
from resnet_viz.messages import ask_for_language, preferred_language, use_language
from resnet_viz.owners import upload_refusal
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.links import from_params, language_of, to_params
from resnet_viz.subject.subject import Subject, lost_focus, lost_surgery
from resnet_viz.ui.slots import Slot

# More steps back than anyone clicks in a lesson.
_HISTORY = 50


_States = tuple[Subject, ...]

SUBJECT = Slot("subject", Subject())
PAGE = Slot("page", "")
"""The path of the page on screen, "" for Architecture."""
TARGET: Slot[str | None] = Slot("target", None)
"""The page to go to with the next run."""
INVITED = Slot("invited", empty=False)
"""Whether the link in the address bar asked for a walk and said nothing of a network."""
ASKED = Slot("asked", "")
"""What a lesson's stop waits for on this run: an "answer", a "cell", nothing any more ("answered", "pointed"); "" where none asks."""
STILL_ASKED: Slot[frozenset[str]] = Slot("still_asked", frozenset())
"""The quantities that the lesson on the page has yet to ask for: no part of the page tells them."""
CHANGING = Slot("changing", empty=False)
"""Whether the controls that change the network are open."""
EDITS = Slot("edits", 0)
"""How many tables were edited: the next one starts clean."""

PAST: Slot[_States] = Slot("past", ())
_FUTURE: Slot[_States] = Slot("future", ())
_PROBLEMS: Slot[tuple[str, ...]] = Slot("problems", ())
_TELLING: Slot[tuple[str, ...]] = Slot("telling", ())
_LAST_URL: Slot[dict[str, str] | None] = Slot("last_url", None)
_REPLACED_URLS: Slot[tuple[dict[str, str], ...]] = Slot("replaced_urls", ())
_OWNER = Slot("owner", "")
_CANCELLED = Slot("cancelled", "")
_WANTED: Slot[tuple[str, ...]] = Slot("wanted", ())
_MARK = Slot("mark", "")


def begin_run() -> Subject:
    """Read the address bar if it changed, choose the language, and return the subject of this run."""
    params = st.query_params.to_dict()
    if not SUBJECT.is_set() or _is_news(params):
        use_language(language_of(params) or preferred_language(st.context.locale))
        found, problems = from_params(params)
        SUBJECT.set(found)
        _PROBLEMS.set(tuple(problems))
        _TELLING.take()
        # A link that names a walk and no network asks for the walk's own: its stop brings the whole state.
        INVITED.set(bool(found.viewer.walk) and "preset" not in params)
    use_language(_language())
    write_url()
    return subject()


def subject() -> Subject:
    """Return what the visitor looks at."""
    return SUBJECT.get()


def write_url() -> None:
    """Make the address bar the link to this state."""
    params, last = to_params(subject()), _LAST_URL.get()
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)
    if last is not None and last != params:
        _REPLACED_URLS.set((*_REPLACED_URLS.get(), last)[-_HISTORY:])
    _LAST_URL.set(params)


def update(change: Callable[[Subject], Subject]) -> None:
    """Change the subject; a change that breaks a rule leaves everything and keeps the rule's sentence for the page."""
    before = subject()
    try:
        after = change(before).after(before)
    except ResNetVizError as error:
        _PROBLEMS.set((str(error),))
        return
    for sentence in (*lost_surgery(before, after), *lost_focus(before, after)):
        add_problem(sentence)
    _show(before, after)


def _show(before: Subject, after: Subject) -> None:
    """Make another state the one on screen, with a way back where network, surgery or weights changed."""
    if (after.spec, after.surgery, after.weights) != (before.spec, before.surgery, before.weights):
        PAST.set((*PAST.get(), before)[-_HISTORY:])
        _FUTURE.set(())
    SUBJECT.set(after)


def set_parts(**parts: Any) -> None:
    """Replace parts of the subject that no rule binds."""
    update(lambda now: now.having(**parts))


def set_spec(change: Callable[[ResNetSpec], ResNetSpec]) -> None:
    """Replace the specification."""
    update(lambda now: now.with_spec(change(now.spec)))


def undo() -> None:
    """Go back to the specification, surgery and weights before the last change."""
    _step(PAST, _FUTURE)


def redo() -> None:
    """Take back the last `undo`."""
    _step(_FUTURE, PAST)


def can_undo() -> bool:
    """Whether there is a step back."""
    return bool(PAST.get())


def can_redo() -> bool:
    """Whether there is a step forward."""
    return bool(_FUTURE.get())


def earlier(is_wanted: Callable[[Subject], bool]) -> Subject | None:
    """Return the newest state in the past that is wanted, or None."""
    return next((old for old in reversed(PAST.get()) if is_wanted(old)), None)


def return_to(old: Subject) -> None:
    """Take an earlier state's network and weights, as a change of its own; what else was done meanwhile stays."""
    update(lambda now: _returned(now, old))


def taken_problems() -> tuple[str, ...]:
    """Return the sentences to show on this run; again, if the run before was broken off while it told them."""
    sentences = tuple(dict.fromkeys((*_TELLING.take(), *_PROBLEMS.take())))
    _TELLING.set(sentences)
    return sentences


def end_run() -> None:
    """Know this run's sentences as told, and make the address bar the link to its state."""
    _TELLING.take()
    write_url()


def add_problem(sentence: str) -> None:
    """Keep a sentence for the next run."""
    _PROBLEMS.set((*_PROBLEMS.get(), sentence))


def owner() -> str:
    """Return the id this visitor's files belong to: the server's cookie, or the session's own without one."""
    return _OWNER.get_or(lambda: owner_of(st.context.cookies.get(COOKIE)) or secrets.token_urlsafe(16))


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

    Raises:
        QuotaError: If nothing of it was taken, as beyond the limit of uploads (`server/middleware.py`): Streamlit then has
            a mark in its place.
    """
    file = typed(key)
    if isinstance(file, DeletedFile):
        raise QuotaError(upload_refusal())
    return file


def is_cancelled(work: str) -> bool:
    """Whether the visitor cancelled this piece of work."""
    return _CANCELLED.get() == work


def set_cancelled(work: str) -> None:
    """Remember that the visitor cancelled this piece of work; "" forgets it."""
    _CANCELLED.set(work)


def is_wanted(work: str) -> bool:
    """Whether the visitor asked for this piece of long work."""
    return work in _WANTED.get()


def want(work: str) -> None:
    """Remember that the visitor asked for this piece of long work; it is no longer cancelled."""
    _WANTED.set((*_WANTED.get(), work)[-_HISTORY:])
    set_cancelled("")


def forget(work: str) -> None:
    """Forget that the visitor asked for this piece of long work."""
    _WANTED.set(tuple(own for own in _WANTED.get() if own != work))


def jump(target: Subject, path: str) -> None:
    """Show another state on another page, on the next run."""
    _show(subject(), target)
    TARGET.set(path)


def awaits_page() -> bool:
    """Whether a button of a fragment did what only the whole page can show: another page, or a sentence."""
    return TARGET.is_set() or bool(_PROBLEMS.get())


def news(key: str) -> dict[str, Any] | None:
    """Return what was done in a component of ours, or None if that is no news.

    Under fast clicks Streamlit repeats the last event. And what a component says while its page is being left may come
    when the page is gone: then nothing is kept under its key, and nobody waits for what it says.
    """
    event: dict[str, Any] | None = getattr(typed_or(key, None), "did", None)
    if not event or _MARK.get() == (mark := str(event.get("mark"))):
        return None
    _MARK.set(mark)
    return event


def count_edit() -> None:
    """Count an edited table, so that the next one starts clean."""
    EDITS.set(EDITS.get() + 1)


def _is_news(params: dict[str, str]) -> bool:
    """Whether someone opened or edited a link, or went back, and the address is not just an echo of ours.

    Navigation between pages empties the parameters. A browser under fast clicks still sends the address that we have
    replaced a moment ago; that it went back or forward, it says.
    """
    if not params or params == _LAST_URL.get():
        return False
    run = get_script_run_ctx(suppress_warning=True)
    return params not in _REPLACED_URLS.get() or bool(run and run.is_history_navigation)


def _step(source: Slot[_States], target: Slot[_States]) -> None:
    if not source.get():
        return
    current = subject()
    target.set((*target.get(), current))
    *earlier, old = source.get()
    source.set(tuple(earlier))
    SUBJECT.set(replace(_returned(current, old), surgery=old.surgery))


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
