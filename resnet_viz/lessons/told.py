"""The numbers that a stop tells, put into its texts when they are told: no text of a shipped walk has one of its own.

A text says ``{layers}``, and the stop says which quantity that is. So a walk cannot claim what the networks, the runs or
the papers do not say, in any language.
"""

import re

from resnet_viz.errors import ResNetVizError
from resnet_viz.lessons.grounds import Grounds
from resnet_viz.lessons.quantities import text_of, value
from resnet_viz.walks import Stop

_NAMED = re.compile(r"\{(\w+)\}", re.ASCII)


def told(text: str, stop: Stop, grounds: Grounds) -> str:
    """Return a text of a stop with its numbers.

    A name without a quantity, and one whose quantity does not exist on these grounds, stays as it is written: a walk is
    anybody's file.
    """
    quantities = dict(stop.numbers)

    def number(found: re.Match[str]) -> str:
        if found[1] not in quantities:
            return found[0]
        try:
            return text_of(value(quantities[found[1]], grounds))
        except (ResNetVizError, LookupError):
            return found[0]

    return _NAMED.sub(number, text)


def named_in(text: str) -> set[str]:
    """Return the names that a text asks numbers for."""
    return set(_NAMED.findall(text))
