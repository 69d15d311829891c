"""The subject read from an address: every value checked, what is not understood left out and said."""

import re
from collections.abc import Mapping
from dataclasses import replace

from resnet_viz.attribution.catalogue import parse_target
from resnet_viz.attribution.catalogue import settings_of as method_settings
from resnet_viz.errors import ImageError, ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES
from resnet_viz.images.samples import SAMPLES
from resnet_viz.messages import LANGUAGES
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import to_paths, with_changes
from resnet_viz.training.demos import demo
from resnet_viz.ui.cache import network
from resnet_viz.ui.selection import (
    ASPECTS,
    COLORS,
    MAX_COMPARED,
    MAX_SETTINGS,
    PANELS,
    STATISTICS,
    UPLOAD,
    WEIGHTS,
    Selection,
    named_parts,
    pixel_of,
    settings_of,
    stage_of,
    surgery_of,
)
from resnet_viz.viz.dot import known_groups
from resnet_viz.viz.views import CHART_METRICS, VIEWS

_RUN_WEIGHTS = re.compile(r"run\.[\w-]{4,24}\.[^./]{1,40}")
_RUN = re.compile(r"[\w-]{0,40}")


def from_params(params: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """Return the selection a link describes, and a sentence for each part that was not understood and left out."""
    problems: list[str] = []
    selection = Selection()
    for step in (
        _read_network,
        _read_node,
        _read_picture,
        _read_other,
        _read_walk,
        _read_training,
        _read_look,
        _read_rest,
    ):
        try:
            selection = step(selection, params)
        except ResNetVizError as error:
            problems.append(str(error))
    return selection, problems


def _read_network(selection: Selection, params: Mapping[str, str]) -> Selection:
    name = params.get("preset", DEFAULT_PRESET)
    base = preset(name)
    if "input" in params:
        base = replace(base, input_shape=parse_input_shape(params["input"]))
    if "classes" in params:
        base = replace(base, classes=parse_classes(params["classes"]))
    known = to_paths(base)
    changes = {path: text for path, text in params.items() if path in known or path.startswith("stages.")}
    spec = with_changes(base, changes)
    network(spec)
    return replace(selection, preset=name, spec=spec)


def _read_node(selection: Selection, params: Mapping[str, str]) -> Selection:
    return replace(selection, node=selection.summary.graph.node(params.get("node", selection.node)).id)


def _read_picture(selection: Selection, params: Mapping[str, str]) -> Selection:
    known = known_groups(selection.summary)
    opened = [group for group in params.get("open", "").split(".") if group]
    for group in opened:
        if group not in known:
            rule = _("a stage or a block of this network")
            raise SpecError(broken_rule("open", rule, group, did_you_mean(group, known)))
    stages = {stage_of(group) for group in opened}
    return replace(selection, opened=frozenset(opened) | stages)


def _read_other(selection: Selection, params: Mapping[str, str]) -> Selection:
    return selection.comparing(params.get("against", ""))


def _read_walk(selection: Selection, params: Mapping[str, str]) -> Selection:
    stop = params.get("stop", "1")
    stop_number = int(stop) if stop.isascii() and stop.isdecimal() and len(stop) < 4 else 1
    return replace(
        selection, present=params.get("present") == "1", walk=params.get("walk", "")[:40], stop=max(1, stop_number)
    )


def _read_training(selection: Selection, params: Mapping[str, str]) -> Selection:
    name = demo(params.get("demo", selection.demo)).name
    run, compared = params.get("run", ""), tuple(part for part in params.get("with", "").split(".") if part)
    for text in (run, *compared):
        if not _RUN.fullmatch(text):
            raise SpecError(broken_rule("run", _("a run's id"), text[:40]))
    after = replace(selection, demo=name, run=run, compared=compared[:MAX_COMPARED])
    settings = params.get("plan", "")
    if len(settings) > MAX_SETTINGS:
        raise SpecError(broken_rule("plan", _("at most {n} characters long").format(n=MAX_SETTINGS), settings[:40]))
    return after.changing(settings_of(settings)) if settings else after


def _read_rest(selection: Selection, params: Mapping[str, str]) -> Selection:
    valid = {
        "image": (*SAMPLES, UPLOAD),
        "resize": RESIZES,
        "interp": tuple(INTERPOLATIONS),
        "prep": tuple(NORMALISATIONS),
        "weights": WEIGHTS,
        "lang": (*LANGUAGES, ""),
        "color": COLORS,
        "panel": PANELS,
        "view": VIEWS,
        "metric": CHART_METRICS,
        "show": ASPECTS,
        "bn": STATISTICS,
    }
    values = {name: params.get(name, named_parts(selection)[name]) for name in valid}
    for name, value in values.items():
        is_of_run = name == "weights" and _RUN_WEIGHTS.fullmatch(value)
        if value not in valid[name] and not is_of_run:
            raise ImageError(broken_rule(name, _("one of its values"), value, did_you_mean(value, valid[name])))
    return replace(
        selection,
        image=values["image"],
        resize=values["resize"],
        interpolation=values["interp"],
        normalisation=values["prep"],
        weights=values["weights"],
        language=values["lang"],
        color=values["color"],
        panel=values["panel"],
        view=values["view"],
        metric=values["metric"],
        aspect=values["show"],
        statistics=values["bn"],
    )


def _read_look(selection: Selection, params: Mapping[str, str]) -> Selection:
    """Read what is looked at in the activations, and how a prediction is explained."""
    surgery = surgery_of(params.get("surgery", ""), selection.summary)
    pixel = params.get("pixel", "")
    if pixel and pixel_of(pixel, selection.summary) is None:
        rule = _("LAYER:ROW.COLUMN.CHANNEL within that layer's map")
        raise SpecError(broken_rule("pixel", rule, pixel[:60]))
    beside = params.get("beside", "")
    kind, _colon, name = beside.partition(":")
    known = {"image": (*SAMPLES, UPLOAD), "weights": WEIGHTS, "surgery": ("none",)}
    if beside and name not in known.get(kind, ()) and not (kind == "weights" and _RUN_WEIGHTS.fullmatch(name)):
        rule = _("image:NAME, weights:NAME or surgery:none")
        raise ImageError(broken_rule("beside", rule, beside[:60]))
    method = params.get("method", selection.method)
    explaining = settings_of(params.get("how", "")[:200])
    method_settings(method, explaining)
    target = parse_target(params.get("class", ""), selection.spec.classes)
    return replace(
        selection,
        surgery=surgery,
        pixel=pixel,
        beside=beside,
        method=method,
        explaining=";".join(f"{key}={value}" for key, value in explaining.items()),
        target="" if target is None else str(target),
    )
