"""Two recordings of one block, ours and theirs: which layer is which, and in what the graphs differ.

The paths of their graph are found first: back from what the function returns to the sum, from there along its main
path and its shortcut. Each path is then laid beside ours (Needleman and Wunsch 1970), so that one missing layer does not
make all later ones differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from resnet_viz.check.recorder import Step

_GAPS = {"conv": 1.2, "add": 1.6, "relu": 0.8}
_WEIGHTS = {"projects": 0.6, "kernel_size": 0.5, "filters": 0.4, "strides": 0.3, "padding": 0.2, "units": 0.3}
_SMALL = 0.1
_LATE = 0.7
"""What it costs a reading of the graph that its shortcut begins elsewhere."""
QUIET = frozenset(("initializer", "seed", "momentum", "epsilon"))
"""Settings that change no shape and no count."""
_NEVER = 99.0

SHAPED = frozenset(
    ("relu", "relu6", "leakyrelu", "prelu", "elu", "selu", "gelu", "tanh", "sigmoid", "softmax", "swish")
)
"""Kinds that can stand for one another: activations."""


@dataclass
class Difference:
    """One thing in which the graphs differ.

    Attributes:
        form: ``missing``, ``extra``, ``changed``, ``fork`` (the shortcut begins elsewhere), ``unread`` (made, but the
            result does not depend on it) or ``inputs`` (a sum of too many).
        ours: Our layer, if there is one.
        theirs: Theirs, if there is one.
        setting: Of ``changed``: the setting that differs.
        beside: The layer of theirs before the place.
        side: Whether it lies on the shortcut.
    """

    form: str
    ours: Step | None
    theirs: Step | None
    setting: str = ""
    beside: Step | None = None
    side: bool = False


@dataclass
class Comparison:
    """What came out.

    Attributes:
        ours: Our steps, the input first.
        theirs: Their steps, the input first.
        output: Id of what the function returned.
        pairs: Their layer for each of ours that has one, by id.
        differences: In order of our graph.
        live: Ids of theirs on which the result depends.
        side: Ids of theirs on the shortcut.
        fork: Where their shortcut begins, by id.
        cost: How far the two are apart.
    """

    ours: list[Step]
    theirs: list[Step]
    output: str
    pairs: dict[str, Step] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    live: set[str] = field(default_factory=set)
    side: list[str] = field(default_factory=list)
    fork: str = ""
    cost: float = 0.0

    @property
    def unread(self) -> list[Step]:
        """Their layers on which the result does not depend."""
        return [step for step in self.theirs[1:] if step.id not in self.live]


def compare(ours: list[Step], theirs: list[Step], output: str) -> Comparison:
    """Return how a block of theirs differs from ours; of several readings of their graph the nearest."""
    by_id = {step.id: step for step in theirs}
    readings = list(_readings(by_id, theirs[0].id, output))
    tried = [_read(ours, theirs, output, reading, with_unread=which) for reading in readings for which in (False, True)]
    return min(tried, key=lambda found: found.cost)


def ancestors(by_id: Mapping[str, Step], output: str) -> set[str]:
    """Return all that a step depends on, itself included."""
    todo, found = [output], set()
    while todo:
        name = todo.pop()
        if name not in found and name in by_id:
            found.add(name)
            todo += by_id[name].inputs
    return found


def chain(by_id: Mapping[str, Step], depth: Mapping[str, int], end: str, start: str) -> list[Step]:
    """Return the way from a start to a step, where it parts along the side with most convolutions."""
    way: list[Step] = []
    name = end
    while name != start and name in by_id:
        way.append(by_id[name])
        if not by_id[name].inputs:
            break
        name = max(by_id[name].inputs, key=lambda each: depth.get(each, 0))
    return way[::-1]


def depths(steps: Sequence[Step]) -> dict[str, int]:
    """Return how many convolutions lie before each step, on the way with most."""
    depth: dict[str, int] = {}
    for step in steps:
        depth[step.id] = max((depth.get(name, 0) for name in step.inputs), default=0) + 3 * (step.kind == "conv") + 1
    return depth


_Reading = tuple[list[Step], list[Step], str]


def _readings(by_id: Mapping[str, Step], start: str, output: str) -> Iterator[_Reading]:
    """Yield each way to read a graph: its main path with the sum, its shortcut, and where that begins."""
    depth = depths(list(by_id.values()))
    whole = chain(by_id, depth, output, start)
    add = next((step for step in reversed(whole) if step.kind == "add"), None)
    if add is None:
        yield whole, [], ""
        add = next((step for step in reversed(list(by_id.values())) if step.kind == "add"), None)
        if add is None:
            return
        # A sum that nobody reads: what comes after it in the code stands behind it.
        after = list(by_id).index(add.id)
        tail = [add, *(step for step in whole if list(by_id).index(step.id) > after)]
    else:
        tail = whole[whole.index(add) :]
    ends = list(dict.fromkeys(add.inputs))
    if len(ends) == 1:
        yield [*chain(by_id, depth, ends[0], start), *tail], [], ends[0]
        return
    for main, side in permutations(ends, 2):
        way = chain(by_id, depth, main, start)
        other = chain(by_id, depth, side, start)
        on_way = {step.id for step in way}
        apart = [step for step in other if step.id not in on_way]
        fork = next((step.id for step in reversed(other) if step.id in on_way), start)
        yield [*way, *tail], apart, fork


def _read(ours: list[Step], theirs: list[Step], output: str, reading: _Reading, *, with_unread: bool) -> Comparison:
    main, side, fork = reading
    found = Comparison(ours, theirs, output, fork=fork)
    found.live = ancestors({step.id: step for step in theirs}, output)
    found.side = [step.id for step in side]
    our_side = [step for step in ours if step.place == "1"]
    our_main = [step for step in ours[1:] if step.place != "1"]
    on_main = {step.id for step in main}
    unread = {step.id for step in found.unread} if with_unread else set()
    lay(found, our_main, [step for step in theirs[1:] if step.id in on_main | unread], is_side=False)
    _mark_unread(found)
    lay(found, our_side, side, is_side=True)
    if fork and fork != theirs[0].id:
        begins = next(step for step in theirs if step.id == fork)
        found.cost += _LATE
        found.differences.append(Difference("fork", ours[0], begins, side=True))
    add = next((step for step in main if step.kind == "add"), None)
    for step in main:
        if step.kind == "add" and len(step.inputs) > 2:
            found.cost += 1
            found.differences.append(Difference("inputs", None, step, beside=add))
    _find_unread(found)
    return found


def lay(
    found: Comparison, ours: Sequence[Step], theirs: Sequence[Step], *, is_side: bool, before: Step | None = None
) -> None:
    """Lay two paths beside each other, and note what differs; `before` is the layer of theirs before them, if not the first."""
    cost, pairs = align(ours, theirs)
    found.cost += cost
    before = before or (found.theirs[0] if found.theirs else None)
    for mine, other in pairs:
        if mine is None:
            found.differences.append(Difference("extra", None, other, beside=before, side=is_side))
        elif other is None:
            found.differences.append(Difference("missing", mine, None, beside=before, side=is_side))
        else:
            found.pairs[mine.id] = other
            for name in changes(mine, other):
                found.differences.append(Difference("changed", mine, other, name, before, is_side))
        before = other or before


def align(ours: Sequence[Step], theirs: Sequence[Step]) -> tuple[float, list[tuple[Step | None, Step | None]]]:
    """Return the least cost of laying two paths beside each other, and the pairs; None marks a gap."""
    alike = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if apart(*pair) > 0), None)
    alike = min(len(ours), len(theirs)) if alike is None else alike
    first = list(zip(ours[:alike], theirs[:alike], strict=True))
    cost, pairs = _aligned(ours[alike:], theirs[alike:])
    return cost + sum(apart(*pair) for pair in first), [*first, *pairs]


def _aligned(ours: Sequence[Step], theirs: Sequence[Step]) -> tuple[float, list[tuple[Step | None, Step | None]]]:
    rows, columns = len(ours), len(theirs)
    best = [[0.0] * (columns + 1) for _row in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        best[i][columns] = best[i + 1][columns] + _gap(ours[i])
    for j in range(columns - 1, -1, -1):
        best[rows][j] = best[rows][j + 1] + _gap(theirs[j])
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = min(
                best[i + 1][j + 1] + apart(ours[i], theirs[j]),
                best[i + 1][j] + _gap(ours[i]),
                best[i][j + 1] + _gap(theirs[j]),
            )
    pairs: list[tuple[Step | None, Step | None]] = []
    i = j = 0
    while i < rows or j < columns:
        here = best[i][j]
        if i < rows and j < columns and here == best[i + 1][j + 1] + apart(ours[i], theirs[j]):
            pairs.append((ours[i], theirs[j]))
            i, j = i + 1, j + 1
        elif i < rows and here == best[i + 1][j] + _gap(ours[i]):
            pairs.append((ours[i], None))
            i += 1
        else:
            pairs.append((None, theirs[j]))
            j += 1
    return best[0][0], pairs


def apart(mine: Step, other: Step) -> float:
    """Return how unlike two layers are; more than two gaps if they are of different kinds."""
    if mine.kind != other.kind:
        kinds = {mine.kind, other.kind}
        return 0.9 if kinds <= SHAPED or kinds == {"max_pool", "average_pool"} else _NEVER
    cost = sum(_WEIGHTS.get(name, _SMALL) for name in changes(mine, other))
    return cost - (0.05 if mine.name and mine.name == other.name else 0.0)


def changes(mine: Step, other: Step) -> list[str]:
    """Return the settings of a layer that differ and matter; what a window of one cell does at its edge does not."""
    if mine.kind != other.kind:
        return ["kind"]
    found = [name for name, value in mine.settings.items() if other.settings.get(name) != value and name not in QUIET]
    if {"pool_size", "strides"} <= set(found) and other.settings["strides"] == other.settings["pool_size"]:
        found.remove("strides")  # it follows the window
    if "padding" in found and mine.kind == "conv" and other.settings.get("kernel_size") == 1:
        found.remove("padding")
    return found


def _gap(step: Step) -> float:
    return _GAPS.get(step.kind, 1.0)


def _mark_unread(found: Comparison) -> None:
    """Have what matches a layer that nobody reads count as made for nothing; what matches none is no difference."""
    for each in list(found.differences):
        if each.theirs and each.theirs.id not in found.live and each.form in ("extra", "changed"):
            found.differences.remove(each)
            found.cost -= _gap(each.theirs) if each.form == "extra" else 0
    for mine in found.ours:
        other = found.pairs.get(mine.id)
        if other and other.id not in found.live:
            found.cost += 0.9 * _gap(mine)
            found.differences.append(Difference("unread", mine, other))


def _find_unread(found: Comparison) -> None:
    """Tell what is missing from what was made but is not read."""
    missing = [each for each in found.differences if each.form == "missing" and each.ours]
    _cost, pairs = align([each.ours for each in missing if each.ours], found.unread)
    made = {mine.id: other for mine, other in pairs if mine and other}
    for each in missing:
        if each.ours and each.ours.id in made:
            each.form, each.theirs = "unread", made[each.ours.id]
            found.pairs[each.ours.id] = made[each.ours.id]
