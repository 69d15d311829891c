"""Measurements of a run as curves: told apart by network, smoothed. Standard library only."""

from collections.abc import Sequence
from typing import Any

Metrics = dict[str, Any]
"""One measurement: its `network`, its `update`, and what was measured."""

LAST = 3
"""A step's batch is a small sample: accuracies are given as the mean of this many measurements, about an epoch."""


def by_network(metrics: Sequence[Metrics]) -> dict[str, list[Metrics]]:
    """Return the measurements of each network, in order."""
    found: dict[str, list[Metrics]] = {}
    for line in metrics:
        found.setdefault(line["network"], []).append(line)
    return found


def recent_means(values: Sequence[float]) -> list[float]:
    """Return at each measurement the mean of it and the ones before, `LAST` in all: what a conclusion reads off the end.

    >>> recent_means([0.0, 1.0, 2.0, 3.0])
    [0.0, 0.5, 1.0, 2.0]
    """
    windows = (values[max(0, end - LAST) : end] for end in range(1, len(values) + 1))
    return [sum(window) / len(window) for window in windows]


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
