"""What a stop asks for, and what a prediction is worth beside what is computed. No right answer is typed anywhere."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.language import MAX_CHARACTERS
from resnet_viz.lessons.quantities import Need, amount_of, needs, value
from resnet_viz.messages import gettext as _
from resnet_viz.spec.graph import LayerGraph
from resnet_viz.spec.rules import between, one_of

Kind = Literal["number", "choice", "order", "place", "words"]
KINDS: tuple[Kind, ...] = ("number", "choice", "order", "place", "words")
Pick = Literal["largest", "smallest"]
PICKS: tuple[Pick, ...] = ("largest", "smallest")

MAX_OPTIONS = 8
MAX_TEXT = 300
FEWEST = 2
"""A choice of one is none."""


class Option(NamedTuple):
    """An answer to choose, or a thing to put in order.

    Attributes:
        text: What is read.
        quantity: What it comes to.
    """

    text: str
    quantity: str


class Mistake(NamedTuple):
    """A wrong answer that many give, and what to say to it.

    Attributes:
        quantity: What that answer is.
        text: What was left out or mixed up.
    """

    quantity: str
    text: str


@dataclass(frozen=True)
class Ask:
    """What a stop asks for.

    Attributes:
        kind: A number, one of several, an order, a place in the network, or words (kept, not judged).
        quantity: Of a number or a place: what is computed.
        tolerance: Of a number: the share of the right one that it may be off; 0 for exactly.
        options: Of a choice or an order.
        pick: Of a choice: the option with the largest or smallest quantity is right; of an order: which comes first.
        mistakes: Of a number or a place.
    """

    kind: Kind
    quantity: str = ""
    tolerance: float = 0.0
    options: tuple[Option, ...] = ()
    pick: Pick = PICKS[0]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def needs(self) -> frozenset[Need]:
        """What must be measured before a prediction is judged."""
        asked = [self.quantity, *(option.quantity for option in self.options), *(m.quantity for m in self.mistakes)]
        return frozenset().union(*(needs(quantity) for quantity in asked if quantity))


class Judgement(NamedTuple):
    """A prediction beside what is computed.

    Attributes:
        is_right: Whether it is; None for words, which nobody judges.
        right: What is right: a value; of a choice its text; of an order the texts in order.
        remark: What to say to a known mistake.
    """

    is_right: bool | None
    right: Value | str | tuple[str, ...]
    remark: str = ""


def judge(ask: Ask, prediction: Any, grounds: Grounds) -> Judgement:
    """Return what a prediction is worth on these grounds.

    Args:
        ask: What was asked.
        prediction: Of a number a number; of a place its name, of a cell ``LAYER:ROW.COLUMN``; of a choice an option's text; of an order their texts.
        grounds: The network and the measurements that `Ask.needs` names.

    Raises:
        SpecError: If the prediction has another form, or a quantity cannot be computed for this network.
    """
    return _JUDGES[ask.kind](ask, prediction, grounds)


def expected(ask: Ask, grounds: Grounds) -> list[tuple[str, Value]]:
    """Return what is right: of a number or place its value, of a choice or an order the options in order; nothing of words.

    Raises:
        SpecError: If a quantity cannot be computed for this network.
    """
    if ask.quantity:
        return [("", value(ask.quantity, grounds))]
    return [(option.text, value(option.quantity, grounds)) for option in _in_order(ask, grounds)]


def _number(ask: Ask, prediction: Any, grounds: Grounds) -> Judgement:
    if isinstance(prediction, bool) or not isinstance(prediction, (int, float)) or not math.isfinite(prediction):
        raise SpecError(broken_rule("prediction", _("a number"), prediction))
    right = value(ask.quantity, grounds)
    if _is_near(prediction, amount_of(ask.quantity, grounds), ask.tolerance):
        return Judgement(True, right)
    known = (m.text for m in ask.mistakes if _is_near(prediction, amount_of(m.quantity, grounds), ask.tolerance))
    return Judgement(False, right, next(known, ""))


def _is_near(prediction: float, right: float, tolerance: float) -> bool:
    return math.isclose(prediction, right, rel_tol=max(tolerance, 1e-9), abs_tol=0.0)


def _place(ask: Ask, prediction: Any, grounds: Grounds) -> Judgement:
    if not isinstance(prediction, str):
        raise SpecError(broken_rule("prediction", _("a layer or a block"), prediction))
    right = value(ask.quantity, grounds)
    pointed = _of_kind(prediction, right, grounds.summary.graph)
    known = (m.text for m in ask.mistakes if pointed in _places(value(m.quantity, grounds)))
    is_right = pointed in _places(right)
    return Judgement(is_right, right, "" if is_right else next(known, ""))


def _places(found: Value) -> list[str]:
    """Return the places that a value names: of a cell there may be several that are meant alike."""
    return str(found.amount).split()


def _of_kind(prediction: str, right: Value, graph: LayerGraph) -> str:
    """Return what was pointed at as what is asked for: of a layer its block, where a block is.

    Raises:
        SpecError: If a layer or a cell is asked for and none was pointed at.
    """
    if right.unit == "cell":
        if ":" not in prediction:
            raise SpecError(broken_rule(_("answer"), _("a cell: click one in the map"), prediction))
        return prediction
    if right.amount in graph.block_by_name:
        block = graph.block_by_name.get(prediction) or graph.block_of(prediction)
        return block.name if block else prediction
    if prediction in graph.block_by_name:
        raise SpecError(broken_rule(_("answer"), _("one layer: open the block and click a layer in it"), prediction))
    return prediction


def _choice(ask: Ask, prediction: Any, grounds: Grounds) -> Judgement:
    one_of("prediction", prediction, tuple(option.text for option in ask.options))
    ordered = _in_order(ask, grounds)
    best = amount_of(ordered[0].quantity, grounds)
    chosen = next(option for option in ask.options if option.text == prediction)
    return Judgement(amount_of(chosen.quantity, grounds) == best, ordered[0].text)


def _order(ask: Ask, prediction: Any, grounds: Grounds) -> Judgement:
    texts = [option.text for option in ask.options]
    if not isinstance(prediction, Sequence) or sorted(map(str, prediction)) != sorted(texts):
        raise SpecError(broken_rule("prediction", _("each of them once"), prediction))
    amounts = {option.text: amount_of(option.quantity, grounds) for option in ask.options}
    ordered = _in_order(ask, grounds)
    # Equal ones may stand either way round.
    is_right = [amounts[text] for text in prediction] == [amounts[option.text] for option in ordered]
    return Judgement(is_right, tuple(option.text for option in ordered))


def _words(_ask: Ask, prediction: Any, _grounds: Grounds) -> Judgement:
    return Judgement(None, str(prediction))


def _in_order(ask: Ask, grounds: Grounds) -> list[Option]:
    return sorted(ask.options, key=lambda option: amount_of(option.quantity, grounds), reverse=ask.pick == "largest")


_JUDGES: dict[Kind, Callable[[Ask, Any, Grounds], Judgement]] = {
    "number": _number,
    "place": _place,
    "choice": _choice,
    "order": _order,
    "words": _words,
}


def read_ask(data: Any) -> Ask:
    """Return what a lesson's file asks for; every quantity in it is one that exists.

    Raises:
        SpecError: If the data has another form, or asks for what cannot be computed.
    """
    rule = _("a mapping with `kind` and what belongs to that kind")
    if not isinstance(data, dict) or not set(data) <= {"kind", "quantity", "tolerance", "options", "pick", "mistakes"}:
        raise SpecError(broken_rule("ask", rule, str(data)[:60]))
    tolerance = data.get("tolerance", 0.0)
    one_of("kind", data.get("kind"), KINDS)
    one_of("pick", data.get("pick", PICKS[0]), PICKS)
    kind, pick = KINDS[KINDS.index(data["kind"])], PICKS[PICKS.index(data.get("pick", PICKS[0]))]
    between("tolerance", tolerance, 0.0, 1.0)
    options = tuple(Option(*pair) for pair in _pairs(data.get("options", []), rule))
    mistakes = tuple(Mistake(quantity, text) for text, quantity in _pairs(data.get("mistakes", []), rule))
    ask = Ask(kind, _quantity(data.get("quantity", ""), rule), tolerance, options, pick, mistakes)
    if (kind in ("number", "place")) != bool(ask.quantity) or (kind in ("choice", "order")) != (len(options) >= FEWEST):
        raise SpecError(broken_rule("ask", rule, str(data)[:60]))
    return ask


def written(ask: Ask) -> dict[str, Any]:
    """Return an ask as a file has it; `read_ask` reads it back."""
    found: dict[str, Any] = {"kind": ask.kind}
    if ask.quantity:
        found["quantity"] = ask.quantity
    if ask.tolerance:
        found["tolerance"] = ask.tolerance
    if ask.options:
        found |= {"pick": ask.pick, "options": [option._asdict() for option in ask.options]}
    if ask.mistakes:
        found["mistakes"] = [mistake._asdict() for mistake in ask.mistakes]
    return found


def _pairs(data: Any, rule: str) -> list[tuple[str, str]]:
    if not isinstance(data, list) or len(data) > MAX_OPTIONS:
        raise SpecError(broken_rule("ask", _("at most {n} options").format(n=MAX_OPTIONS), str(data)[:60]))
    found = []
    for item in data:
        text = item.get("text") if isinstance(item, dict) else None
        if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
            raise SpecError(broken_rule("ask", rule, str(item)[:60]))
        found.append((text, _quantity(item.get("quantity"), rule, is_needed=True)))
    return found


def _quantity(text: Any, rule: str, *, is_needed: bool = False) -> str:
    """Return a quantity's text if there is such a quantity; which layers it names is seen when it is computed."""
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS or (is_needed and not text):
        raise SpecError(broken_rule("ask", rule, str(text)[:60]))
    if text:
        needs(text)
    return text
