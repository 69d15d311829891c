"""The network's part of a link: a preset, its input and classes, and the fields that differ; read together.

Fields need each other (basic blocks need two filters a stage), so none is judged alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from resnet_viz.analysis import network
from resnet_viz.errors import SpecError
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, ResNetSpec, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import changed_paths, to_paths, with_changes
from resnet_viz.spec.salvage import salvaged

# Networks that cannot exist are looked into; each look takes an account of one (up to 0.1 s).
MOST_ACCOUNTS = 12


def write_network(name: str, spec: ResNetSpec) -> dict[str, str]:
    """Return a network as links write it: its preset always, then what differs from that."""
    own, params = PRESETS[name], {"preset": name}
    if spec.input_shape != own.input_shape:
        params["input"] = _input_text(spec.input_shape)
    if spec.classes != own.classes:
        params["classes"] = str(spec.classes)
    return params | changed_paths(own, spec)


def read_network(params: Mapping[str, str], problems: list[str]) -> tuple[str, ResNetSpec]:
    """Return the preset and the specification that a link describes; a sentence for what is left out of it."""
    name = params.get("preset", DEFAULT_PRESET)
    try:
        preset(name)
    except SpecError as error:
        problems.append(str(error))
        name = DEFAULT_PRESET
    known = to_paths(PRESETS[name])
    names = ["input", "classes", *(path for path in params if path in known or path.startswith("stages."))]
    wanted = {path: params[path] for path in names if path in params}

    def described(parts: dict[str, str]) -> tuple[dict[str, str], ResNetSpec]:
        return parts, _described(name, parts)

    def existing(parts: dict[str, str]) -> ResNetSpec:
        return network(_described(name, parts)).graph.spec

    (parts, _spec), broken = salvaged(wanted, described)
    spec, impossible = salvaged(parts, existing, tries=MOST_ACCOUNTS, alone=False)
    problems.extend(broken + impossible)
    return name, spec


def _described(name: str, parts: Mapping[str, str]) -> ResNetSpec:
    base, changes = preset(name), dict(parts)
    if "input" in parts:
        base = replace(base, input_shape=parse_input_shape(changes.pop("input")))
    if "classes" in parts:
        base = replace(base, classes=parse_classes(changes.pop("classes")))
    return with_changes(base, changes)


def _input_text(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    if channels != 3:
        return f"{height}x{width}x{channels}"
    return str(height) if height == width else f"{height}x{width}"
