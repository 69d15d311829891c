"""Why a nearly fitting file does not fit, array by array: what is missing, misshapen, left over, and what looks alike."""

import difflib
from collections.abc import Sequence
from typing import Literal, NamedTuple

from resnet_viz.spec.layers import Shape
from resnet_viz.weights.fit import Fit

_ALIKE = 0.6


class Misfit(NamedTuple):
    """An array that does not fit.

    Attributes:
        kind: The file lacks it, has it in another shape, or has it and the network does not.
        name: Ours, or the file's if the network lacks it.
        expected: The network's shape; none if it lacks it.
        found: The file's shape; none if it lacks it.
        nearest: The name in the file that is most like that of a missing array; "" if none is.
    """

    kind: Literal["missing", "misshapen", "extra"]
    name: str
    expected: Shape | None
    found: Shape | None
    nearest: str = ""


def misfits(fit: Fit, expected: dict[str, Shape], extra: Sequence[tuple[str, Shape]]) -> list[Misfit]:
    """Return every array that does not fit.

    Args:
        fit: How the file's arrays fit the network.
        expected: The network's arrays.
        extra: Arrays of the file that have no place, by the file's own names.
    """
    names = [*fit.unknown, *(name for name, _shape in extra)]
    found = [Misfit("misshapen", name, wanted, shape) for name, wanted, shape in fit.misshapen]
    for name in fit.missing:
        nearest = next(iter(difflib.get_close_matches(name, names, n=1, cutoff=_ALIKE)), "")
        found.append(Misfit("missing", name, expected[name], None, nearest))
    found += [Misfit("extra", name, None, None) for name in fit.unknown]
    return found + [Misfit("extra", name, None, shape) for name, shape in extra]
