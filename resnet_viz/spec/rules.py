"""The rules a single field can break, each refused with one sentence."""

from typing import Any

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _


def within(name: str, value: object, low: int, high: int) -> None:
    """Refuse anything but a whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        rule = _("a whole number from {low} to {high}").format(low=f"{low:,}", high=f"{high:,}")
        raise SpecError(broken_rule(name, rule, value))


def between(name: str, value: object, low: float, high: float) -> None:
    """Refuse anything but a finite number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        rule = _("a number from {low} to {high}").format(low=low, high=high)
        raise SpecError(broken_rule(name, rule, value))


def one_of(name: str, value: object, valid: tuple[Any, ...]) -> None:
    """Refuse anything that is not listed."""
    if value not in valid:
        raise SpecError(broken_rule(name, _("one of its values"), value, did_you_mean(str(value), valid)))
