"""ONNX: what the graph reads where tells which array is which, whatever their names; nothing of it is run.

Each sum ends a block: of the two ways that lead to it from where they part, the one with more convolutions is the main path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from resnet_viz.weights.containers.contents import Contents, Entry, Operator
from resnet_viz.weights.layouts.layout import HEAD, Assignment, Layout, Place, Source, block_id
from resnet_viz.weights.layouts.sequence import Block, layer_ids

_SUMS = ("Add", "Sum")
_HEADS = ("Gemm", "MatMul")
_NORM = ("gamma", "beta", "moving_mean", "moving_variance")
_FOLDED = "folded"
# From every sum back to the one before it: a few per operator, unless the graph goes in circles.
_MOST_STEPS = 100_000


class _Ways(NamedTuple):
    """The operators up to a sum: before the ways part, on the main path, on the shortcut."""

    shared: list[Operator]
    main: list[Operator]
    shortcut: list[Operator]


@dataclass
class _Graph:
    arrays: dict[str, Entry]
    producer: dict[str, Operator]
    places: dict[str, Source] = field(default_factory=dict)
    steps: int = 0

    def data(self, operator: Operator) -> list[str]:
        """Return what an operator reads that is no array of the file."""
        return [name for name in operator.inputs if name and name not in self.arrays]

    def way(self, tensor: str) -> list[Operator]:
        """Return the operators that lead to a tensor, from the last sum or the picture on."""
        found: list[Operator] = []
        while tensor in self.producer:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                message = "a graph that does not end"
                raise ValueError(message)
            operator = self.producer[tensor]
            if operator.kind in _SUMS and len(self.data(operator)) > 1:
                break
            found.append(operator)
            tensor = next(iter(self.data(operator)), "")
        return found[::-1]

    def keep(self, layer: str, array: str, name: str, *, is_turned: bool = True) -> None:
        """Give an array its place."""
        if name in self.arrays:
            place = Place(layer, array, is_turned)
            self.places[place.name] = Source(self.arrays[name], is_turned)

    def keep_layer(self, layer: str, operator: Operator) -> None:
        """Give the arrays of a convolution or a norm their places."""
        names = _NORM if operator.kind == "BatchNormalization" else ("kernel", "bias")
        for array, name in zip(names, operator.inputs[1:], strict=False):
            self.keep(layer, array, name)


def _assign(contents: Contents) -> Assignment:
    # A single number is an operator's setting.
    unknown = [entry for entry in contents.entries if entry.shape and not entry.is_counter]
    graph = _graph_of(contents)
    sums = [op for op in contents.operators if op.kind in _SUMS and len(graph.data(op)) == 2]
    ways = [_parted(*(graph.way(name) for name in graph.data(op))) for op in sums]
    convolutions = [_kernels(graph, way.main) for way in ways]
    if not ways or any(count not in (2, 3) for count in map(len, convolutions)) or len(set(map(len, convolutions))) > 1:
        return Assignment({}, unknown)
    stem = [op for op in ways[0].shared if op.kind == "Conv"]
    if len(stem) != 1:
        return Assignment({}, unknown)
    hints = _stem(graph, ways, stem[0])
    hints |= _blocks(graph, ways)
    _head(graph, contents.operators)
    norms = [op for op in contents.operators if op.kind == "BatchNormalization"]
    if norms:
        hints["bn_epsilon"] = float(f"{norms[0].settings.get('epsilon', 1e-5):.4g}")
    placed = {id(source.entry) for source in graph.places.values()}
    rest = [entry for entry in unknown if id(entry) not in placed]
    return Assignment(graph.places, rest, notes=_notes(graph), hints=hints)


def _notes(graph: _Graph) -> tuple[str, ...]:
    """Return whether any BatchNorm is part of its convolution: behind a block's first one stands none."""
    is_folded = any(
        name.endswith("_branch2a/kernel") and f"bn{name[3:].replace('kernel', 'gamma')}" not in graph.places
        for name in graph.places
    )
    return (_FOLDED,) if is_folded else ()


def _graph_of(contents: Contents) -> _Graph:
    """Return who gives what; an array under a second name is the same array."""
    arrays = {entry.name: entry for entry in contents.entries}
    producer: dict[str, Operator] = {}
    for operator in contents.operators:
        if operator.kind == "Identity" and operator.inputs and operator.inputs[0] in arrays:
            arrays |= dict.fromkeys(operator.outputs, arrays[operator.inputs[0]])
        producer |= dict.fromkeys(operator.outputs[:1], operator)
    return _Graph(arrays, producer)


def _parted(first: list[Operator], second: list[Operator]) -> _Ways:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one is not other:
            break
        count += 1
    longer, shorter = sorted((first[count:], second[count:]), key=lambda way: sum(op.kind == "Conv" for op in way))[
        ::-1
    ]
    return _Ways(first[:count], longer, shorter)


def _kernels(graph: _Graph, way: Sequence[Operator]) -> list[tuple[int, int, int, int]]:
    """Return the kernels' shapes ``(height, width, inputs, outputs)`` of the convolutions on a way."""
    found = []
    for operator in way:
        entry = graph.arrays.get(operator.inputs[1]) if operator.kind == "Conv" and len(operator.inputs) > 1 else None
        if entry is not None and len(entry.shape) == 4:
            outputs, inputs, height, width = entry.shape
            found.append((height, width, inputs, outputs))
    return found


def _stem(graph: _Graph, ways: Sequence[_Ways], convolution: Operator) -> dict[str, Any]:
    """Give the stem's arrays their places, and return its settings."""
    shared = ways[0].shared
    is_pre_activated = any(not way.shared and _starts_with_norm(way.main) for way in ways)
    norms = [op for op in shared if op.kind == "BatchNormalization"]
    graph.keep_layer("conv1", convolution)
    if norms and not (is_pre_activated and len(norms) == 1):
        graph.keep_layer("bn_conv1", norms[0])
    kinds = [op.kind for op in shared]
    pools = [op for op in shared if op.kind == "MaxPool"]
    hints: dict[str, Any] = {"stem.strides": _first(convolution, "strides", 1)}
    hints |= _frame(graph, shared, convolution, "stem.padding")
    if not is_pre_activated:
        before_pool = kinds[: kinds.index("MaxPool")] if pools else kinds
        hints["stem.use_relu"] = "Relu" in before_pool
    if not pools:
        return hints | {"stem.pool_size": 0}
    hints |= {
        "stem.pool_size": _first(pools[0], "kernel_shape", 3),
        "stem.pool_strides": _first(pools[0], "strides", 1),
    }
    return hints | _frame(graph, shared, pools[0], "stem.pool_padding")


def _starts_with_norm(way: Sequence[Operator]) -> bool:
    return next((op.kind for op in way if op.kind in ("BatchNormalization", "Conv")), "") == "BatchNormalization"


def _blocks(graph: _Graph, ways: Sequence[_Ways]) -> dict[str, Any]:
    """Give the blocks' arrays their places, and return what strides and frames say."""
    kernels: list[tuple[int, int, int, int]] = []
    blocks: list[Block] = []
    for way in ways:
        main, side = _kernels(graph, way.main), _kernels(graph, way.shortcut)
        start = len(kernels)
        kernels += main + side[:1]
        blocks.append(Block(tuple(range(start, start + len(main))), start + len(main) if side else -1))
    placed = layer_ids(blocks, kernels)
    hints: dict[str, Any] = {}
    for block, way in zip(blocks, ways, strict=True):
        stage, index, _branch = placed[block.main[0]]
        _norms_before(graph, way, block_id("bn", stage, index, "preact"))
        convolutions = [op for op in way.main if op.kind == "Conv"]
        for place, operator in enumerate(convolutions):
            _with_norm(graph, way.main, operator, (stage, index, f"2{'abc'[place]}"))
            hints |= _strides(operator, stage, index, place, len(convolutions))
        for operator in [op for op in way.shortcut if op.kind == "Conv"][:1]:
            _with_norm(graph, way.shortcut, operator, (stage, index, "1"))
    return hints


def _norms_before(graph: _Graph, way: _Ways, layer: str) -> None:
    """Give the norm that stands before a block's first convolution its place."""
    has_stem = any(op.kind == "Conv" for op in way.shared)
    norms = [op for op in way.shared if op.kind == "BatchNormalization"]
    before = way.main if _starts_with_norm(way.main) else []
    norms += [op for op in before if op.kind == "BatchNormalization"][:1]
    known = {id(source.entry) for source in graph.places.values()}
    for operator in norms[-1:]:
        if not has_stem or (len(operator.inputs) > 1 and id(graph.arrays.get(operator.inputs[1])) not in known):
            graph.keep_layer(layer, operator)


def _with_norm(graph: _Graph, way: Sequence[Operator], operator: Operator, place: tuple[int, int, str]) -> None:
    graph.keep_layer(block_id("res", *place), operator)
    after = next((op for op in way if operator.outputs and operator.outputs[0] in op.inputs), None)
    if after is not None and after.kind == "BatchNormalization":
        graph.keep_layer(block_id("bn", *place), after)


def _strides(operator: Operator, stage: int, index: int, place: int, count: int) -> dict[str, Any]:
    strides = _first(operator, "strides", 1)
    if strides < 2:
        return {}
    hints: dict[str, Any] = {f"stages.{stage}.strides": strides}
    if count == 3:
        hints["stride_on"] = "first" if place == 0 else "middle"
    if index or stage == 2:
        hints["stride_block"] = "last" if index else "first"
    pads = operator.settings.get("pads")
    if _first(operator, "kernel_shape", 1) > 1 and isinstance(pads, list) and any(pads):
        hints["padding"] = "explicit" if len(set(pads)) == 1 else "same"
    return hints


def _head(graph: _Graph, operators: Sequence[Operator]) -> None:
    """Give the classifier's arrays their places, the last product with an array, and those of a norm before it."""
    for operator in reversed(operators):
        if operator.kind not in _HEADS or len(operator.inputs) < 2 or operator.inputs[1] not in graph.arrays:
            continue
        for before in graph.way(operator.inputs[0]):
            if before.kind == "BatchNormalization":
                graph.keep_layer("bn_final", before)
        is_turned = operator.kind == "Gemm" and operator.settings.get("transB") == 1
        graph.keep(HEAD, "kernel", operator.inputs[1], is_turned=is_turned)
        bias = operator.inputs[2:3]
        if operator.kind == "MatMul":
            after = next((op for op in operators if op.kind == "Add" and operator.outputs[0] in op.inputs), None)
            bias = tuple(name for name in after.inputs if name in graph.arrays) if after else ()
        for name in bias:
            graph.keep(HEAD, "bias", name)
        return


def _first(operator: Operator, name: str, default: int) -> int:
    value = operator.settings.get(name)
    return value[0] if isinstance(value, list) and value else default


def _frame(graph: _Graph, way: Sequence[Operator], operator: Operator, path: str) -> dict[str, Any]:
    """Return the frame before an operator, its own or a pad's, if it is the same on every side: another cannot be said."""
    pads = operator.settings.get("pads", [0])
    before = next((op for op in way if op.kind == "Pad" and set(op.outputs) & set(operator.inputs)), None)
    if before is not None:
        entry = graph.arrays.get(before.inputs[1]) if len(before.inputs) > 1 else None
        whole = before.settings.get("pads") if entry is None else [int(size) for size in entry.read()]
        pads = [*whole[2:4], *whole[6:8]] if isinstance(whole, list) and len(whole) == 8 else []
    return {path: pads[0]} if isinstance(pads, list) and len(set(pads)) == 1 else {}


LAYOUT = Layout("onnx", _assign, order=-1)
