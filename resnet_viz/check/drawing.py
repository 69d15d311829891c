"""Both graphs of a function as plain nodes and edges, the difference marked on each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from resnet_viz.check.answer import Graph, GraphEdge, GraphNode, Pair, Status
from resnet_viz.check.comparing import Comparison
from resnet_viz.check.recorder import Step
from resnet_viz.check.wording import box_lines, shape_text

_MOST = 90
"""Nodes of one graph that are drawn; nobody can read more."""


def pair_of(function: str, call: str, found: Comparison) -> Pair:
    """Return both graphs of a function; a layer that both have has the same id in both."""
    ours_of = {other.id: name for name, other in found.pairs.items()}
    ours_of[found.theirs[0].id] = found.ours[0].id
    ours, theirs = _statuses(found, ours_of)
    ours_edges = {(tail, step.id) for step in found.ours for tail in step.inputs}
    names = {step.id: ours_of.get(step.id, step.id) for step in found.theirs}
    theirs_edges = {(names.get(tail, tail), names[step.id]) for step in found.theirs for tail in step.inputs}
    our_side = [step.id for step in found.ours if step.place == "1"]
    their_side = [names[name] for name in found.side]
    start = found.ours[0].id
    mine = {step.id: step.id for step in found.ours}
    our_edges, their_edges = _Edges(ours_edges, theirs_edges, "missing"), _Edges(theirs_edges, ours_edges, "extra")
    our_way, their_way = _Way(our_side, start), _Way(their_side, names.get(found.fork, found.fork))
    return {
        "function": function,
        "call": call,
        "ours": _graph(found.ours, mine, ours, our_edges, our_way, found.ours[-1].id),
        "theirs": _graph(
            found.theirs, names, theirs, their_edges, their_way, names.get(found.output, found.output), found.live
        ),
    }


class _Way(NamedTuple):
    """A shortcut: its layers, and where it begins."""

    side: Sequence[str]
    fork: str


class _Edges:
    """Which edges of a graph the other one lacks."""

    def __init__(self, own: set[tuple[str, str]], other: set[tuple[str, str]], status: Status) -> None:
        self.lost = own - other
        self.status = status

    def status_of(self, tail: str, head: str, statuses: dict[str, Status]) -> Status:
        """Return an edge's status: `rewired` between two layers that both graphs have."""
        if (tail, head) not in self.lost:
            return ""
        alone = self.status in (statuses.get(tail), statuses.get(head))
        return self.status if alone else "rewired"


def _statuses(found: Comparison, ours_of: dict[str, str]) -> tuple[dict[str, Status], dict[str, Status]]:
    ours: dict[str, Status] = {}
    theirs: dict[str, Status] = {}
    for each in found.differences:
        match each.form:
            case "missing" if each.ours:
                ours[each.ours.id] = "missing"
            case "extra" if each.theirs:
                theirs[each.theirs.id] = "extra"
            case "changed" if each.ours:
                ours[each.ours.id] = theirs[each.ours.id] = "changed"
            case "unread" if each.ours:
                ours[each.ours.id] = theirs[each.ours.id] = "rewired"
            case "inputs" if each.theirs:
                name = ours_of.get(each.theirs.id, each.theirs.id)
                theirs[name] = "changed"
    return ours, theirs


def _graph(
    steps: Sequence[Step],
    names: Mapping[str, str],
    statuses: dict[str, Status],
    edges: _Edges,
    way: _Way,
    output: str,
    live: set[str] | None = None,
) -> Graph:
    shown = list(steps[:_MOST])
    ids = {step.id for step in shown}
    nodes: list[GraphNode] = []
    arrows: list[GraphEdge] = []
    for step in shown:
        name = names[step.id]
        nodes.append(
            {
                "id": name,
                "kind": step.kind if step.kind in _KINDS else "other",
                "lines": box_lines(step),
                "name": step.name,
                "shape": shape_text(step.shape),
                "inputs": [names.get(each, each) for each in step.inputs],
                "path": "shortcut" if name in way.side else "trunk" if step.kind in ("block", "input") else "main",
                "line": step.line,
                "is_read": live is None or step.id in live,
                "status": statuses.get(name, ""),
            }
        )
        for tail in dict.fromkeys(each for each in step.inputs if each in ids):
            start = names.get(tail, tail)
            meets = step.kind == "add" and (start in way.side[-1:] or (not way.side and start == way.fork))
            arrows.append(
                {
                    "tail": start,
                    "head": name,
                    "is_shortcut": name in way.side or meets,
                    "status": edges.status_of(start, name, statuses),
                }
            )
    return {"nodes": nodes, "edges": arrows, "output": output}


_KINDS = frozenset(
    [
        "input",
        "padding",
        "conv",
        "batch_norm",
        "relu",
        "max_pool",
        "average_pool",
        "global_average_pool",
        "add",
        "flatten",
        "dense",
        "softmax",
        "block",
    ]
)
