"""The rules a single field can break, each refused with one sentence; and how a number is written."""

import math
import re
from typing import Any

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _

# Short enough to cost nothing, long enough for every number the app writes: a seed, a rate at full precision.
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_REAL = re.compile(r"-?(?:(?:0|[1-9][0-9]{0,23})(?:\.[0-9]{0,24})?|\.[0-9]{1,24})(?:[eE][+-]?[0-9]{1,3})?")


def whole_of(text: str) -> int | None:
    """Return the whole number a text writes, or None: up to 15 ASCII digits, no zeros before them, no spaces.

    The one rule for whole numbers that come from an address, a field or a file.

    >>> whole_of("64"), whole_of("-1"), whole_of("064"), whole_of("1_000"), whole_of("٣")
    (64, -1, None, None, None)
    """
    return int(text) if _WHOLE.fullmatch(text) else None


def real_of(text: str) -> float | None:
    """Return the finite number a text writes, or None; the one rule for such numbers, as `whole_of` is for whole ones.

    >>> real_of("0.02"), real_of("1e-05"), real_of("1e999"), real_of("nan"), real_of("inf")
    (0.02, 1e-05, None, None, None)
    """
    value = float(text) if _REAL.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def of_stage(number: int, name: str) -> str:
    """Return what a sentence calls a field of one stage.

    >>> of_stage(3, "filters")
    'stage 3: filters'
    """
    return _("stage {n}: {field}").format(n=number, field=name)


def within(name: str, value: object, low: int, high: int) -> None:
    """Refuse anything but a whole number from `low` to `high`.

    Raises:
        SpecError: With the rule and the value, under `name`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        rule = _("a whole number from {low} to {high}").format(low=f"{low:,}", high=f"{high:,}")
        raise SpecError(broken_rule(name, rule, value))


def between(name: str, value: object, low: float, high: float) -> None:
    """Refuse anything but a finite number from `low` to `high`.

    Raises:
        SpecError: With the rule and the value, under `name`.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        rule = _("a number from {low} to {high}").format(low=low, high=high)
        raise SpecError(broken_rule(name, rule, value))


def one_of(name: str, value: object, valid: tuple[Any, ...]) -> None:
    """Refuse anything that is not listed.

    Raises:
        SpecError: With the rule and the value, under `name`.
    """
    if value not in valid:
        raise SpecError(broken_rule(name, _("one of its values"), value, did_you_mean(str(value), valid)))


def at_most_long(name: str, text: object, limit: int) -> None:
    """Refuse anything but a text of at most `limit` characters.

    Raises:
        SpecError: With the rule and the value, under `name`.
    """
    if not isinstance(text, str) or len(text) > limit:
        raise SpecError(broken_rule(name, _("at most {n} characters long").format(n=f"{limit:,}"), text))
