"""Measurements of a run as curves: told apart by network, smoothed. Standard library only."""

from collections.abc import Sequence
from typing import Any

Metrics = dict[str, Any]
"""One measurement: its `network`, its `update`, and what was measured."""


def by_network(metrics: Sequence[Metrics]) -> dict[str, list[Metrics]]:
    """Return the measurements of each network, in order."""
    found: dict[str, list[Metrics]] = {}
    for line in metrics:
        found.setdefault(line["network"], []).append(line)
    return found


def smoothed(values: Sequence[float], share: float = 0.8) -> list[float]:
    """Return an exponential mean, `share` of the old one kept at each step, its start corrected.

    References:
        Kingma and Ba 2014, Adam, arXiv:1412.6980, section 3: dividing by 1 − shareⁿ takes the initial zero out.

    >>> [round(mean, 3) for mean in smoothed([2.0, 2.0, 3.0])]
    [2.0, 2.0, 2.41]
    """
    found, mean = [], 0.0
    for count, value in enumerate(values, start=1):
        mean = share * mean + (1 - share) * value
        found.append(mean / (1 - share**count))
    return found
