"""How a lesson's file names a quantity: ``difference(stem.pool_padding=1, macs)``; reading it, with a bound on its size."""

import re
from typing import NamedTuple

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _

MAX_CHARACTERS = 200
MAX_DEPTH = 4
_NAME = re.compile(r"[a-z][a-z_]*")


class Expression(NamedTuple):
    """A quantity's name and what it is asked about.

    Attributes:
        name: As the registry knows it.
        arguments: Texts between its brackets, each as it was written; a quantity may be one of them.
    """

    name: str
    arguments: tuple[str, ...] = ()


def parse(text: str) -> Expression:
    """Return a quantity's name and arguments.

    >>> parse("macs"), parse("difference(stages.4.blocks=7, macs(4f))").arguments
    (Expression(name='macs', arguments=()), ('stages.4.blocks=7', 'macs(4f)'))

    Raises:
        SpecError: If it is longer or deeper than any quantity, or its brackets do not close.
    """
    name, bracket, rest = text.strip().partition("(")
    rule = _("a quantity such as {example}").format(example="macs(4f)")
    if len(text) > MAX_CHARACTERS or not _NAME.fullmatch(name) or (bracket and not rest.endswith(")")):
        raise SpecError(broken_rule("quantity", rule, text[:80]))
    arguments = _split(rest[:-1]) if bracket else ()
    if arguments is None or not all(arguments):
        raise SpecError(broken_rule("quantity", rule, text[:80]))
    return Expression(name, arguments)


def _split(text: str) -> tuple[str, ...] | None:
    """Return the parts between commas outside brackets, or None if the brackets do not close or lie too deep."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if not 0 <= depth < MAX_DEPTH:
            return None
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return None if depth else tuple(part.strip() for part in parts)
