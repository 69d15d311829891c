"""Whatever a person or a link can set has a bound: every field is found by itself, so a new one without a bound fails."""

import contextlib
import copy
import math
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin

import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import MAX_NUMBER, METHODS, settings_of
from resnet_viz.errors import ResNetVizError
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import to_paths
from resnet_viz.spec.records import hints_of
from resnet_viz.subject.links import MAX_TEXT, PARTS, from_params, to_params
from resnet_viz.subject.subject import Subject
from resnet_viz.training.demos import demos
from resnet_viz.training.plan import Plan, check_memory
from resnet_viz.ui.train import data_gallery
from resnet_viz.viz.dot import draw

from ..measuring import measured

MOST_S, MOST_BYTES = 2.0, 150e6
HUGE = (
    10**12,
    -(10**12),
    1e308,
    math.nan,
    math.inf,
    "9" * 100_000,
    [10**12] * 3,
    [1] * 100_000,
    ["x"] * 100_000,
    {"x": 1},
)
Path = tuple[str | int, ...]


def leaves(cls: type, start: Path = ()) -> list[Path]:
    """Return the way to every field that is no record itself; into the first of a list of records."""
    found: list[Path] = []
    for item in fields(cls):
        hint, place = hints_of(cls)[item.name], (*start, item.name)
        inner = get_args(hint)[0] if get_origin(hint) is tuple else None
        if is_dataclass(hint):
            found += leaves(hint, place)
        elif inner is not None and is_dataclass(inner):
            found += [place, *leaves(inner, (*place, 0))]
        else:
            found.append(place)
    return found


def with_value(data: dict[str, Any], place: Path, value: object) -> dict[str, Any]:
    made = copy.deepcopy(data)
    where: Any = made
    for step in place[:-1]:
        where = where[step]
    where[place[-1]] = value
    return made


def name_of(place: Path) -> str:
    return ".".join(map(str, place))


RECORDS = [(ResNetSpec, PRESETS["course"].to_dict()), (Plan, demos()["overfit-ten"].plan.to_dict())]
FIELDS = [(cls, data, place) for cls, data in RECORDS for place in leaves(cls)]


def accepted(cls: type, data: dict[str, Any], place: Path, value: object) -> Any:
    try:
        return cls.from_dict(with_value(data, place, value))  # type: ignore[attr-defined]
    except ResNetVizError:
        return None


def largest(cls: type, data: dict[str, Any], place: Path) -> Any:
    """Return what is built of the largest whole number a field takes, or None if it takes no numbers."""
    low = next((value for value in (1, 8) if accepted(cls, data, place, value) is not None), None)
    if low is None:
        return None
    high = low
    while accepted(cls, data, place, high * 2) is not None:
        high *= 2
        assert high < 10**12, f"{name_of(place)} has no bound"
    low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if accepted(cls, data, place, middle) is not None else (low, middle)
    return accepted(cls, data, place, low)


def test_every_field_is_found():
    assert ("stages", 0, "blocks") in leaves(ResNetSpec)
    assert ("data", "folder") in leaves(Plan)
    assert len(FIELDS) > 60


@pytest.mark.parametrize(
    ("cls", "data", "place"), FIELDS, ids=lambda value: name_of(value) if isinstance(value, tuple) else ""
)
def test_a_huge_value_of_any_field_is_refused_with_a_sentence(cls, data, place):
    for value in HUGE:
        with measured() as cost:
            assert accepted(cls, data, place, value) is None, f"{name_of(place)} takes {str(value)[:20]}"
        assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), (str(value)[:20], cost)


@pytest.mark.parametrize("place", leaves(ResNetSpec), ids=name_of)
def test_the_largest_value_of_a_network_costs_little(place):
    spec = largest(ResNetSpec, PRESETS["course"].to_dict(), place)
    if spec is None:
        return
    with measured() as cost, contextlib.suppress(ResNetVizError):
        summary = analyse(spec)
        draw(summary, summary.graph.groups)
    assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), cost


@pytest.mark.parametrize("place", leaves(Plan), ids=name_of)
def test_the_largest_value_of_a_plan_costs_little(place):
    plan = largest(Plan, demos()["overfit-ten"].plan.to_dict(), place)
    if plan is None:
        return
    with measured() as cost, contextlib.suppress(ResNetVizError):
        plan.summaries(6)
        source = data_gallery._source(plan)
        if source is not None:
            source.train(np.arange(min(54, source.train_count or 54)))
    check_memory(plan, plan.data.train + plan.data.validation)
    assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), cost


def test_the_largest_network_of_all_costs_little():
    changes = {"stages": "6", "width": "0.05", "input": "512"} | {f"stages.{n}.blocks": "42" for n in range(2, 8)}
    with measured() as cost:
        selection, problems = from_params(changes)
        draw(selection.summary, selection.summary.graph.groups)
    assert problems == []
    assert len(selection.summary.graph.blocks) == 252
    assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), cost


@pytest.mark.parametrize(("method", "name"), [(m, name) for m in METHODS for name in METHODS[m].settings])
def test_every_setting_of_a_method_has_a_bound(method, name):
    for value in ("9" * 100_000, str(MAX_NUMBER + 1), "00000064", "-1", "nan", "1e9", "٣", "0", "x" * 100_000):
        with pytest.raises(ResNetVizError, match=f"`{name}` must be one of its values"):
            settings_of(method, {name: value})


@pytest.mark.parametrize("name", [*PARTS, "preset", "input", "classes", *to_paths(PRESETS["course"])])
def test_a_huge_value_of_any_part_of_a_link_costs_little(name):
    base = to_params(Subject()) | {"method": "integrated-gradients"}
    for text in ("9" * 100_000, "9" * MAX_TEXT, "3." * (MAX_TEXT // 2), "a=1;" * 500, "drop:3b," * 500, "[" * MAX_TEXT):
        with measured() as cost:
            selection, _problems = from_params(base | {name: text})
            params = to_params(selection)
        assert sum(map(len, params.values())) < 2 * MAX_TEXT
        assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), (name, text[:9], cost)
