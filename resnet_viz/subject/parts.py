"""The parts of a subject, each declared once: its name in links, its field, how it is written, and its rule.

The network's own part, whose fields need each other, is `resnet_viz.subject.network`.
"""

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from resnet_viz.analysis.measures import COUNTS
from resnet_viz.attribution.catalogue import METHODS, parse_target, settings_of
from resnet_viz.errors import ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES
from resnet_viz.images.samples import SAMPLES
from resnet_viz.lessons.walks import MAX_STOPS, OWN_WALK, shipped_walks
from resnet_viz.messages import LANGUAGES
from resnet_viz.messages import gettext as _
from resnet_viz.spec.graph import stage_of
from resnet_viz.spec.rules import at_most_long, one_of, whole_of
from resnet_viz.spec.salvage import salvaged
from resnet_viz.subject.focus import first_focus
from resnet_viz.subject.network import MOST_ACCOUNTS
from resnet_viz.subject.operations import pixel_of, surviving_surgery
from resnet_viz.subject.subject import UPLOAD, Subject, part_of
from resnet_viz.subject.views import (
    ASPECTS,
    CHARTS,
    COLORS,
    JUDGED,
    PANELS,
    PUZZLES,
    STATISTICS,
    VIEWS,
    parse_settings,
    settings_text,
)
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import with_settings
from resnet_viz.weights.choice import SOURCES, is_source
from resnet_viz.weights.store import PLACES

MAX_TEXT = 4000
"""Longest value of a link's part, characters: the app writes none longer."""
MAX_SETTINGS = 2000
MAX_COMPARED = 4
_RUN = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Reading(NamedTuple):
    """A text that is read.

    Attributes:
        name: The part's name.
        text: What a link has under it.
        subject: What was read before it.
        problems: Takes a sentence for each element that is left out.
    """

    name: str
    text: str
    subject: Subject
    problems: list[str]

    def refused(self, rule: str, *advice: str, most: int = 60) -> SpecError:
        """Return the error that says the part's rule."""
        return SpecError(broken_rule(self.name, rule, self.text[:most], *advice))


class Codec(NamedTuple):
    """How a part is read and written.

    Attributes:
        read: Returns the value of a text, or raises `ResNetVizError` with the rule it breaks.
        write: Returns the text of a value of a subject.
        fresh: Returns the text of the value that goes without saying; None for that of a fresh subject.
    """

    read: Callable[[Reading], Any]
    write: Callable[[Any, Subject], str] = lambda value, _subject: str(value)
    fresh: Callable[[Subject], str] | None = None


class Part(NamedTuple):
    """One part of the subject.

    Attributes:
        name: What links call it.
        field: What `Subject.having` calls it.
        codec: How it is read and written.
    """

    name: str
    field: str
    codec: Codec

    def text(self, subject: Subject) -> str:
        """Return the part as a link writes it."""
        return self.codec.write(part_of(subject, self.field), subject)

    def fresh(self, subject: Subject) -> str:
        """Return the text that links leave out."""
        return self.codec.fresh(subject) if self.codec.fresh else self.text(_FRESH)


def choice(valid: Collection[str] | Callable[[], Collection[str]]) -> Codec:
    """Return the codec of a part that is one of its values."""

    def read(reading: Reading) -> str:
        one_of(reading.name, reading.text, tuple(valid() if callable(valid) else valid))
        return reading.text

    return Codec(read)


def _read_flag(reading: Reading) -> bool:
    one_of(reading.name, reading.text, ("1", ""))
    return reading.text == "1"


FLAG = Codec(_read_flag, lambda flag, _subject: "1" if flag else "")


def _range_rule(low: int, high: int) -> str:
    return _("a whole number from {low} to {high}").format(low=low, high=high)


def _read_stop(reading: Reading) -> int:
    number = whole_of(reading.text)
    if number is None or not 1 <= number <= MAX_STOPS:
        raise reading.refused(_range_rule(1, MAX_STOPS))
    return number


def _read_channel(reading: Reading) -> int | None:
    number, most = whole_of(reading.text), reading.subject.channel_count - 1
    if reading.text and (number is None or not 0 <= number <= most):
        raise reading.refused(_range_rule(0, most))
    return number


def _read_focus(reading: Reading) -> str:
    graph = reading.subject.summary.graph
    known = (*graph.block_by_name, *graph.by_id)
    if reading.text not in known:
        raise reading.refused(_("a layer or a block of this network"), did_you_mean(reading.text, known), most=MAX_TEXT)
    return reading.text


def _read_groups(reading: Reading) -> frozenset[str]:
    known = reading.subject.summary.graph.groups
    asked = [group for group in reading.text.split(".") if group]
    for group in dict.fromkeys(asked):
        if group not in known:
            rule = _("a stage or a block of this network")
            reading.problems.append(broken_rule(reading.name, rule, group, did_you_mean(group, known)))
    opened = frozenset(asked) & frozenset(known)
    return opened | {stage_of(group) for group in opened}


def _write_groups(opened: frozenset[str], subject: Subject) -> str:
    return ".".join(name for name in subject.summary.graph.groups if name in opened)


def _read_against(reading: Reading) -> str:
    return reading.subject.comparing(reading.text).architecture.against


def _read_weights(reading: Reading) -> str:
    if not is_source(reading.text):
        one_of(reading.name, reading.text, SOURCES)
    return reading.text


def _read_versus(reading: Reading) -> str:
    if reading.text and not is_source(reading.text):
        one_of(reading.name, reading.text, (*SOURCES, ""))
    return reading.text


def _read_plan(reading: Reading) -> str:
    at_most_long(reading.name, reading.text, MAX_SETTINGS)
    start = demo(reading.subject.train.demo).plan

    def described(settings: dict[str, str]) -> dict[str, str]:
        with_settings(start, settings)
        return settings

    def existing(settings: dict[str, str]) -> dict[str, str]:
        with_settings(start, settings).check_networks()
        return settings

    settings, broken = salvaged(parse_settings(reading.text), described)
    settings, impossible = salvaged(settings, existing, tries=MOST_ACCOUNTS, alone=False)
    reading.problems.extend(broken + impossible)
    return settings_text(settings)


def _read_run(reading: Reading) -> str:
    if reading.text and not _RUN.fullmatch(reading.text):
        raise reading.refused(_("a run's id"), most=40)
    return reading.text


def _read_runs(reading: Reading) -> tuple[str, ...]:
    names = [name for name in dict.fromkeys(reading.text.split(".")) if name]
    good = [name for name in names if _RUN.fullmatch(name)]
    if len(good) < len(names):
        bad = next(name for name in names if name not in good)
        reading.problems.append(broken_rule(reading.name, _("a run's id"), bad[:40]))
    return tuple(good[:MAX_COMPARED])


def _read_surgery(reading: Reading) -> Any:
    surgery, broken = surviving_surgery(reading.text, reading.subject.summary)
    reading.problems.extend(broken)
    return surgery


def _read_pixel(reading: Reading) -> str:
    if reading.text and pixel_of(reading.text, reading.subject.summary) is None:
        raise reading.refused(_("LAYER:ROW.COLUMN.CHANNEL within that layer's map"))
    return reading.text


def _read_beside(reading: Reading) -> str:
    kind, _colon, name = reading.text.partition(":")
    known = {"image": (*SAMPLES, UPLOAD), "weights": SOURCES, "surgery": ("none",)}
    if reading.text and name not in known.get(kind, ()) and not (kind == "weights" and is_source(name)):
        raise reading.refused(_("image:NAME, weights:NAME or surgery:none"))
    return reading.text


def _read_class(reading: Reading) -> str:
    target = parse_target(reading.text, reading.subject.spec.classes)
    return "" if target is None else str(target)


def _read_method_settings(reading: Reading) -> str:
    settings = {}
    for name, value in parse_settings(reading.text).items():
        try:
            settings_of(reading.subject.explain.method, {name: value})
            settings[name] = value
        except ResNetVizError as error:
            reading.problems.append(str(error))
    return settings_text(settings)


# In the order in which they are read and written: what a part is checked against comes before it.
PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part("node", "node", Codec(_read_focus, fresh=lambda subject: first_focus(subject.summary.graph))),
        Part("open", "opened", Codec(_read_groups, _write_groups)),
        Part("color", "color", choice(COLORS)),
        Part("panel", "panel", choice(PANELS)),
        Part("view", "view", choice(VIEWS)),
        Part("metric", "metric", choice(COUNTS)),
        Part("against", "against", Codec(_read_against)),
        Part("image", "image", choice((*SAMPLES, UPLOAD))),
        Part("resize", "resize", choice(RESIZES)),
        Part("interp", "interpolation", choice(INTERPOLATIONS)),
        Part("prep", "normalisation", choice(NORMALISATIONS)),
        Part("weights", "weights", Codec(_read_weights)),
        Part("look", "looked", choice((*PLACES, ""))),
        Part("versus", "versus", Codec(_read_versus)),
        Part("lang", "language", choice((*LANGUAGES, ""))),
        Part("present", "present", FLAG),
        Part("walk", "walk", choice(lambda: (*shipped_walks(), OWN_WALK, ""))),
        Part("stop", "stop", Codec(_read_stop)),
        Part("demo", "demo", choice(ORDER)),
        Part("plan", "settings", Codec(_read_plan)),
        Part("run", "run", Codec(_read_run)),
        Part("with", "compared", Codec(_read_runs, lambda runs, _subject: ".".join(runs))),
        Part("chart", "chart", choice(CHARTS)),
        Part("surgery", "surgery", Codec(_read_surgery, lambda surgery, _subject: surgery.to_text())),
        Part("show", "aspect", choice(ASPECTS)),
        Part("channel", "channel", Codec(_read_channel, lambda value, _subject: "" if value is None else str(value))),
        Part("beside", "beside", Codec(_read_beside)),
        Part("bn", "statistics", choice(STATISTICS)),
        Part("every", "every_layer", FLAG),
        Part("pixel", "pixel", Codec(_read_pixel)),
        Part("method", "method", choice(METHODS)),
        Part("class", "target", Codec(_read_class)),
        Part("how", "explaining", Codec(_read_method_settings)),
        Part("check", "checked", FLAG),
        Part("judge", "judged", choice(JUDGED)),
        Part("lines", "puzzle", choice(PUZZLES)),
    )
}
"""Every part beside the network's own."""
_FRESH = Subject()
