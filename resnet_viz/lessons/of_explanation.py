"""Quantities of an answer and of its explanation, as they are on show."""

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.messages import gettext as _

# What was made random last, by what a file calls it.
_STEPS = {"head": 0, "stem": 1}


def certainty(grounds: Grounds) -> Value:
    """Return the probability of the likeliest class."""
    return Value(100 * float(grounds.probabilities("").max()), "percent")


def guessing(grounds: Grounds) -> Value:
    """Return the probability that each class has where nothing is known."""
    return Value(100 / grounds.summary.graph.spec.classes, "percent")


def score(grounds: Grounds) -> Value:
    """Return the score that is explained: the logit of one class."""
    return Value(grounds.explanation().score)


def score_rise(grounds: Grounds) -> Value:
    """Return by how much the score rises from the start to the picture, of integrated gradients.

    Raises:
        SpecError: If another method is on show.
    """
    return Value(_number(grounds, "difference"))


def map_sum(grounds: Grounds) -> Value:
    """Return the sum over the pixels of integrated gradients.

    Raises:
        SpecError: If another method is on show.
    """
    return Value(_number(grounds, "sum"))


def lowest_score(grounds: Grounds) -> Value:
    """Return the score that is left where the patch covers what matters most, of occlusion.

    Raises:
        SpecError: If another method is on show.
    """
    return Value(grounds.explanation().score - _number(grounds, "largest_fall"))


def fall_share(grounds: Grounds) -> Value:
    """Return which share of the score is lost where the patch covers what matters most, of occlusion.

    Raises:
        SpecError: If another method is on show.
    """
    return Value(100 * _number(grounds, "largest_fall") / grounds.explanation().score, "percent")


def alike(grounds: Grounds, step: str) -> Value:
    """Return the rank correlation of the map with the one after a step of the check: ``head``, ``stage 5`` … ``stem``.

    Raises:
        SpecError: If there is no such step.
    """
    found = grounds.check()
    steps = {name: stage for name, stage in _STEPS.items() if stage in found.stages}
    steps |= {f"stage {stage}": stage for stage in found.stages if stage not in _STEPS.values()}
    if step not in steps:
        raise SpecError(broken_rule("step", _("a step of the check"), step, did_you_mean(step, steps)))
    correlation = found.correlations[1 + found.stages.index(steps[step])]
    return Value(correlation or 0.0)


def unlike(grounds: Grounds, step: str) -> Value:
    """Return what is left to 1 of how alike the maps are, whichever way round.

    Raises:
        SpecError: As `alike`.
    """
    return Value(1 - abs(float(alike(grounds, step).amount)))


def _number(grounds: Grounds, name: str) -> float:
    numbers = grounds.explanation().numbers
    if name not in numbers:
        rule = _("measured by the method on show")
        raise SpecError(broken_rule("quantity", rule, name, did_you_mean(name, numbers)))
    return numbers[name]
