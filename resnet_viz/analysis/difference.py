"""What two networks have in common, what only one has, and what changed: layer by layer, from their graphs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal, NamedTuple

from resnet_viz.analysis.summary import LayerRecord, NetworkSummary, Totals
from resnet_viz.spec.graph import Block, LayerGraph, Node

Status = Literal["added", "removed", "changed", "settings"]
"""What a layer of a difference is. ``settings``: epsilon, momentum, initializer or seed alone, which change no shape, no count and no cost."""

_QUIET = frozenset(("epsilon", "momentum", "kernel_initializer", "seed"))


class LayerChange(NamedTuple):
    """One layer that is not the same in both networks.

    Attributes:
        node_id: Its id.
        status: What became of it.
        before: Its record in the first network, or None.
        after: Its record in the second, or None.
        fields: Settings that differ, as (name, before, after).
    """

    node_id: str
    status: Status
    before: LayerRecord | None
    after: LayerRecord | None
    fields: tuple[tuple[str, object, object], ...]

    def delta(self, count: str) -> int:
        """Return how much more of a counted attribute of `LayerRecord` the second network has."""
        return _count(self.after, count) - _count(self.before, count)


@dataclass(frozen=True)
class Difference:
    """Two networks side by side. The classifier counts as one layer whatever its number of classes.

    Attributes:
        before: The network compared with.
        after: The network under study.
        changes: Layers that differ, in order of computation.
    """

    before: NetworkSummary
    after: NetworkSummary
    changes: tuple[LayerChange, ...]

    @cached_property
    def status(self) -> dict[str, Status]:
        """What became of layers, by id; layers that are the same are not in it."""
        return {change.node_id: change.status for change in self.changes}

    @cached_property
    def union(self) -> NetworkSummary:
        """Both networks as one: every layer of either, the second network's account where it has one."""
        first, second = self.before.graph, self.after.graph
        ids = _merged([node.id for node in first.nodes], [node.id for node in second.nodes])
        records = tuple(self.after.by_id.get(name) or self.before.by_id[name] for name in ids)
        blocks = {block.name: block for block in (*first.blocks, *second.blocks)}
        names = _merged([block.name for block in first.blocks], [block.name for block in second.blocks])
        graph = LayerGraph(second.spec, tuple(r.node for r in records), tuple(blocks[name] for name in names))
        return NetworkSummary(graph, records)

    @cached_property
    def lost_edges(self) -> frozenset[tuple[str, str]]:
        """Edges of the first network that the second does not have."""
        return frozenset(_edges(self.before.graph)) - frozenset(_edges(self.after.graph))

    @property
    def totals(self) -> tuple[Totals, Totals]:
        """The sums of both networks."""
        return self.before.totals, self.after.totals

    def last_fields_px(self) -> tuple[int, int]:
        """Return the receptive fields (height, px) at the end of the last block of each network."""
        return _last_field_px(self.before), _last_field_px(self.after)


def compare(before: NetworkSummary, after: NetworkSummary) -> Difference:
    """Return what makes `after` another network than `before`."""
    old = _with_classifier_of(before, after)
    changes = []
    for name in _merged(list(old.by_id), list(after.by_id)):
        change = _change(name, old.by_id.get(name), after.by_id.get(name))
        if change:
            changes.append(change)
    return Difference(old, after, tuple(changes))


def _change(name: str, before: LayerRecord | None, after: LayerRecord | None) -> LayerChange | None:
    if before is None or after is None:
        return LayerChange(name, "added" if before is None else "removed", before, after, ())
    one, other = before.node.layer, after.node.layer
    fields: tuple[tuple[str, object, object], ...]
    if type(one) is type(other):
        fields = tuple(
            (key, getattr(one, key), getattr(other, key))
            for key in one._fields
            if getattr(one, key) != getattr(other, key)
        )
    else:
        fields = (("layer", type(one).__name__, type(other).__name__),)
    for key in ("input_shape", "output_shape"):
        if getattr(before, key) != getattr(after, key):
            fields += ((key, getattr(before, key), getattr(after, key)),)
    if before.node.inputs != after.node.inputs:
        fields += (("inputs", before.node.inputs, after.node.inputs),)
    if not fields:
        return None
    is_quiet = all(key in _QUIET for key, _old, _new in fields)
    return LayerChange(name, "settings" if is_quiet else "changed", before, after, fields)


def _with_classifier_of(before: NetworkSummary, after: NetworkSummary) -> NetworkSummary:
    """Return `before` with its classifier under the other's name: fc6 and fc1000 are one layer with other settings."""
    old, new = f"fc{before.graph.spec.classes}", f"fc{after.graph.spec.classes}"
    if old == new:
        return before

    def renamed(name: str) -> str:
        return new + name.removeprefix(old) if name in (old, f"{old}_softmax") else name

    def moved(node: Node) -> Node:
        return node._replace(id=renamed(node.id), inputs=tuple(map(renamed, node.inputs)))

    nodes = tuple(map(moved, before.graph.nodes))
    records = tuple(r._replace(node=node) for r, node in zip(before.records, nodes, strict=True))
    return NetworkSummary(replace(before.graph, nodes=nodes), records)


def _merged(before: list[str], after: list[str]) -> list[str]:
    """Return both lists as one in order, names of the first ahead of those that take their place."""
    merged: list[str] = []
    for _tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        merged += [name for name in before[i1:i2] if name not in merged]
        merged += [name for name in after[j1:j2] if name not in merged]
    return merged


def _edges(graph: LayerGraph) -> Iterator[tuple[str, str]]:
    return ((source, node.id) for node in graph.nodes for source in node.inputs)


def _last_field_px(summary: NetworkSummary) -> int:
    last: Block = summary.graph.blocks[-1]
    return summary.by_id[last.out].field.height.size


def _count(record: LayerRecord | None, name: str) -> int:
    return int(getattr(record, name)) if record else 0
