"""Quantities that a training run was measured to have: its gradients, its gap, what it knows of other pictures."""

from collections.abc import Mapping
from typing import TypeVar

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.messages import gettext as _
from resnet_viz.spec.rules import one_of

T = TypeVar("T")

WHEN = ("start", "end")
_NO_BLOCKS = ("stem", "head")


def gradient_norm(grounds: Grounds, network: str, where: str, when: str = "end") -> Value:
    """Return the norm of a network's gradient in one block.

    Args:
        grounds: With a run.
        network: Its name in the run.
        where: A block's name, or ``first`` or ``last``.
        when: At the first measurement, ``start``, or at the last one, ``end``.

    Raises:
        SpecError: If the run has no such network, the network no such block.
    """
    one_of("when", when, WHEN)
    blocks = _own(network, grounds.run().gradients)[WHEN.index(when)]
    norms = {name: norm for name, norm in blocks.items() if name not in _NO_BLOCKS}
    ends = {"first": next(iter(norms), ""), "last": next(reversed(norms), "")}
    name = ends.get(where, where)
    if name not in norms:
        raise SpecError(broken_rule("block", _("a block of this network"), where, did_you_mean(where, norms)))
    return Value(norms[name])


def gradient_ratio(grounds: Grounds, network: str, when: str = "end") -> Value:
    """Return the gradient of the first block as a multiple of the last block's; NaN where that one is 0.

    Raises:
        SpecError: As `gradient_norm`.
    """
    first, last = (float(gradient_norm(grounds, network, where, when).amount) for where in ("first", "last"))
    return Value(first / last if last else float("nan"), "times")


def held_back(grounds: Grounds, network: str) -> Value:
    """Return the share of pictures that no update has seen which a network gets right at the end.

    Raises:
        SpecError: If the run has no such network, or did not end.
    """
    return Value(100 * _own(network, grounds.run().held_back), "percent")


def widest_gap(grounds: Grounds, network: str) -> Value:
    """Return the widest gap between what is right in training and, a moment later, in inference.

    Raises:
        SpecError: If the run has no such network, or did not measure it.
    """
    return Value(100 * _own(network, grounds.run().gaps), "points")


def first_update(grounds: Grounds) -> Value:
    """Return the number of the first update that was measured."""
    return Value(grounds.run().first_update)


def _own(network: str, found: Mapping[str, T]) -> T:
    if network not in found:
        raise SpecError(broken_rule("network", _("a network of this run"), network, did_you_mean(network, found)))
    return found[network]
