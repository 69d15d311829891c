"""A specification as a preset and what was changed: short enough for a link, exact enough to build from."""

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.spec.records import Leaf, parse_like
from resnet_viz.spec.rules import within
from resnet_viz.spec.schema import MAX_STAGES, ResNetSpec

# Input and classes are part of the subject, not of what tells two networks apart, and have names of their own in links.
_APART = ("input_shape", "classes")
# Fields that change no answer of a trained network of one size.
_NO_ARITHMETIC = frozenset(
    (*_APART, "seed", "seed_policy", "bn_momentum", "kernel_initializer", "dense_initializer", "classifier_activation")
)


def to_paths(spec: ResNetSpec) -> dict[str, Leaf]:
    """Return every field by its dotted path, as in ``stem.use_relu`` or ``stages.5.blocks`` (stages count from 2)."""
    return dict(_paths(spec))


@lru_cache(maxsize=256)
def _paths(spec: ResNetSpec) -> dict[str, Leaf]:
    paths: dict[str, Leaf] = {}
    for name, value in spec.to_dict().items():
        if name == "stages":
            paths[name] = len(value)
            for number, stage in enumerate(value, start=2):
                paths |= {f"stages.{number}.{field}": item for field, item in stage.items()}
        elif isinstance(value, dict):
            paths |= {f"{name}.{field}": item for field, item in value.items()}
        elif name not in _APART:
            paths[name] = value
    return paths


def changed_paths(base: ResNetSpec, spec: ResNetSpec) -> dict[str, str]:
    """Return the fields of `spec` that differ from `base`, as text; `with_changes` reads them back."""
    before, after = to_paths(with_stage_count(base, len(spec.stages))), to_paths(spec)
    before["stages"] = len(base.stages)
    return {path: text_of(value) for path, value in after.items() if before.get(path) != value}


def with_changes(base: ResNetSpec, changes: dict[str, str]) -> ResNetSpec:
    """Return `base` with fields replaced by path, checked as one.

    Raises:
        SpecError: On an unknown path, a text of another type, or a broken rule.
    """
    if not changes:
        return base
    if "stages" in changes:
        base = with_stage_count(base, int(parse_like("stages", changes["stages"], 1)))  # type: ignore[arg-type]
        changes = {path: text for path, text in changes.items() if path != "stages"}
    known = to_paths(base)
    data: dict[str, Any] = base.to_dict()
    data["stages"] = [dict(stage) for stage in data["stages"]]
    for path, text in changes.items():
        if path not in known:
            rule = _("a field of the specification")
            raise SpecError(broken_rule("change", rule, path, did_you_mean(path, known)))
        head, _dot, rest = path.partition(".")
        value = parse_like(path, text, known[path])
        if head == "stages":
            number, _dot, field = rest.partition(".")
            data["stages"][int(number) - 2][field] = value
        elif rest:
            data[head] = {**data[head], rest: value}
        else:
            data[head] = value
    return replace(ResNetSpec.from_dict(data), input_shape=base.input_shape, classes=base.classes)


def is_built_alike(one: ResNetSpec, other: ResNetSpec) -> bool:
    """Whether two networks have the same arithmetic: size and classes apart, and how they start and learn."""
    names = [item.name for item in fields(one) if item.name not in _NO_ARITHMETIC]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def with_stage_count(base: ResNetSpec, count: int) -> ResNetSpec:
    """Return `base` with its last stages dropped, or its last stage repeated.

    Raises:
        SpecError: If a network cannot have that many.
    """
    if count == len(base.stages):
        return base
    # Before the list is made: a link may ask for a billion stages.
    within("stages", count, 1, MAX_STAGES)
    more = [base.stages[-1]] * (count - len(base.stages))
    return replace(base, stages=(*base.stages[:count], *more))


def to_text(name: str, base: ResNetSpec, spec: ResNetSpec) -> str:
    """Return a specification as one word of a link: a preset's name and the changes, with commas between."""
    return ",".join([name, *(f"{path}={text}" for path, text in changed_paths(base, spec).items())])


def from_text(text: str) -> tuple[str, dict[str, str]]:
    """Return the preset's name and the changes of `to_text`'s form."""
    name, *changes = text.split(",")
    return name, dict(change.partition("=")[::2] for change in changes)


def text_of(value: Leaf) -> str:
    """Return a value as links write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value)
