"""Which lessons explain what is on screen: a block or layer by what it is, a chart by what it draws."""

from collections.abc import Callable, Hashable
from functools import cache
from typing import NamedTuple

from resnet_viz.lessons.marks import marks_in
from resnet_viz.lessons.walks import Stop, shipped_walks
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.subject.links import from_params
from resnet_viz.subject.subject import Subject

MOST = 3


class Explained(NamedTuple):
    """A question that explains something.

    Attributes:
        lesson: Its lesson's name.
        stop: Its number.
    """

    lesson: str
    stop: int


class _Known(NamedTuple):
    place: Explained
    page: str
    names: frozenset[str]


def about_part(graph: LayerGraph, name: str) -> list[Explained]:
    """Return the questions about a layer or block; where none is about this very one, those about others of its kind."""
    block = None if name in graph.block_by_name else graph.block_of(name)
    for own in (name, *([block.name] if block else [])):
        found = _first(_that_name(own)) or _first(_that_show(_role(graph, own)))
        if found:
            return found
    return []


def _that_name(name: str) -> Callable[[_Known], bool]:
    return lambda known: name in known.names


def _that_show(role: Hashable) -> Callable[[_Known], bool]:
    return lambda known: role in _roles(known)


def about_view(page: str, subject: Subject) -> list[Explained]:
    """Return the questions asked at this very view: the same chart, method or demo of the same page."""
    view = _view(page, subject)
    return _first(lambda known: known.page == page and _view(page, _subject(known.place)) == view) if view else []


def _first(is_wanted: Callable[[_Known], bool]) -> list[Explained]:
    """Return the first question of each lesson that is wanted."""
    found: dict[str, Explained] = {}
    for known in _known():
        if is_wanted(known):
            found.setdefault(known.place.lesson, known.place)
    return list(found.values())[:MOST]


def _view(page: str, subject: Subject) -> Hashable:
    parts: dict[str, Hashable] = {
        "layers": subject.layers.view,
        "activations": subject.activations.aspect,
        "explain": subject.explain.method,
        "train": subject.train.demo,
    }
    return parts.get(page)


@cache
def _known() -> tuple[_Known, ...]:
    """Return all questions, those of lessons before those of walks."""
    walks = sorted(shipped_walks().items(), key=lambda item: not item[1].is_lesson)
    return tuple(_read(name, number, stop) for name, walk in walks for number, stop in enumerate(walk.stops, start=1))


def _read(lesson: str, number: int, stop: Stop) -> _Known:
    marks = [mark for text in (stop.question, stop.answer) for mark in marks_in(text)]
    names = {mark.target for mark in marks if mark.kind in ("node", "edge")}
    return _Known(Explained(lesson, number), stop.page, frozenset(names | {dict(stop.params).get("node", "")}))


@cache
def _subject(place: Explained) -> Subject:
    """Return what is looked at; read where it is needed, for a network costs more than the names."""
    return from_params(dict(shipped_walks()[place.lesson].stops[place.stop - 1].params))[0]


@cache
def _roles(known: _Known) -> frozenset[Hashable]:
    graph = _subject(known.place).summary.graph
    return frozenset(_role(graph, name) for name in known.names if name in graph.by_id or name in graph.block_by_name)


def _role(graph: LayerGraph, name: str) -> Hashable:
    """Return what tells a kind of block or layer from others."""
    block = graph.block_by_name.get(name)
    if block:
        return "block", block.kind, block.add is None
    node = graph.node(name)
    window = node.layer.kernel_size if isinstance(node.layer, Conv) else 0
    return kind_of(node.layer), node.path, window, bool(node.block)
