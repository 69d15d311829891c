"""The subject read from an address: every value checked, a bad one left out and said; it costs nothing but itself."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from resnet_viz.analysis import network
from resnet_viz.analysis.measures import COUNTS
from resnet_viz.attribution.catalogue import METHODS, parse_target
from resnet_viz.attribution.catalogue import settings_of as method_settings
from resnet_viz.errors import ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES
from resnet_viz.images.samples import SAMPLES
from resnet_viz.messages import LANGUAGES, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, ResNetSpec, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import to_paths, with_changes
from resnet_viz.spec.graph import stage_of
from resnet_viz.spec.rules import at_most_long, one_of, whole_of
from resnet_viz.spec.salvage import salvaged
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import with_settings
from resnet_viz.ui.focus import first_focus
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
    check_plan,
    pixel_of,
    settings_of,
    surviving_surgery,
    text_of,
)
from resnet_viz.viz.views import VIEWS
from resnet_viz.walks import MAX_STOPS, OWN_WALK, shipped_walks

MAX_TEXT = 4000
"""Longest value of a link's part, characters: the app writes none longer."""
MAX_SENTENCES = 8
# Networks and plans that cannot exist are looked into; each look takes an account of networks (up to 0.1 s).
_MOST_ACCOUNTS = 12
_RUN_WEIGHTS = re.compile(r"run\.[A-Za-z0-9_-]{4,24}\.[^./]{1,40}")
_RUN = re.compile(r"[A-Za-z0-9_-]{1,40}")

Reader = Callable[[Selection, str, list[str]], Selection]
"""Returns the selection with one part read from its text; refuses it, or adds a sentence for what it leaves out."""


def from_params(params: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """Return the selection a link describes, and a sentence for each part that was not understood and left out."""
    problems: list[str] = []
    wanted = {}
    for name, text in params.items():
        try:
            at_most_long(name[:40], text, MAX_TEXT)
            wanted[name] = text
        except SpecError as error:
            problems.append(str(error))
    selection = _read_network(Selection(), wanted, problems)
    for name, read in PARTS.items():
        if name not in wanted:
            continue
        try:
            selection = read(selection, wanted[name], problems)
        except ResNetVizError as error:
            problems.append(str(error))
    more = len(problems) - MAX_SENTENCES
    if more > 0:
        rest = ngettext("{n} more part was left out.", "{n} more parts were left out.", more).format(n=more)
        problems = [*problems[:MAX_SENTENCES], rest]
    return selection, problems


def language_of(params: Mapping[str, str]) -> str:
    """Return the language a link asks for, or "": its sentences are to be in it."""
    wanted = params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def _read_network(selection: Selection, params: Mapping[str, str], problems: list[str]) -> Selection:
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
    spec, impossible = salvaged(parts, existing, tries=_MOST_ACCOUNTS, alone=False)
    problems += broken + impossible
    return replace(selection, preset=name, spec=spec, node=first_focus(network(spec).graph))


def _described(name: str, parts: Mapping[str, str]) -> ResNetSpec:
    base, changes = preset(name), dict(parts)
    if "input" in parts:
        base = replace(base, input_shape=parse_input_shape(changes.pop("input")))
    if "classes" in parts:
        base = replace(base, classes=parse_classes(changes.pop("classes")))
    return with_changes(base, changes)


def _listed(field: str, name: str, valid: Collection[str]) -> Reader:
    """Return the reader of a part that is one of its values."""

    def read(selection: Selection, text: str, _problems: list[str]) -> Selection:
        one_of(name, text, tuple(valid))
        return replace(selection, **{field: text})  # type: ignore[arg-type]

    return read


def _node(selection: Selection, text: str, _problems: list[str]) -> Selection:
    graph = selection.summary.graph
    known = (*graph.block_by_name, *graph.by_id)
    if text not in known:
        rule = _("a layer or a block of this network")
        raise SpecError(broken_rule("node", rule, text, did_you_mean(text, known)))
    return replace(selection, node=text)


def _open(selection: Selection, text: str, problems: list[str]) -> Selection:
    known = selection.summary.graph.groups
    asked = [group for group in text.split(".") if group]
    for group in dict.fromkeys(asked):
        if group not in known:
            rule = _("a stage or a block of this network")
            problems.append(broken_rule("open", rule, group, did_you_mean(group, known)))
    opened = frozenset(asked) & frozenset(known)
    return replace(selection, opened=opened | {stage_of(group) for group in opened})


def _against(selection: Selection, text: str, _problems: list[str]) -> Selection:
    return selection.comparing(text)


def _switch(field: str, name: str) -> Reader:
    """Return the reader of a part that is on or off."""

    def read(selection: Selection, text: str, _problems: list[str]) -> Selection:
        one_of(name, text, ("1", ""))
        return replace(selection, **{field: text == "1"})  # type: ignore[arg-type]

    return read


def _stop(selection: Selection, text: str, _problems: list[str]) -> Selection:
    number = whole_of(text)
    if number is None or not 1 <= number <= MAX_STOPS:
        rule = _("a whole number from {low} to {high}").format(low=1, high=MAX_STOPS)
        raise SpecError(broken_rule("stop", rule, text))
    return replace(selection, stop=number)


def _walk(selection: Selection, text: str, _problems: list[str]) -> Selection:
    one_of("walk", text, (*shipped_walks(), OWN_WALK, ""))
    return replace(selection, walk=text)


def _weights(selection: Selection, text: str, _problems: list[str]) -> Selection:
    if not _is_weights(text):
        one_of("weights", text, WEIGHTS)
    return replace(selection, weights=text)


def _is_weights(text: str) -> bool:
    return text in WEIGHTS or bool(_RUN_WEIGHTS.fullmatch(text) and text.isprintable())


def _plan(selection: Selection, text: str, problems: list[str]) -> Selection:
    at_most_long("plan", text, MAX_SETTINGS)
    start = demo(selection.demo).plan

    def described(settings: dict[str, str]) -> dict[str, str]:
        with_settings(start, settings)
        return settings

    def existing(settings: dict[str, str]) -> dict[str, str]:
        check_plan(with_settings(start, settings))
        return settings

    settings, broken = salvaged(settings_of(text), described)
    settings, impossible = salvaged(settings, existing, tries=_MOST_ACCOUNTS, alone=False)
    problems += broken + impossible
    return replace(selection, settings=text_of(settings))


def _run(selection: Selection, text: str, _problems: list[str]) -> Selection:
    if text and not _RUN.fullmatch(text):
        raise SpecError(broken_rule("run", _("a run's id"), text[:40]))
    return replace(selection, run=text)


def _with(selection: Selection, text: str, problems: list[str]) -> Selection:
    names = [name for name in dict.fromkeys(text.split(".")) if name]
    good = [name for name in names if _RUN.fullmatch(name)]
    if len(good) < len(names):
        bad = next(name for name in names if name not in good)
        problems.append(broken_rule("with", _("a run's id"), bad[:40]))
    return replace(selection, compared=tuple(good[:MAX_COMPARED]))


def _surgery(selection: Selection, text: str, problems: list[str]) -> Selection:
    surgery, broken = surviving_surgery(text, selection.summary)
    problems += broken
    return replace(selection, surgery=surgery)


def _pixel(selection: Selection, text: str, _problems: list[str]) -> Selection:
    if text and pixel_of(text, selection.summary) is None:
        rule = _("LAYER:ROW.COLUMN.CHANNEL within that layer's map")
        raise SpecError(broken_rule("pixel", rule, text[:60]))
    return replace(selection, pixel=text)


def _channel(selection: Selection, text: str, _problems: list[str]) -> Selection:
    number, most = whole_of(text), selection.channel_count - 1
    if text and (number is None or not 0 <= number <= most):
        raise SpecError(broken_rule("channel", _("a whole number from {low} to {high}").format(low=0, high=most), text))
    return replace(selection, channel=number)


def _beside(selection: Selection, text: str, _problems: list[str]) -> Selection:
    kind, _colon, name = text.partition(":")
    known = {"image": (*SAMPLES, UPLOAD), "weights": WEIGHTS, "surgery": ("none",)}
    if text and name not in known.get(kind, ()) and not (kind == "weights" and _is_weights(name)):
        rule = _("image:NAME, weights:NAME or surgery:none")
        raise SpecError(broken_rule("beside", rule, text[:60]))
    return replace(selection, beside=text)


def _class(selection: Selection, text: str, _problems: list[str]) -> Selection:
    target = parse_target(text, selection.spec.classes)
    return replace(selection, target="" if target is None else str(target))


def _how(selection: Selection, text: str, problems: list[str]) -> Selection:
    settings = {}
    for name, value in settings_of(text).items():
        try:
            method_settings(selection.method, {name: value})
            settings[name] = value
        except ResNetVizError as error:
            problems.append(str(error))
    return replace(selection, explaining=text_of(settings))


# In the order in which they are read: what a part is checked against comes before it.
PARTS: dict[str, Reader] = {
    "lang": _listed("language", "lang", (*LANGUAGES, "")),
    "node": _node,
    "open": _open,
    "color": _listed("color", "color", COLORS),
    "panel": _listed("panel", "panel", PANELS),
    "view": _listed("view", "view", VIEWS),
    "metric": _listed("metric", "metric", COUNTS),
    "against": _against,
    "image": _listed("image", "image", (*SAMPLES, UPLOAD)),
    "resize": _listed("resize", "resize", RESIZES),
    "interp": _listed("interpolation", "interp", INTERPOLATIONS),
    "prep": _listed("normalisation", "prep", NORMALISATIONS),
    "weights": _weights,
    "present": _switch("present", "present"),
    "walk": _walk,
    "stop": _stop,
    "demo": _listed("demo", "demo", ORDER),
    "plan": _plan,
    "run": _run,
    "with": _with,
    "surgery": _surgery,
    "show": _listed("aspect", "show", ASPECTS),
    "channel": _channel,
    "beside": _beside,
    "bn": _listed("statistics", "bn", STATISTICS),
    "every": _switch("every_layer", "every"),
    "pixel": _pixel,
    "method": _listed("method", "method", METHODS),
    "class": _class,
    "how": _how,
}
"""Every part of a link beside the network's own, and what reads it."""
