"""The Graphviz picture: laid out, folded and walked in the browser; what is chosen there becomes the subject."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.analysis.difference import Difference, compare
from resnet_viz.analysis.measures import OWN
from resnet_viz.messages import current_language
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import COLORS
from resnet_viz.ui import kept, state
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.coloring import color_by
from resnet_viz.viz.dot import Drawing, draw
from resnet_viz.viz.picture import picture_data

KEY = "picture"


def show(subject: Subject) -> None:
    """Draw the picture with its trail, search, legend and tools."""
    view, numbers = subject.architecture, kept.numbers()
    colors = tuple(name for name in COLORS if name != OWN or numbers or view.color == OWN)
    shown = _Shown(subject.other, subject.spec, subject.preset, view.opened, subject.node)
    component("graph")(
        key=KEY,
        data=_data(shown, view.color, colors, tuple(numbers.items()), current_language()),
        on_did_change=lambda: _take(drawing_of(shown.other, shown.spec, shown.opened)),
    )


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


class _Shown(NamedTuple):
    """What is drawn, how far it is opened, and what of it is in focus."""

    other: ResNetSpec | None
    spec: ResNetSpec
    preset: str
    opened: frozenset[str]
    node: str


@lru_cache(maxsize=128)
def _data(
    shown: _Shown, color: str, colors: tuple[str, ...], numbers: tuple[tuple[str, float], ...], _language: str
) -> bytes:
    """Return the picture as its component reads it; the same for all who look at the same."""
    drawing = drawing_of(shown.other, shown.spec, shown.opened)
    summary = drawn_summary(shown.other, shown.spec)
    coloring = color_by(summary, drawing.members, color, dict(numbers))
    return as_json(picture_data(summary, drawing, shown.node, coloring, (color, colors), shown.preset))


@lru_cache(maxsize=32)
def _difference(before: ResNetSpec, after: ResNetSpec) -> Difference:
    return compare(network(before), network(after))


@lru_cache(maxsize=128)
def _drawing(other: ResNetSpec | None, spec: ResNetSpec, opened: frozenset[str], _language: str) -> Drawing:
    if other is None:
        return draw(network(spec), opened)
    difference = _difference(other, spec)
    return draw(difference.union, opened, status=difference.status, lost_edges=difference.lost_edges)


def _take(drawing: Drawing) -> None:
    """Do what was done in the picture: pick, open, close, toggle a group, seek a layer."""
    event: Any = state.typed(KEY).get("did") or {}
    kind, name = str(event.get("kind")), str(event.get("id"))
    if not state.is_first_delivery(str(event.get("mark"))):
        return
    if kind == "toggle":
        state.update(lambda subject: subject.toggled(name))
    elif kind == "color" and name in COLORS:
        state.set_parts(color=name)
    elif kind == "seek":
        state.update(lambda subject: subject.revealing(name) if name in subject.summary.by_id else subject)
    else:
        state.update(lambda subject: _at(subject, kind, name, drawing.members.get(name, ())))


def _at(subject: Subject, kind: str, name: str, members: tuple[str, ...]) -> Subject:
    """Return the subject at a block or a drawn node, opened or closed if that was asked for.

    A layer that only the network compared with has cannot be selected: it is not in the subject.
    """
    graph = subject.summary.graph
    focus = name if name in graph.block_by_name else _focus(subject.summary, members)
    if focus is None:
        return subject
    here = replace(subject, node=focus)
    block = graph.block_by_name.get(focus) or graph.block_of(focus)
    if block is None:
        return here
    if kind == "open" and block.name not in here.architecture.opened:
        return here.toggled(block.name)
    opened = [group for group in (block.name, str(block.stage)) if group in here.architecture.opened]
    return here.toggled(opened[0]) if kind == "close" and opened else here


def _focus(summary: NetworkSummary, members: tuple[str, ...]) -> str | None:
    """Return what a drawn node stands for: a layer, or the block that its layers are of."""
    own = [name for name in members if name in summary.by_id]
    if len(own) > 1:
        block = summary.graph.block_of(own[-1])
        return block.name if block else own[-1]
    return own[0] if own else None
