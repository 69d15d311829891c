"""Where a visitor is on a walk: what was on screen before it, which answer is open, where a walk was left."""

from typing import Any

from resnet_viz.subject.subject import Subject
from resnet_viz.ui import state
from resnet_viz.ui.slots import Slot

LEFT_WALK = Slot("left_walk", ("", 1))
"""Which walk was left at which stop; "" if none was."""

_PLACE: Slot[tuple[Subject, str] | None] = Slot("place", None)
_ANSWER = Slot("answer", ("", 0))
_PREDICTION: Slot[tuple[str, int, Any]] = Slot("prediction", ("", 0, None))
_REFUSAL: Slot[tuple[str, int, str]] = Slot("refusal", ("", 0, ""))
_ORDER: Slot[tuple[str, tuple[int, ...]]] = Slot("order", ("", ()))


def step_to(subject: Subject, path: str) -> None:
    """Show a stop of a walk, or what was there before it: a step on a walk is no change that undo takes back."""
    state.SUBJECT.set(subject)
    state.TARGET.set(path)


def keep_place() -> None:
    """Remember what is on screen, for the end of the walk that begins."""
    _PLACE.set((state.subject(), state.PAGE.get()))


def has_place() -> bool:
    """Whether there is something to go back to when the walk ends."""
    return _PLACE.is_set()


def taken_place() -> tuple[Subject, str] | None:
    """Return what was on screen before the walk, and its page, once."""
    return _PLACE.take()


def is_answer_shown(walk: str, stop: int) -> bool:
    """Whether the answer of this stop was asked for."""
    return _ANSWER.get() == (walk, stop)


def show_answer(walk: str, stop: int) -> None:
    """Show the answer of a stop; of stop 0, none."""
    _ANSWER.set((walk, stop))


def set_prediction(walk: str, stop: int, prediction: object) -> None:
    """Remember what was predicted at a stop, until what came of it is there."""
    _PREDICTION.set((walk, stop, prediction))


def prediction(walk: str, stop: int) -> Any | None:
    """Return what was predicted at a stop and waits for what comes of it; None if nothing."""
    name, number, predicted = _PREDICTION.get()
    return predicted if (name, number) == (walk, stop) else None


def set_refusal(walk: str, stop: int, sentence: str) -> None:
    """Remember why what was given at a stop is no prediction; "" for nothing."""
    _REFUSAL.set((walk, stop, sentence))


def refusal(walk: str, stop: int) -> str:
    """Return why what was given at a stop last is no prediction, "" if it was one."""
    name, number, sentence = _REFUSAL.get()
    return sentence if (name, number) == (walk, stop) else ""


def order(place: str, count: int) -> list[int]:
    """Return in which order a visitor has put so many things at a place: as they are given, until they are moved."""
    where, found = _ORDER.get()
    return list(found) if where == place and len(found) == count else list(range(count))


def set_order(place: str, order: list[int]) -> None:
    """Remember in which order things were put at a place."""
    _ORDER.set((place, tuple(order)))
