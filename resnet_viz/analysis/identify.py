"""Which network a parameter total belongs to: the presets, and what common mistakes make of them.

Every candidate is computed from a graph: a mistake is either another value of fields of the specification or a change
of the graph's account, so that no total is written down anywhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from resnet_viz.analysis.summary import NetworkSummary, analyse
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import AveragePool, BatchNorm
from resnet_viz.spec.presets import PRESETS
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.schema import Bias, ResNetSpec, Stem

# Networks that a student is likely to have meant: ResNet-50 in its versions.
INTENDED = ("course", "coursera-2018", "keras-v1", "torch-v1.5", "v2")
COMMON_CLASSES = (2, 6, 10, 100, 1000)
MAX_TOTAL = 10**11
# Whose last layer is often left out, to put another one on top: what libraries publish comes first.
_PUBLISHED = ("keras-v1", "keras-v1-101", "keras-v1-152", "v2", "torch-v1.5", "resnet18", "resnet34")
NO_TOP = "no_top"


class Mistake(NamedTuple):
    """A common mistake.

    Attributes:
        name: Its key.
        change: What it makes of a specification, or None if it cannot be said in fields.
        effect: What it adds to the total parameters of a network (negative: takes away), if it is not a field.
    """

    name: str
    change: Callable[[ResNetSpec], ResNetSpec] | None = None
    effect: Callable[[NetworkSummary], int] | None = None


class Match(NamedTuple):
    """A network with the total asked for.

    Attributes:
        preset: The preset it starts from.
        input_shape: Its input.
        classes: Its classes.
        mistakes: Names of the mistakes that lead to the total, none for the preset itself.
        counted: ``all`` parameters, or the ``trainable`` ones alone.
    """

    preset: str
    input_shape: tuple[int, int, int]
    classes: int
    mistakes: tuple[str, ...]
    counted: str


class Reason(NamedTuple):
    """Why a network has the total asked for.

    Attributes:
        parameters: Of the network as it is meant.
        effects: What each mistake of the match adds, in order; with `parameters` they sum up to the total.
        top: Parameters of its last layer.
        not_trained: How many of its parameters are not trained.
    """

    parameters: int
    effects: tuple[int, ...]
    top: int
    not_trained: int


def parse_total(text: str) -> int:
    """Return a number of parameters from text such as ``23,600,006`` or ``23 600 006``.

    Raises:
        SpecError: If it is no whole number from 1 to 10^11.
    """
    digits = text.strip()
    for sign in (",", ".", " ", "_", "'", "\u00a0", "\u202f"):
        digits = digits.replace(sign, "")
    total = whole_of(digits)
    if total is None or not 0 < total <= MAX_TOTAL:
        raise SpecError(broken_rule("total", _("a whole number of parameters such as 23,600,006"), text))
    return total


def mistakes() -> tuple[Mistake, ...]:
    """Return the mistakes that are looked for."""
    return (
        Mistake("512_for_256", lambda spec: _with_last_identity(spec, 512)),
        Mistake("256_for_512", lambda spec: _with_last_identity(spec, 256)),
        Mistake("no_bias", lambda spec: replace(spec, bias=_biases(is_on=False), stem=_stem(spec, use_bias=False))),
        Mistake("bias", lambda spec: replace(spec, bias=_biases(is_on=True), stem=_stem(spec, use_bias=True))),
        Mistake(
            "no_shortcut_norm",
            lambda spec: replace(spec, shortcut=replace(spec.shortcut, projection="conv")),
        ),
        Mistake("no_shortcuts", lambda spec: replace(spec, shortcut=replace(spec.shortcut, enabled=False))),
        Mistake("no_stem_norm", lambda spec: replace(spec, stem=_stem(spec, use_batch_norm=False))),
        Mistake("global_pool", lambda spec: replace(spec, head="global")),
        Mistake("same_pool", effect=_same_pool),
        Mistake("no_pool", effect=_no_pool),
        Mistake("no_branch2c_norm", effect=lambda summary: -_norms(summary, "branch2c")),
        Mistake("no_norms", effect=lambda summary: -_norms(summary, "")),
        Mistake("norm_axis_1", effect=_norm_axis_1),
        Mistake("one_block_less_4", lambda spec: _with_blocks(spec, 4, -1)),
        Mistake("one_block_more_4", lambda spec: _with_blocks(spec, 4, 1)),
        Mistake("one_block_less_5", lambda spec: _with_blocks(spec, 5, -1)),
        Mistake("middle_1x1", lambda spec: replace(spec, kernel_size=1)),
        Mistake("middle_5x5", lambda spec: replace(spec, kernel_size=5)),
    )


def identify(total: int, spec: ResNetSpec) -> list[Match]:
    """Return the networks with that many parameters, the plainest explanation first.

    Looked at: every preset at its own size, at the input and classes of `spec`, and with common numbers of classes;
    then, if none fits, every preset without its last layer; then one mistake, then two, in the ResNet-50 presets.
    """
    found = list(dict.fromkeys(_exact(total, spec))) or list(_topless(total))
    for count in (1, 2):
        if found:
            break
        found = list(dict.fromkeys(_mistaken(total, spec, count)))
    return found


def reason(match: Match) -> Reason:
    """Return why a match has its total: computed step by step, so that the steps add up."""
    spec = replace(PRESETS[match.preset], input_shape=match.input_shape, classes=match.classes)
    summary = analyse(spec)
    top = _top(summary)
    known = {mistake.name: mistake for mistake in mistakes()}
    sums = [summary.totals.parameters]
    for count, name in enumerate(match.mistakes, start=1):
        made = sums[0] - top if name == NO_TOP else _total_with([known[own] for own in match.mistakes[:count]], spec)
        sums.append(sums[-1] if made is None else made)
    effects = tuple(after - before for before, after in pairwise(sums))
    return Reason(sums[0], effects, top, summary.totals.parameters - summary.totals.trainable)


def nearest(total: int, spec: ResNetSpec) -> tuple[str, int]:
    """Return the preset closest in total at the input and classes of `spec`, and `total` less its total."""
    totals = {name: summary.totals.parameters for name, summary in _intended(spec)}
    name = min(totals, key=lambda key: abs(totals[key] - total))
    return name, total - totals[name]


def _exact(total: int, spec: ResNetSpec) -> Iterator[Match]:
    for name, own in PRESETS.items():
        # A global average leaves no trace of the input's size in the total.
        sizes = (spec.input_shape,) if own.head == "global" else dict.fromkeys((own.input_shape, spec.input_shape))
        classes = dict.fromkeys((own.classes, spec.classes, *COMMON_CLASSES))
        for shape in sizes:
            summary = _analysed(replace(own, input_shape=shape))
            if summary is None:
                continue
            per_class = summary.records[_dense_place(summary)].input_shape[0] + 1
            for count in classes:
                more = (count - own.classes) * per_class
                if summary.totals.parameters + more == total:
                    yield Match(name, shape, count, (), "all")
                if summary.totals.trainable + more == total:
                    yield Match(name, shape, count, (), "trainable")


def _topless(total: int) -> Iterator[Match]:
    """Find presets without their last layer: a total in which neither classes nor, mostly, the input leave a trace."""
    for name in (*_PUBLISHED, *(name for name in PRESETS if name not in _PUBLISHED)):
        own = PRESETS[name]
        totals = analyse(own).totals
        top = _top(analyse(own))
        for count, counted in ((totals.parameters, "all"), (totals.trainable, "trainable")):
            if count - top == total:
                yield Match(name, own.input_shape, own.classes, (NO_TOP,), counted)


def _mistaken(total: int, spec: ResNetSpec, count: int) -> Iterator[Match]:
    for name, summary in _intended(spec):
        start, base = summary.totals.parameters, summary.graph.spec
        deltas = {m.name: (_delta(m, summary), m) for m in mistakes()}
        useful = [(delta, m) for delta, m in deltas.values() if delta]
        for chosen in combinations(useful, count):
            # Mistakes need not add up (a layer that is gone has no bias to lose): the sum picks, the graph decides.
            rough = start + sum(delta or 0 for delta, _m in chosen)
            if abs(rough - total) > (0 if count == 1 else 200_000):
                continue
            if _total_with([m for _delta_, m in chosen], base) == total:
                names = tuple(m.name for _delta_, m in chosen)
                yield Match(name, base.input_shape, base.classes, names, "all")


def _intended(spec: ResNetSpec) -> Iterator[tuple[str, NetworkSummary]]:
    for name in INTENDED:
        summary = _analysed(replace(PRESETS[name], input_shape=spec.input_shape, classes=spec.classes))
        if summary is not None:
            yield name, summary


def _delta(mistake: Mistake, summary: NetworkSummary) -> int | None:
    made = _total_with([mistake], summary.graph.spec)
    return None if made is None else made - summary.totals.parameters


def _total_with(chosen: list[Mistake], spec: ResNetSpec) -> int | None:
    """Return the total of a network with these mistakes, or None if it cannot exist."""
    try:
        for mistake in chosen:
            if mistake.change:
                spec = mistake.change(spec)
        summary = analyse(spec)
    except SpecError:
        return None
    return summary.totals.parameters + sum(m.effect(summary) for m in chosen if m.effect)


def _analysed(spec: ResNetSpec) -> NetworkSummary | None:
    try:
        return analyse(spec)
    except SpecError:
        return None


def _with_last_identity(spec: ResNetSpec, squeeze: int) -> ResNetSpec:
    last = spec.stages[-1]
    filters = (*[squeeze] * (len(last.identity_filters) - 1), last.identity_filters[-1])
    return replace(spec, stages=(*spec.stages[:-1], replace(last, identity_filters=filters)))


def _with_blocks(spec: ResNetSpec, stage: int, more: int) -> ResNetSpec:
    stages = list(spec.stages)
    if stage - 2 < len(stages):
        stages[stage - 2] = replace(stages[stage - 2], blocks=stages[stage - 2].blocks + more)
    return replace(spec, stages=tuple(stages))


def _biases(*, is_on: bool) -> Bias:
    return Bias(branch2a=is_on, branch2b=is_on, branch2c=is_on, shortcut=is_on)


def _stem(spec: ResNetSpec, **switches: Any) -> Stem:
    return replace(spec.stem, **switches)


def _dense_place(summary: NetworkSummary) -> int:
    return next(i for i, r in enumerate(summary.records) if r.node.id == f"fc{summary.graph.spec.classes}")


def _top(summary: NetworkSummary) -> int:
    return summary.records[_dense_place(summary)].parameters


def _dense_growth(summary: NetworkSummary, inputs: int) -> int:
    """Return how the dense layer's weights grow if it reads that many inputs instead of its own."""
    own = summary.records[_dense_place(summary)].input_shape[0]
    return (inputs - own) * summary.graph.spec.classes


def _pool(summary: NetworkSummary) -> tuple[tuple[int, ...], AveragePool] | None:
    record = summary.by_id["avg_pool"]
    return (record.input_shape, record.node.layer) if isinstance(record.node.layer, AveragePool) else None


def _same_pool(summary: NetworkSummary) -> int:
    """`avg_pool` with padding same: ceil(n / 2) cells an axis instead of floor."""
    found = _pool(summary)
    if found is None:
        return 0
    (height, width, channels), pool = found
    return _dense_growth(summary, -(-height // pool.strides) * -(-width // pool.strides) * channels)


def _no_pool(summary: NetworkSummary) -> int:
    """No pooling before flatten: every cell of the last map is an input of the dense layer."""
    height, width, channels = summary.by_id["avg_pool"].input_shape
    return _dense_growth(summary, height * width * channels)


def _norms(summary: NetworkSummary, suffix: str) -> int:
    return sum(
        r.parameters for r in summary.records if isinstance(r.node.layer, BatchNorm) and r.node.id.endswith(suffix)
    )


def _norm_axis_1(summary: NetworkSummary) -> int:
    """BatchNorm over axis 1, as channels-first code has it: four numbers per row of the map instead of per channel."""
    norms = [r for r in summary.records if isinstance(r.node.layer, BatchNorm)]
    return sum(4 * (r.input_shape[0] - r.input_shape[-1]) for r in norms)
