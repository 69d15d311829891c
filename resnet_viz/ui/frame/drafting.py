"""A stop being written: its question, what it asks for, what is computed for that now, and how it will look."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from resnet_viz.analysis import network
from resnet_viz.errors import ResNetVizError, SpecError
from resnet_viz.lessons.asks import KINDS, MAX_OPTIONS, PICKS, Ask, Kind, expected, read_ask
from resnet_viz.lessons.grounds import Grounds
from resnet_viz.lessons.offered import Kind as OfferedKind
from resnet_viz.lessons.offered import Offered, Place, meant, offered
from resnet_viz.lessons.told import told
from resnet_viz.lessons.walks import Stop
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.reports.sheets import with_unit
from resnet_viz.subject.links import from_params, to_params
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import say, state
from resnet_viz.ui.frame import measuring, pointing
from resnet_viz.ui.slots import Slot

_TOLERANCES = (0.0, 0.05, 0.1, 0.25, 0.5)
_LEAST_ROWS = 2
_NOTHING = "nothing"
_EXAMPLES = ("`difference(stages.4.blocks=7, macs)`", "`after(input=128, parameters)`", "`of(keras-v1, biases)`")

Put = Callable[[int | None, Stop], None]


class Draft(NamedTuple):
    """A stop that is being written.

    Attributes:
        place: Which of the walk it is; None for a new one.
        stop: As it was.
    """

    place: int | None
    stop: Stop


_DRAFT: Slot[Draft | None] = Slot("draft", None)


def begin(index: int | None, stop: Stop | None) -> None:
    """Open a stop to be written: a new one at the view on screen, or one of the walk."""
    old = stop or Stop(state.PAGE.get(), _here(), "", "")
    _DRAFT.set(Draft(index, old))
    ask = old.ask
    fields: dict[str, Any] = {
        "question": old.question,
        "answer": old.answer,
        "kind": ask.kind if ask else _NOTHING,
        "quantity": (ask.quantity if ask else "") or None,
        "tolerance": ask.tolerance if ask else 0.0,
        "pick": ask.pick if ask else PICKS[0],
        "here": False,
        "came_here": False,
    }
    for name, rows in (("option", ask.options if ask else ()), ("mistake", ask.mistakes if ask else ())):
        for row in range(MAX_OPTIONS):
            text, quantity = (rows[row].text, rows[row].quantity) if row < len(rows) else ("", None)
            fields |= {f"{name}_text_{row}": text, f"{name}_quantity_{row}": quantity}
    for name, value in fields.items():
        state.bind(f"draft_{name}", value)


def show(put: Put) -> None:
    """Draw the stop that is being written, if one is, over the page."""
    draft = _DRAFT.get()
    if draft is None:
        return
    title = _("A new stop at this view") if draft.place is None else _("Stop {n}").format(n=draft.place + 1)
    st.dialog(title, width="large", on_dismiss=_close)(_show)(draft, put)


def _close() -> None:
    _DRAFT.take()


def _show(draft: Draft, put: Put) -> None:
    st.text_area(_("Question"), key="draft_question", max_chars=500, height=70)
    if draft.place is not None:
        with st.container(horizontal=True):
            st.toggle(_("Ask it at the view on screen"), key="draft_here")
            st.toggle(_("Show what came at the view on screen"), key="draft_came_here")
    stop = _placed(draft)
    subject, _problems = from_params(dict(stop.params))
    grounds = Grounds(network(subject.spec), run=lambda: measuring.facts(subject.train.run))
    choices = offered(grounds, _place(subject, stop.page))
    _show_ask(choices)
    st.text_area(_("What is told afterwards"), key="draft_answer", max_chars=1500, height=70)
    try:
        ask = _ask(choices)
        right = _right(ask, grounds) if ask else ""
    except ResNetVizError as error:
        say.info(str(error))
        return
    made = stop._replace(question=_typed("question"), answer=_typed("answer"), ask=ask)
    _show_preview(made, right, grounds)
    if st.button(_("Keep this stop"), key="draft_keep", type="primary"):
        _put_or_say(put, draft.place, made)
        _close()
        st.rerun()


def _put_or_say(put: Put, index: int | None, stop: Stop) -> None:
    try:
        put(index, stop)
    except ResNetVizError as error:
        state.add_problem(str(error))


def _placed(draft: Draft) -> Stop:
    """Return the stop at its view: as it was, or the one on screen."""
    stop, here = draft.stop, Stop(state.PAGE.get(), _here(), "", "")
    asked = stop._replace(page=here.page, params=here.params) if state.typed_or("draft_here", False) else stop
    return asked._replace(run=here.link) if state.typed_or("draft_came_here", False) else asked


def _place(subject: Subject, page: str) -> Place:
    """Return what is looked at there: of a run, the networks that it measured."""
    run = subject.train.run if page == "train" else ""
    try:
        networks = tuple(measuring.facts(run).accuracies) if run else ()
    except LookupError:
        networks = ()
    return Place(subject.layer, subject.block.name, subject.block.stage, page, networks)


def _here() -> tuple[tuple[str, str], ...]:
    return tuple(to_params(state.subject().as_stop()).items())


def _typed(name: str) -> Any:
    return state.typed_or(f"draft_{name}", "")


# --- What it asks for ------------------------------------------------------------------------------------------------


def _show_ask(choices: Mapping[str, Offered]) -> None:
    names = {
        _NOTHING: _("nothing"),
        "number": _("a number"),
        "choice": _("one of several"),
        "order": _("an order"),
        "place": _("a place in the picture"),
        "words": _("their own words"),
    }
    st.segmented_control(
        _("Asks for"), [_NOTHING, *KINDS], key="draft_kind", format_func=names.__getitem__, required=True
    )
    kind = _typed("kind")
    of_kind: OfferedKind = "place" if kind == "place" else "number"
    if kind in ("number", "place"):
        st.markdown(
            _("What is right is computed, for whichever network the lesson runs on."),
            help=_("What the list does not hold can be written: {examples}.").format(examples=joined(_EXAMPLES)),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _show_quantity(_("What is right"), "draft_quantity", choices, of_kind)
            if kind == "number":
                st.selectbox(
                    _("How near is near enough"), _TOLERANCES, key="draft_tolerance", format_func=_near, width=210
                )
        _show_rows("mistake", _("A wrong answer that many give"), _("What to say to it"), choices, of_kind, least=1)
    elif kind in ("choice", "order"):
        texts = {"largest": _("the largest first"), "smallest": _("the smallest first")}
        if kind == "choice":
            texts = {"largest": _("the largest is right"), "smallest": _("the smallest is right")}
        st.segmented_control(_("Of these"), PICKS, key="draft_pick", format_func=texts.__getitem__, required=True)
        _show_rows("option", _("What it comes to"), _("What is read"), choices, of_kind, least=_LEAST_ROWS)


def _near(share: float) -> str:
    return _("within {n} %").format(n=round(100 * share)) if share else _("exactly")


def _show_quantity(label: str, key: str, choices: Mapping[str, Offered], kind: OfferedKind) -> None:
    """Draw the list of quantities by what they mean, each with today's value; any other may be written."""
    own = state.typed_or(key, None)
    known = [name for name, found in choices.items() if found.kind == kind]
    st.selectbox(
        label,
        [*known, *([own] if own and own not in known else [])],
        key=key,
        index=None,
        on_change=_take_meant,
        args=(key, {name: _label(name, choices) for name in known}),
        format_func=lambda name: _label(name, choices),
        accept_new_options=True,
        placeholder=_("search, or write one such as macs(4f)"),
    )


def _take_meant(key: str, labels: Mapping[str, str]) -> None:
    """Take what was typed for what it means in the list: Enter takes the text as it is."""
    if typed := state.typed(key):
        state.bind(key, meant(typed, labels))


def _label(name: str, choices: Mapping[str, Offered]) -> str:
    found = choices.get(name)
    if found is None:
        return name
    now = _("measured when it runs") if found.value is None else with_unit(found.value)
    return joined([found.meaning, now], ": ")


def _show_rows(
    kind: str, first: str, second: str, choices: Mapping[str, Offered], of_kind: OfferedKind, *, least: int
) -> None:
    """Draw rows of a quantity and a text: as many as are filled, and one more."""
    filled = sum(bool(_typed(f"{kind}_quantity_{row}")) for row in range(MAX_OPTIONS))
    for row in range(min(MAX_OPTIONS, max(least, filled + 1))):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _show_quantity(first, f"draft_{kind}_quantity_{row}", choices, of_kind)
            st.text_input(second, key=f"draft_{kind}_text_{row}", max_chars=300)


def _ask(choices: Mapping[str, Offered]) -> Ask | None:
    """Return what the fields ask for, checked as a file is.

    Raises:
        SpecError: If something lacks, or there is no such quantity.
    """
    kind: Kind | str = _typed("kind")
    if kind == _NOTHING:
        return None
    data: dict[str, Any] = {"kind": kind}
    if kind in ("number", "place") and not _typed("quantity"):
        raise SpecError(_("Choose what is right."))
    if kind in ("choice", "order") and len(_rows("option", choices)) < _LEAST_ROWS:
        raise SpecError(_("Choose at least two things to compare."))
    if kind in ("number", "place"):
        data |= {"quantity": _typed("quantity") or "", "mistakes": _rows("mistake", choices)}
    if kind == "number":
        data["tolerance"] = _typed("tolerance")
    if kind in ("choice", "order"):
        data |= {"pick": _typed("pick"), "options": _rows("option", choices)}
    return read_ask(data)


def _rows(kind: str, choices: Mapping[str, Offered]) -> list[dict[str, str]]:
    """Return the rows that are filled; a text that nobody wrote is what the quantity means."""
    found = []
    for row in range(MAX_OPTIONS):
        quantity, text = _typed(f"{kind}_quantity_{row}"), _typed(f"{kind}_text_{row}").strip()
        if quantity:
            meant = choices[quantity].meaning if quantity in choices else quantity
            found.append({"quantity": quantity, "text": text or meant})
    return found


# --- How it will look ------------------------------------------------------------------------------------------------


def _right(ask: Ask, grounds: Grounds) -> str:
    """Return what is right now.

    Raises:
        SpecError: If that cannot be computed for this network.
    """
    try:
        right = expected(ask, grounds)
    except LookupError:
        return _("measured when it runs")
    if not ask.options:
        return joined(with_unit(found) for _text, found in right)
    return joined(f"{text} ({with_unit(found)})" for text, found in right)


def _show_preview(stop: Stop, right: str, grounds: Grounds) -> None:
    with st.container(key="draft_preview", gap="small"):
        pointing.show(told(stop.question, stop, grounds) or "…")
        if right:
            st.markdown(say.plain(_("What comes here and now: {text}.").format(text=right)))
        if stop.answer:
            pointing.show(told(stop.answer, stop, grounds))
