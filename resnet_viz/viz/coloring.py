"""Colours of the picture by a number: parameters, cost, memory, receptive field, size, or a person's own figures."""

import csv
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.measures import MEASURES, OWN
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import kind_of
from resnet_viz.viz.theme import BRANCH, INK, MARKS, SHORTCUT, color_table, ink_on
from resnet_viz.viz.words import short_bytes, short_count

MAX_OWN_BYTES = 1_000_000
_STEPS = 64


class Legend(NamedTuple):
    """What the colours mean: a ramp from `low` to `high`, and marks (colour, text; box, arc or sum)."""

    title: str
    low: str = ""
    high: str = ""
    stops: tuple[str, ...] = ()
    marks: tuple[tuple[str, str, str], ...] = ()
    size: str = ""


@dataclass(frozen=True)
class Coloring:
    """Colours of drawn nodes.

    Attributes:
        fills: (fill, text colour) by drawn node; nodes without a number are not in it; None for colours by kind.
        legend: What they mean.
    """

    fills: dict[str, tuple[str, str]] | None
    legend: Legend


class _Words(NamedTuple):
    title: Callable[[], str]
    text: Callable[[float], str]


_WORDS: dict[str, _Words] = {
    "parameters": _Words(lambda: _("parameters"), short_count),
    "macs": _Words(lambda: _("MACs"), short_count),
    "memory": _Words(lambda: _("activation memory"), lambda value: short_bytes(int(value))),
    "receptive_field": _Words(lambda: _("receptive field"), lambda value: f"{value:.0f} px"),
    "side": _Words(lambda: _("height of the map"), lambda value: f"{value:.0f}"),
}


def color_title(name: str) -> str:
    """Return what a colouring is called."""
    if name == "kind":
        return _("kind of layer")
    return _("your own numbers (CSV)") if name == OWN else _WORDS[name].title()


def color_by(
    summary: NetworkSummary, members: Mapping[str, tuple[str, ...]], name: str, own: Mapping[str, float] | None = None
) -> Coloring:
    """Return the colours of a picture's nodes.

    A node that stands for several layers has their sum (parameters, MACs, memory), the value at its output (receptive
    field, height), or the mean of its layers' own numbers. The ramp is viridis, logarithmic over positive numbers.
    """
    if name == "kind":
        return Coloring(None, _kinds(summary, members))
    made = _by_own(members, own or {}) if name == OWN else _by_measure(summary, members, name)
    return Coloring(made.fills, made.legend._replace(marks=_shortcut_marks(summary)))


def _by_own(members: Mapping[str, tuple[str, ...]], own: Mapping[str, float]) -> Coloring:
    return _ramp(_own_values(members, own), _("your numbers, mean per box"), lambda v: f"{v:.4g}", is_log=False)


def _by_measure(summary: NetworkSummary, members: Mapping[str, tuple[str, ...]], name: str) -> Coloring:
    measure, words = MEASURES[name], _WORDS[name]
    values = {}
    for drawn, ids in members.items():
        records = [summary.by_id[node_id] for node_id in ids]
        value = sum(map(measure.of, records)) if measure.is_sum else measure.of(records[-1])
        if value > 0:
            values[drawn] = float(value)
    title = _("{what}, log scale").format(what=words.title())
    return _ramp(values, title, words.text, is_log=True)


def read_numbers(data: bytes, known: Mapping[str, object]) -> dict[str, float]:
    """Return a person's numbers by layer id from CSV text with two columns: id, number. A first line of words is a head.

    Raises:
        SpecError: If it is too large, no text, a line has another form, or a layer is unknown.
    """
    rule = _("lines of `layer,number`, such as `res3b_branch2b,0.7`")
    if len(data) > MAX_OWN_BYTES:
        raise SpecError(broken_rule("CSV", _("at most 1 MB"), f"{len(data):,} bytes"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(broken_rule("CSV", _("UTF-8 text"), data[:20])) from error
    values: dict[str, float] = {}
    for index, row in enumerate(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ",")):
        if not any(cell.strip() for cell in row):
            continue
        number = _number(row[1]) if len(row) > 1 else None
        if number is None:
            if index == 0:
                continue
            raise SpecError(broken_rule("CSV", rule, ",".join(row)[:60]))
        name = row[0].strip()
        if name not in known:
            advice = _("Line {n}: this network has no such layer.").format(n=index + 1)
            raise SpecError(broken_rule("CSV", _("made of this network's layers"), name[:60], advice))
        values[name] = number
    if not values:
        raise SpecError(broken_rule("CSV", rule, text[:60]))
    return values


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _own_values(members: Mapping[str, tuple[str, ...]], own: Mapping[str, float]) -> dict[str, float]:
    values = {}
    for drawn, ids in members.items():
        given = [own[node_id] for node_id in ids if node_id in own]
        if given:
            values[drawn] = sum(given) / len(given)
    return values


def _ramp(values: Mapping[str, float], title: str, text: Callable[[float], str], *, is_log: bool) -> Coloring:
    if not values:
        return Coloring({}, Legend(title, _("no numbers here"), "", ()))
    low, high = min(values.values()), max(values.values())
    table = ["#" + "".join(f"{channel:02x}" for channel in row) for row in color_table("viridis", _STEPS).tolist()]

    def place(value: float) -> float:
        if high == low:
            return 1.0
        if is_log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    fills = {}
    for drawn, value in values.items():
        fill = table[round(place(value) * (_STEPS - 1))]
        fills[drawn] = (fill, ink_on(fill))
    return Coloring(
        fills, Legend(title, text(low), text(high), tuple(table[round(share / 8 * (_STEPS - 1))] for share in range(9)))
    )


def _kinds(summary: NetworkSummary, members: Mapping[str, tuple[str, ...]]) -> Legend:
    """Return one mark per colour of the layers that are drawn by themselves; grey ones only pass numbers on."""
    shown = {kind_of(summary.by_id[ids[0]].node.layer) for ids in members.values() if len(ids) == 1}
    # What stands on a folded block's arc stands for several layers, its convolution first.
    shown |= {
        kind_of(summary.by_id[ids[0]].node.layer) for name, ids in members.items() if name.startswith("shortcut_")
    }
    has_projection = any(name.startswith("shortcut_") for name in members)
    families = {
        _("convolution; on a shortcut: projection") if has_projection else _("convolution"): ("conv",),
        _("BatchNorm"): ("batch_norm",),
        _("ReLU"): ("relu",),
        _("pooling"): ("max_pool", "average_pool", "global_average_pool"),
        _("classifier"): ("dense", "softmax"),
    }
    marks = [(MARKS[kinds[0]].fill, name, "box") for name, kinds in families.items() if shown & set(kinds)]
    shortcuts = _shortcut_marks(summary)
    if any(name.startswith("branch_") for name in members):
        marks.insert(0, (BRANCH.fill, "F(x)" if shortcuts else _("a block's layers"), "box"))
    return Legend("", marks=(*shortcuts, *marks), size=_("taller: larger maps; wider: more channels"))


def _shortcut_marks(summary: NetworkSummary) -> tuple[tuple[str, str, str], ...]:
    """Return the marks of shortcut and sum, if the network has any."""
    if all(block.add is None for block in summary.graph.blocks):
        return ()
    return (SHORTCUT, _("shortcut"), "arc"), (INK, _("sum"), "sum")
