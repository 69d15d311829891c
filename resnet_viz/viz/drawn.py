"""What is drawn of a network, or of its difference to another; the same for all who look at the same."""

from functools import lru_cache

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.analysis.difference import Difference, compare
from resnet_viz.messages import current_language
from resnet_viz.spec import ResNetSpec
from resnet_viz.viz.dot import Drawing, draw


def difference_of(other: ResNetSpec | None, spec: ResNetSpec) -> Difference | None:
    """Return the difference to the network compared with, if there is one."""
    return _difference(other, spec) if other else None


def drawn_summary(other: ResNetSpec | None, spec: ResNetSpec) -> NetworkSummary:
    """Return what the picture shows: the network, or its union with the one compared with."""
    difference = difference_of(other, spec)
    return difference.union if difference else network(spec)


def drawing_of(other: ResNetSpec | None, spec: ResNetSpec, opened: frozenset[str]) -> Drawing:
    """Return the picture of a network, or of its difference to another."""
    return _drawing(other, spec, opened, current_language())


@lru_cache(maxsize=32)
def _difference(before: ResNetSpec, after: ResNetSpec) -> Difference:
    return compare(network(before), network(after))


@lru_cache(maxsize=128)
def _drawing(other: ResNetSpec | None, spec: ResNetSpec, opened: frozenset[str], _language: str) -> Drawing:
    if other is None:
        return draw(network(spec), opened)
    difference = _difference(other, spec)
    return draw(difference.union, opened, status=difference.status, lost_edges=difference.lost_edges)
