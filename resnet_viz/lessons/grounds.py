"""What a quantity is computed from: the network always; maps, answers and a run only where it asks for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.results import Attribution, Sanity

Array = npt.NDArray[np.float32]
Unit = Literal["", "px", "cells", "bytes", "percent", "points", "times", "place", "cell", "shape"]
"""Points are percentage points; a place is a layer or block by name; a cell any of those that a text lists as
``LAYER:ROW.COLUMN``; a shape is text such as 3×3."""


class Value(NamedTuple):
    """What a quantity came to.

    Attributes:
        amount: A number in its unit; a text where the unit is a place, a cell or a shape.
        unit: What it counts.
        digits: Digits behind the point that are worth telling of a share.
    """

    amount: float | str
    unit: Unit = ""
    digits: int = 0


class RunFacts(NamedTuple):
    """What a training run came to.

    Attributes:
        accuracies: Share of training pictures got right at the last update that all networks made, by network.
        updates: Number of that update.
        classes: Number of classes.
        first_update: Number of the first update that was measured.
        gradients: Norm of the gradient by block, in order, at the first and at the last measurement, by network.
        held_back: Share of pictures that no update has seen which are got right at the end, in inference mode, by network.
        gaps: Widest gap between the shares got right in training and a moment later in inference, by network.
    """

    accuracies: Mapping[str, float]
    updates: int
    classes: int
    first_update: int = 0
    gradients: Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]] = {}
    held_back: Mapping[str, float] = {}
    gaps: Mapping[str, float] = {}


def _not_at_hand(*_arguments: Any) -> Any:
    """Stand for a measurement that is not at hand.

    Raises:
        LookupError: Always: `resnet_viz.lessons.quantities.needs` tells beforehand what a quantity asks for.
    """
    message = "A measured quantity needs its measurement. Received: none. Ask `needs` first."
    raise LookupError(message)


@dataclass(frozen=True)
class Grounds:
    """A network, and how to measure on it, here and now.

    Attributes:
        summary: The network.
        maps: Returns layers' outputs ``(height, width, channels)`` for the picture on show, by id.
        probabilities: Returns the answer ``(classes,)`` for that picture after a surgery in `Surgery.to_text`'s form.
        run: Returns the facts of the run on show.
        explanation: Returns what the explanation on show found.
        check: Returns what becomes of that map when the weights are made random from the top down.
        beside: Returns the same grounds with another picture, other weights or another run: ``image:cat``.
    """

    summary: NetworkSummary
    maps: Callable[[Sequence[str]], Mapping[str, Array]] = _not_at_hand
    probabilities: Callable[[str], Array] = _not_at_hand
    run: Callable[[], RunFacts] = _not_at_hand
    explanation: Callable[[], Attribution] = _not_at_hand
    check: Callable[[], Sanity] = _not_at_hand
    beside: Callable[[str], "Grounds"] = _not_at_hand
