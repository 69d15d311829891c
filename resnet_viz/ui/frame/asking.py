"""A stop that asks first: the field for a prediction, and the prediction beside what came."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import streamlit as st

from resnet_viz.errors import ResNetVizError, SpecError, shown
from resnet_viz.lessons.asks import Ask, Judgement, Kind, judge
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.progress import Answered, now
from resnet_viz.lessons.quantities import value
from resnet_viz.lessons.told import place_text, text_of, this_or
from resnet_viz.lessons.walks import Stop
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec.rules import real_of
from resnet_viz.ui import kept, resolving, say, state
from resnet_viz.ui.frame import measuring, ordering, walking

_CELL = re.compile(r"\w+:\d+\.\d+", re.ASCII)

_FIELD = "lesson_answer"
# What people write between the digits of a number, and behind it; their minus.
_BETWEEN = str.maketrans({"−": "-", **dict.fromkeys("\u00a0\u202f '%×", "")})
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)


def show(name: str, stop: Stop, number: int, after: Callable[[], None]) -> bool:
    """Draw the field, or what came of the prediction; return whether the stop's answer may be told.

    Args:
        name: The lesson.
        stop: A stop that asks.
        number: Its number.
        after: Goes to the state in which it is seen what came, once a prediction is made.
    """
    ask = _ask_of(stop)
    answered = kept.progress().at(name, number)
    predicted = walking.prediction(name, number)
    waiting, done = ("cell", "pointed") if _asks_cell(ask) else ("answer", "answered")
    state.ASKED.set(done if answered else waiting)
    if answered is not None:
        # The style sheet brings forward, beside the picture, what was asked for.
        asked_for = ask.quantity.partition("(")[0]
        with st.container(key=f"came_{asked_for or ask.kind}"):
            _show_both(ask, answered)
        if measuring.is_known(stop):
            return True
        st.markdown(_("Now it is measured …"))
        return False
    if predicted is None:
        _show_field(name, stop, number, after)
    else:
        st.markdown(_("You said: {text}. Now it is measured …").format(text=say.plain(_written(predicted))))
    return False


def measure(name: str, stop: Stop, number: int) -> bool:
    """Measure what a stop waits for, and return whether the page is to be drawn anew with it.

    Called behind the page, which needs the same maps and draws how they come.
    """
    if stop.ask is None:
        return False
    is_answered = kept.progress().at(name, number) is not None
    if not is_answered:
        predicted = walking.prediction(name, number)
        if predicted is None or not _found(name, stop, number, predicted):
            return False
    return measuring.measure(stop) or not is_answered


def _asks_cell(ask: Ask) -> bool:
    """Return whether a cell is to be pointed at, not a layer or a block."""
    return ":" in _right_place(ask)


def _show_field(name: str, stop: Stop, number: int, after: Callable[[], None]) -> None:
    ask, args = _ask_of(stop), (name, stop, number, after)
    told: dict[str, Any] = {"key": "lesson_submit", "type": "primary", "on_click": _commit, "args": args}
    row = partial(st.container, horizontal=True, vertical_alignment="center", gap="small")
    if ask.kind in _TYPED:
        with st.form("lesson", border=False), row():
            _TYPED[ask.kind](ask)
            st.form_submit_button(_("This is my answer"), **told)
            _show_refusal(name, number)
        return
    with row():
        is_ready = True
        if ask.kind == "order":
            ordering.show(ask, f"{name}/{number}")
        else:
            is_ready = _show_place(ask)
        st.button(_("This is my answer"), disabled=not is_ready, **told)
        _show_refusal(name, number)


def _show_refusal(name: str, number: int) -> None:
    """Say beside the field why what was in it is no answer."""
    if sentence := walking.refusal(name, number):
        with st.container(key="walk_refused", width="content"):
            say.warning(sentence)


def _ask_of(stop: Stop) -> Ask:
    return cast("Ask", stop.ask)  # the callers ask


def _show_number(_ask: Ask) -> None:
    st.text_input(_("Your answer"), key=_FIELD, placeholder=_("a number"), label_visibility="collapsed", width=180)


def _show_choice(ask: Ask) -> None:
    st.radio(
        _("Your answer"),
        [option.text for option in ask.options],
        index=None,
        key=_FIELD,
        format_func=lambda text: say.plain(_(text)),
        horizontal=True,
        label_visibility="collapsed",
    )


def _show_place(ask: Ask) -> bool:
    """Say what is pointed at; return whether it is of the kind that is asked for."""
    pointed = _pointed(ask)
    told = _("Chosen: {place}.").format(place=say.code(place_text(pointed))) if pointed else ""
    hint = _hint(ask, pointed)
    st.markdown(joined(filter(None, (told, hint or _("Click another to change it."))), " "), width="content")
    return not hint


def _hint(ask: Ask, pointed: str) -> str:
    """Return what is to be pointed at instead, "" if this will do."""
    if not pointed:
        return _("Click a cell in the map.")
    graph = state.subject().summary.graph
    if pointed in graph.block_by_name and _right_place(ask) in graph.by_id:
        return _("That is a block: click one layer.")
    return ""


def _right_place(ask: Ask) -> str:
    """Return the name of the place that is asked for, as far as it is known unmeasured."""
    if ask.kind != "place" or ask.needs:
        return ""
    try:
        return str(value(ask.quantity, Grounds(state.subject().summary)).amount)
    except ResNetVizError:
        return ""


def _pointed(ask: Ask) -> str:
    """Return the layer, block or cell that is pointed at; "" if no cell is."""
    subject = state.subject()
    if not _asks_cell(ask):
        return subject.node
    node, _colon, place = subject.activations.pixel.partition(":")
    return f"{node}:{place.rpartition('.')[0]}" if place else ""


def _show_words(_ask: Ask) -> None:
    st.text_input(
        _("Your answer"), key=_FIELD, placeholder=_("in your own words"), max_chars=500, label_visibility="collapsed"
    )


_TYPED: Mapping[Kind, Callable[[Ask], None]] = {"number": _show_number, "choice": _show_choice, "words": _show_words}
"""What is typed or chosen, and sent with its button or the Enter key; the others are done in a picture."""


def _commit(name: str, stop: Stop, number: int, after: Callable[[], None]) -> None:
    """Take the prediction, before anything is shown; what is none is said in a sentence.

    What needs no measurement is judged now: what the stop runs may change the network it was asked about.
    """
    ask = _ask_of(stop)
    try:
        predicted = _predicted(ask, f"{name}/{number}")
        if not ask.needs:
            _keep(name, stop, number, predicted, judge(ask, predicted, Grounds(state.subject().summary)))
    except SpecError as error:
        walking.set_refusal(name, number, str(error))
        return
    walking.set_refusal(name, number, "")
    walking.set_prediction(name, number, predicted)
    after()


def _predicted(ask: Ask, place: str) -> Any:
    """Return what is in the field.

    Raises:
        SpecError: If nothing is, or no number where one is asked for.
    """
    if ask.kind == "place":
        return _pointed(ask)
    if ask.kind == "order":
        return [ask.options[index].text for index in walking.order(place, len(ask.options))]
    given = state.typed(_FIELD)
    if not given:
        raise SpecError(_("Choose an answer first.") if ask.kind == "choice" else _("Write an answer first."))
    if ask.kind != "number":
        return given
    found = real_of(_digits(str(given)))
    if found is None:
        sentence = _("This is no number: {text}. Write digits, such as 12 or 0.5.")
        raise SpecError(sentence.format(text=shown(given)))
    return found


def _digits(text: str) -> str:
    """Return a number as people write it in digits alone: a comma parts thousands, or else begins the decimals.

    >>> _digits("1,234.5"), _digits("12,345,678"), _digits("0,5"), _digits("1,5 %"), _digits("−3 ×")
    ('1234.5', '12345678', '0.5', '1.5', '-3')
    """
    bare = text.translate(_BETWEEN)
    return bare.replace(",", "" if _THOUSANDS.fullmatch(bare) else ".")


def _found(name: str, stop: Stop, number: int, predicted: Any) -> bool:
    """Keep the prediction and what came; return whether anything did."""
    try:
        judgement = judge(_ask_of(stop), predicted, measuring.grounds(resolving.trial()))
    except LookupError:  # that is drawn where it is asked
        return False
    except SpecError as error:
        say.info(str(error))
        return False
    _keep(name, stop, number, predicted, judgement)
    return True


def _keep(name: str, stop: Stop, number: int, predicted: Any, judgement: Judgement) -> None:
    link = stop.run or stop.link
    # In the reader's language, as the rest of what is kept: it goes into files as it is.
    remark = _(judgement.remark) if judgement.remark else ""
    answered = Answered(_written(predicted), _came(judgement), remark, link, now())
    kept.keep_progress(kept.progress().with_answer(name, number, answered))


def _written(predicted: Any) -> str:
    if isinstance(predicted, float):
        return text_of(Value(predicted))
    if isinstance(predicted, str):
        return place_text(predicted) if _CELL.fullmatch(predicted) else _(predicted)
    return joined(_(text) for text in predicted)


def _came(judgement: Judgement) -> str:
    right = judgement.right
    if isinstance(right, Value):
        return this_or(right) if judgement.is_right and right.unit == "cell" else text_of(right)
    return _(right) if isinstance(right, str) else joined(_(text) for text in right)


def _show_both(ask: Ask, answered: Answered) -> None:
    said = _("You said: {text}.").format(text=answered.prediction.rstrip(".。"))
    if ask.kind == "words":
        st.markdown(say.plain(said))
        return
    is_same = answered.prediction == answered.came
    came = _("That is what came.") if is_same else _("What came: {text}.").format(text=answered.came)
    remark = _(answered.remark) if answered.remark else ""
    st.markdown(f"**{say.plain(f'{said} {came}')}** {say.plain(remark)}")
