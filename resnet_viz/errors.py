"""The errors that a user may meet, each one sentence that says what to do.

ResNetVizError
├── SpecError(ValueError)          a specification breaks a rule
├── UnknownLayerError(KeyError)    a layer id that the network does not have
├── ImageError(ValueError)         a picture that cannot be read safely
├── WeightsError(ValueError)       a weights file that is unsafe or does not fit
├── DataError(ValueError)          pictures to train on that are missing, unsafe or too few
├── QuotaError                     a visitor keeps as much as one may, or the disk is nearly full
├── ExplanationError(ValueError)   an explanation that this network or layer does not allow
├── JobError                       a request to the model worker that could not be served
│   ├── BusyError                  its queue is full: try again
│   ├── CancelledError             the person who asked for it withdrew it
│   └── StoreError                 the runs of this server cannot be read or kept at the moment
└── BackendMissingError            Keras or its backend is not installed
"""

import difflib
import struct
from collections.abc import Iterable

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

DAMAGE: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    EOFError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    struct.error,
)
"""What the parsers of libraries raise on damaged bytes, as thousands of mutated files brought out."""

# Characters of a received value that a sentence shows.
_SHOWN = 80


class ResNetVizError(Exception):
    """Root of all deliberate errors; its text may be shown to a user as it is."""


class SpecError(ResNetVizError, ValueError):
    """A specification breaks a rule."""


class UnknownLayerError(ResNetVizError, KeyError):
    """A layer id that the network does not have."""

    def __str__(self) -> str:
        """Return the sentence itself; `KeyError` alone would show its repr."""
        return str(self.args[0])


class ImageError(ResNetVizError, ValueError):
    """A picture that cannot be read safely."""


class WeightsError(ResNetVizError, ValueError):
    """A weights file that is unsafe or does not fit the network."""


class DataError(ResNetVizError, ValueError):
    """Pictures to train on that are missing, unsafe or too few."""


class QuotaError(ResNetVizError):
    """A visitor keeps as much as one may, or the server's disk is nearly full."""


class ExplanationError(ResNetVizError, ValueError):
    """An explanation that this network or layer does not allow, or an unknown method or setting."""


class JobError(ResNetVizError):
    """A request to the model worker that could not be served."""


class BusyError(JobError):
    """The worker's queue is full."""


class CancelledError(JobError):
    """The request was withdrawn before it was served."""


class StoreError(JobError):
    """The runs of this server cannot be read or kept at the moment: a full disk, a locked list.

    Attributes:
        reason: What the system says.
    """

    def __init__(self, error: Exception) -> None:
        self.reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:80]
        super().__init__(
            _(
                "The runs of this server cannot be read or kept at the moment ({reason}): wait a little or free some space, then try again."
            ).format(reason=self.reason)
        )


class BackendMissingError(ResNetVizError):
    """Keras or its backend is not installed."""


def broken_rule(name: str, rule: str, received: object, advice: str = "") -> str:
    """Return the house sentence for a value that breaks a rule.

    Args:
        name: The field or argument, as the user spells it.
        rule: What it must be, to follow "must be".
        received: The value that was given.
        advice: What to do about it; empty if the rule says so already.

    >>> broken_rule("classes", "at least 1", 0)
    '`classes` must be at least 1. Received: classes=0.'
    """
    text = _("`{name}` must be {rule}. Received: {name}={received}.").format(
        name=name, rule=rule, received=shown(received)
    )
    return joined((text, advice), " ") if advice else text


def did_you_mean(received: str, valid: Iterable[str]) -> str:
    """Return the valid values in a sentence, led by the one closest to what was typed."""
    choices = [name for name in valid if name != ""]  # an empty one is written by leaving the field out
    close = difflib.get_close_matches(received[:_SHOWN], choices, n=1)
    hint = [_("Did you mean `{name}`?").format(name=name) for name in close]
    known = [_("Valid: {names}.").format(names=joined(choices))] if len(choices) <= 24 else []
    return joined((*hint, *known), " ")


def shown(value: object) -> str:
    """Return a value as a sentence quotes it: what cannot be printed escaped, what is too long cut."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "…"
