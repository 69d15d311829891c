"""Edits of a specification, as people make them: one field, the table of stages, a file of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.changes import changed_paths, text_of, with_changes
from resnet_viz.spec.presets import PRESETS
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.schema import ResNetSpec, Stage

_MAX_SPEC_BYTES = 100_000


def with_field(spec: ResNetSpec, path: str, value: Any) -> ResNetSpec:
    """Return the specification with one field changed, and with what that field cannot do without."""
    if path == "block" and value != spec.block:
        return _with_block_kind(spec, value)
    if path == "pre_activation" and value != spec.pre_activation:
        spec = replace(spec, final_norm=bool(value))
    if path == "stem.pool_size" and value <= spec.stem.pool_padding:
        spec = replace(spec, stem=replace(spec.stem, pool_padding=0))
    return with_changes(spec, {path: text_of(value)})


def _with_block_kind(spec: ResNetSpec, kind: str) -> ResNetSpec:
    """Return the network of the other kind of block: a bottleneck widens by 4, a basic block keeps its filters."""

    def filters(old: tuple[int, ...]) -> tuple[int, ...]:
        return (old[0], old[0]) if kind == "basic" else (old[0], old[0], 4 * old[0])

    stages = tuple(
        replace(
            stage,
            convolution_filters=filters(stage.convolution_filters),
            identity_filters=filters(stage.convolution_filters),
        )
        for stage in spec.stages
    )
    stride_on = "first" if kind == "basic" else spec.stride_on
    return replace(spec, block=kind, stages=stages, stride_on=stride_on)  # type: ignore[arg-type]


def edited_stages(stages: tuple[Stage, ...], edits: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Return stages after the edits of their table.

    Args:
        stages: As they were.
        edits: ``edited_rows`` by number, ``added_rows``, ``deleted_rows``; filters as text.

    Raises:
        SpecError: If a cell holds no whole number, or no filters.
    """
    rows: list[Stage] = []
    for index, stage in enumerate(stages):
        if index not in edits["deleted_rows"]:
            rows.append(_stage(stage, edits["edited_rows"].get(index, {})))
    for added in edits["added_rows"]:
        values = {name: value for name, value in added.items() if value is not None and name not in ("_index", "stage")}
        rows.append(_stage(stages[-1], values))
    return tuple(rows)


def _stage(stage: Stage, values: dict[str, Any]) -> Stage:
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name in ("convolution_filters", "identity_filters"):
            changes[name] = _filters(name, str(value))
        elif isinstance(value, (int, float)) and float(value).is_integer():
            changes[name] = int(value)
        else:
            raise SpecError(broken_rule(name, _("a whole number"), value))
    return replace(stage, **changes)


def _filters(name: str, text: str) -> tuple[int, ...]:
    found = [whole_of(part) for part in text.replace(",", " ").replace("·", " ").split()]
    numbers = tuple(number for number in found if number is not None)
    if not found or len(numbers) < len(found):
        raise SpecError(broken_rule(name, _("whole numbers with spaces between, such as 64 64 256"), text))
    return numbers


def nearest_preset(spec: ResNetSpec) -> str:
    """Return the preset that tells a specification in the fewest changes."""
    return min(PRESETS, key=lambda name: len(changed_paths(PRESETS[name], spec)))


def specification_in(data: bytes) -> ResNetSpec:
    """Return the specification in the bytes of a JSON file.

    Raises:
        SpecError: If there is none, or it breaks a rule.
    """
    if len(data) > _MAX_SPEC_BYTES:
        raise SpecError(broken_rule("specification", _("at most 100 kB of JSON"), f"{len(data):,} bytes"))
    return ResNetSpec.from_json(data.decode("utf-8", errors="replace"))
