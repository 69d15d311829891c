"""A stop that asks first: the field for a prediction, and the prediction beside what came."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons.asks import Ask, Judgement, Kind, judge
from resnet_viz.lessons.grounds import Array, Grounds, RunFacts, Value
from resnet_viz.lessons.progress import Answered, now
from resnet_viz.lessons.told import text_of
from resnet_viz.lessons.walks import Stop
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec.rules import real_of
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.trial import Trial
from resnet_viz.training.conclusions import facts_of
from resnet_viz.ui import kept, resolving, say, state
from resnet_viz.ui.frame import walking
from resnet_viz.ui.run_source import watched
from resnet_viz.ui.shared import forward, prediction

T = TypeVar("T")

_FIELD = "lesson_answer"
# What people write between the digits of a number, and behind it.
_BETWEEN = str.maketrans("", "", ",\u00a0 '%×")


def show(name: str, stop: Stop, number: int, after: Callable[[], None]) -> bool:
    """Draw the field, or what came of the prediction; return whether the stop's answer may be told.

    Args:
        name: The lesson.
        stop: A stop that asks.
        number: Its number.
        after: Goes to the state in which it is seen what came, once a prediction is made.
    """
    ask = stop.ask
    assert ask is not None  # noqa: S101 - the caller asks
    answered = kept.progress().at(name, number)
    predicted = walking.prediction(name, number)
    if answered is None and predicted is not None and not ask.needs:
        answered = _found(name, stop, number, predicted)
    if answered is not None:
        _show_both(ask, answered)
        return True
    if predicted is None:
        _show_field(name, ask, number, after)
    else:
        st.markdown(_("You said: {text}. Now it is measured …").format(text=say.plain(_written(predicted))))
    return False


def measure(name: str, stop: Stop, number: int) -> bool:
    """Measure what a stop waits for, and return whether the page is to be drawn anew with it.

    Called behind the page, which needs the same maps and draws how they come.
    """
    predicted = walking.prediction(name, number)
    if stop.ask is None or predicted is None or kept.progress().at(name, number):
        return False
    return _found(name, stop, number, predicted) is not None


def facts(run_id: str) -> RunFacts:
    """Return what a run came to.

    Raises:
        LookupError: If it is not there any more.
    """
    found = watched(run_id)
    if found is None:
        raise LookupError(run_id)
    return facts_of(found.record, found.metrics)


def _show_field(name: str, ask: Ask, number: int, after: Callable[[], None]) -> None:
    with st.form("lesson", border=False), st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _FIELDS[ask.kind](ask)
        st.form_submit_button(
            _("This is my answer"),
            key="lesson_submit",
            type="primary",
            on_click=_commit,
            args=(name, ask, number, after),
        )


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


def _show_order(ask: Ask) -> None:
    first = _("Choose them one after another, the largest first.")
    if ask.pick == "smallest":
        first = _("Choose them one after another, the smallest first.")
    texts = [option.text for option in ask.options]
    st.multiselect(_("Your answer"), texts, key=_FIELD, format_func=_, placeholder=first, label_visibility="collapsed")


def _show_place(_ask: Ask) -> None:
    st.markdown(_("You point at {place}.").format(place=say.code(state.subject().node)), width="content")


def _show_words(_ask: Ask) -> None:
    st.text_input(
        _("Your answer"), key=_FIELD, placeholder=_("in your own words"), max_chars=500, label_visibility="collapsed"
    )


_FIELDS: dict[Kind, Callable[[Ask], None]] = {
    "number": _show_number,
    "choice": _show_choice,
    "order": _show_order,
    "place": _show_place,
    "words": _show_words,
}


def _commit(name: str, ask: Ask, number: int, after: Callable[[], None]) -> None:
    """Take the prediction, before anything is shown; what is none is said in a sentence."""
    try:
        predicted = _predicted(ask)
    except SpecError as error:
        state.add_problem(str(error))
        return
    walking.set_prediction(name, number, predicted)
    after()


def _predicted(ask: Ask) -> Any:
    """Return what is in the field.

    Raises:
        SpecError: If nothing is, or no number where one is asked for.
    """
    if ask.kind == "place":
        return state.subject().node
    given = state.typed(_FIELD)
    if ask.kind == "number":
        found = real_of(str(given or "").translate(_BETWEEN).replace("−", "-"))
        if found is None:
            raise SpecError(broken_rule(_("answer"), _("a number"), given))
        return found
    if not given or (ask.kind == "order" and len(given) < len(ask.options)):
        rule = _("all of them, in order") if ask.kind == "order" else _("given before the evidence is shown")
        raise SpecError(broken_rule(_("answer"), rule, given))
    return given


def _found(name: str, stop: Stop, number: int, predicted: Any) -> Answered | None:
    """Return the prediction and what came, and keep both; None where nothing came: that is drawn where it is asked."""
    assert stop.ask is not None  # noqa: S101 - the caller asks
    try:
        judgement = judge(stop.ask, predicted, _grounds(resolving.trial()))
    except LookupError:
        return None
    except SpecError as error:
        say.info(str(error))
        return None
    answered = Answered(_written(predicted), _came(judgement), judgement.remark, stop.run or stop.link, now())
    kept.keep_progress(kept.progress().with_answer(name, number, answered))
    return answered


def _grounds(trial: Trial) -> Grounds:
    """Return what is on show, to be measured here and now."""

    def maps(nodes: Sequence[str]) -> dict[str, Array]:
        return _there(forward.maps_of(trial, nodes))

    def probabilities(surgery: str) -> Array:
        return _there(prediction.probabilities_of(trial.having(surgery=surgery_of(surgery, trial.summary))))

    return Grounds(trial.summary, maps, probabilities, lambda: facts(state.subject().train.run))


def _there(found: T | None) -> T:
    if found is None:
        raise LookupError(found)
    return found


def _written(predicted: Any) -> str:
    if isinstance(predicted, float):
        return text_of(Value(predicted))
    return _(predicted) if isinstance(predicted, str) else joined(_(text) for text in predicted)


def _came(judgement: Judgement) -> str:
    right = judgement.right
    if isinstance(right, Value):
        return text_of(right)
    return _(right) if isinstance(right, str) else joined(_(text) for text in right)


def _show_both(ask: Ask, answered: Answered) -> None:
    said = _("You said: {text}.").format(text=answered.prediction)
    if ask.kind == "words":
        st.markdown(say.plain(said))
        return
    is_same = answered.prediction == answered.came
    came = _("That is what came.") if is_same else _("What came: {text}.").format(text=answered.came)
    remark = _(answered.remark) if answered.remark else ""
    st.markdown(f"**{say.plain(f'{said} {came}')}** {say.plain(remark)}")
