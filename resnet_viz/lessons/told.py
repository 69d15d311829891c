"""The numbers that a stop tells, put into its texts when they are told: no text of a shipped walk has one of its own.

A text says ``{layers}``, and the stop says which quantity that is. So a walk cannot claim what the networks, the runs or
the papers do not say, in any language.
"""

import re
from collections.abc import Mapping

from resnet_viz.errors import ResNetVizError
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.quantities import value
from resnet_viz.lessons.walks import Stop
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.viz.words import number_text, percent_text, short_bytes

_NAMED = re.compile(r"\{(\w+)\}", re.ASCII)
_BREAKS = re.compile(r"[^\S\u00a0]+")


def told(text: str, stop: Stop, grounds: Grounds, measured: Mapping[str, Value] | None = None) -> str:
    """Return a text of a stop with its numbers.

    Args:
        text: The question or the answer.
        stop: Which says what its names stand for.
        grounds: What they are computed from.
        measured: Those that were measured already, by quantity.

    A name without a quantity, and one whose quantity does not exist on these grounds, stays as it is written: a walk is
    anybody's file.
    """
    quantities = dict(stop.numbers)

    def number(found: re.Match[str]) -> str:
        if found[1] not in quantities:
            return found[0]
        try:
            quantity = quantities[found[1]]
            return text_of((measured or {}).get(quantity) or value(quantity, grounds))
        except (ResNetVizError, LookupError):
            return found[0]

    return _NAMED.sub(number, text)


def in_one_line(text: str) -> str:
    r"""Return a text without breaks of lines; a number keeps its unit beside it.

    >>> in_one_line("It has\n  95\xa0% right. ")
    'It has 95\xa0% right.'
    """
    return _BREAKS.sub(" ", text).strip(" ")


def text_of(found: Value) -> str:
    r"""Return a value as texts write it.

    >>> text_of(Value(1234)), text_of(Value("3b", "place")), text_of(Value(27.94, "percent", 2))
    ('1,234', '3b', '27.94\xa0%')
    >>> text_of(Value(-93.71, "points")), text_of(Value(-0.001, "points"))
    ('−93.7', '0.0')
    """
    amount = found.amount
    if isinstance(amount, str):
        return _any_of(amount.split()) if found.unit == "cell" else amount
    if found.unit == "bytes":
        return short_bytes(int(amount))
    if found.unit == "percent":
        return f"{amount:.{found.digits}f}\u00a0%" if found.digits else percent_text(amount / 100)
    if found.unit == "points":
        return f"{round(amount, 1) + 0.0:.1f}".replace("-", "−")
    return f"{int(amount):,}".replace("-", "−") if float(amount).is_integer() else number_text(amount, 3)


def _any_of(cells: list[str]) -> str:
    place = place_text(cells[0])
    if len(cells) == 1:
        return place
    return _("for example {place}; there are {n} such cells").format(place=place, n=f"{len(cells):,}")


def this_or(found: Value) -> str:
    """Return several cells as told to who pointed at one of them."""
    others = len(str(found.amount).split()) - 1
    return ngettext("this cell, or {n} other", "this cell, or {n} others", others).format(n=f"{others:,}")


def place_text(name: str) -> str:
    """Return a layer, a block or a cell as texts name it.

    >>> place_text("3b"), place_text("res3d_out:0.1")
    ('3b', 'row 0, column 1 of res3d_out')
    """
    node, _colon, cell = name.partition(":")
    row, _dot, column = cell.partition(".")
    return _("row {row}, column {column} of {layer}").format(row=row, column=column, layer=node) if cell else node


def named_in(text: str) -> set[str]:
    """Return the names that a text asks numbers for."""
    return set(_NAMED.findall(text))
