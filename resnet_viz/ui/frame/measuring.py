"""What a lesson's stop is judged by and tells: the network on show, and what is measured on it, here and now."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.errors import ResNetVizError
from resnet_viz.lessons.grounds import Array, Grounds, RunFacts, Value
from resnet_viz.lessons.quantities import needs, value
from resnet_viz.lessons.walks import Stop
from resnet_viz.reports import explanations
from resnet_viz.results import Attribution, Sanity
from resnet_viz.server.cache import results
from resnet_viz.server.watched import watched
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.trial import Trial
from resnet_viz.training.conclusions import facts_of
from resnet_viz.ui import resolving, state
from resnet_viz.ui.shared import explained, forward, prediction

T = TypeVar("T")

# Of another network than the lesson was written for; what it tells is then left out.
_UNKNOWN = Value("–", "shape")


def grounds(trial: Trial, run: str = "") -> Grounds:
    """Return what is on show, to be measured here and now; of another run than the one on show, if one is named."""

    def maps(nodes: Sequence[str]) -> dict[str, Array]:
        return _there(forward.maps_of(trial, nodes))

    def probabilities(surgery: str) -> Array:
        return _there(prediction.probabilities_of(trial.having(surgery=surgery_of(surgery, trial.summary))))

    def beside(other: str) -> Grounds:
        kind, _colon, name = other.partition(":")
        return grounds(trial, name) if kind == "run" else grounds(trial.beside(other), run)

    return Grounds(
        trial.summary,
        maps,
        probabilities,
        lambda: facts(run or state.subject().train.run),
        partial(_explanation, trial),
        partial(_check, trial),
        beside,
    )


def facts(run_id: str) -> RunFacts:
    """Return what a run came to.

    Raises:
        LookupError: If it is not there any more.
    """
    found = watched(run_id)
    if found is None:
        raise LookupError(run_id)
    return facts_of(found.record, found.metrics)


def known(stop: Stop) -> dict[str, Value]:
    """Return the measured numbers of a stop that are at hand, by quantity: no page waits for a number."""
    found = {quantity: results.find(_key(quantity)) for quantity in _measured(stop)}
    return {quantity: number for quantity, number in found.items() if number is not None}


def is_known(stop: Stop) -> bool:
    """Whether all measured numbers of a stop are at hand."""
    return len(known(stop)) == len(_measured(stop))


def measure(stop: Stop) -> bool:
    """Measure what a stop tells, and return whether there is more to tell now."""
    missing = _measured(stop) - known(stop).keys()
    for quantity in missing:
        try:
            results.keep(_key(quantity), value(quantity, grounds(resolving.trial())))
        except LookupError:
            return False
        except ResNetVizError:
            results.keep(_key(quantity), _UNKNOWN)
    return bool(missing & known(stop).keys())


def _measured(stop: Stop) -> set[str]:
    """Return the quantities of a stop's texts that are measured on a picture; a run is read like a paper."""
    return {quantity for _name, quantity in stop.numbers if _needs(quantity) - {"run"}}


def _needs(quantity: str) -> frozenset[str]:
    try:
        return needs(quantity)
    except ResNetVizError:  # a walk is anybody's file
        return frozenset()


def _key(quantity: str) -> str:
    """Return what tells a measurement from all others: what is on show, and how it is explained."""
    subject = state.subject()
    return f"lesson/{resolving.trial().key}/{subject.explain}/{subject.node}/{quantity}"


def _request(trial: Trial, shares: Array) -> AttributionRequest:
    subject = state.subject()
    return explained.request(subject.explain, subject.node, trial, shares)


def _explanation(trial: Trial) -> Attribution:
    shares = _there(prediction.probabilities_of(trial))
    return _there(explained.found(trial, _request(trial, shares)))


def _check(trial: Trial) -> Sanity:
    shares = _there(prediction.probabilities_of(trial))
    request = _request(trial, shares)
    return _there(explained.check(trial, explanations.comparable(trial.summary, request)))


def _there(found: T | None) -> T:
    if found is None:
        raise LookupError(found)
    return found
