"""Walks: stops through the pages, each a link, a question and an answer; data files that anyone can write.

A lesson is a walk whose stops ask for a prediction before they answer.
"""

import json
import re
import reprlib
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons.asks import Ask, read_ask, written
from resnet_viz.lessons.language import MAX_CHARACTERS
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.paths import ASSETS
from resnet_viz.spec.rules import between

FOLDER = ASSETS / "walks"
OWN_WALK = "own"
"""The name under which links know a visitor's own walk."""
PAGES = ("", "layers", "activations", "explain", "train", "weights", "check")
MAX_STOPS = 100
MAX_TEXT = 2000
MAX_BYTES = 500_000
MAX_NUMBERS = 20
MAX_MINUTES = 600
ORDER = ("shortcut", "shapes", "cost", "projection", "sight", "adds", "train", "whose", "why", "tour")
"""In which order the walks of the package are offered: what a later one asks, an earlier one has shown."""
_NAME = re.compile(r"\w{1,40}", re.ASCII)
_WRITTEN: dict[str, Any] = {"indent": 2, "ensure_ascii": False}
# What no text needs and a page or a message to the browser may trip over: controls, half characters, unassigned ones.
_UNREADABLE = ("Cc", "Cs", "Cn", "Co")


class Stop(NamedTuple):
    """One state of the pages.

    Attributes:
        page: The page's path, "" for Architecture.
        params: The link's parameters.
        question: Asked first.
        answer: Shown on request.
        ask: What is to be predicted before the answer is shown; None for nothing.
        run: The state that shows what came of it, as `link` writes it; "" for the one that was asked about.
        numbers: What stands for a name in braces in these texts: names and quantities, which are computed when they are
            told (`resnet_viz.lessons.quantities`).
    """

    page: str
    params: tuple[tuple[str, str], ...]
    question: str
    answer: str
    ask: Ask | None = None
    run: str = ""
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def link(self) -> str:
        """The state as the end of an address."""
        return f"/{self.page}?{urlencode(self.params)}"

    @property
    def evidence(self) -> "Stop":
        """The stop at the state that shows what came of its question."""
        return stop_at(self.run or self.link, self.question, self.answer)


@dataclass(frozen=True)
class Walk:
    """A title and the stops in order.

    Attributes:
        title: What it is called.
        stops: In order.
        about: What it teaches, in one line.
        minutes: How long it takes, 0 if nobody has said.
    """

    title: str
    stops: tuple[Stop, ...] = ()
    about: str = ""
    minutes: int = 0

    @property
    def is_lesson(self) -> bool:
        """Whether any stop asks for a prediction."""
        return any(stop.ask for stop in self.stops)

    def still_asked(self, answered: Container[int]) -> frozenset[str]:
        """Return the quantities that stops ask for which are not answered yet, by number: no page tells them until they are."""
        asks = [self.stops[number - 1].ask for number in self.open_stops(answered)]
        return frozenset(ask.quantity for ask in asks if ask and ask.quantity)

    def open_stops(self, answered: Container[int]) -> list[int]:
        """Return the numbers of the stops that ask for a prediction and have none yet."""
        return [number for number, stop in enumerate(self.stops, start=1) if stop.ask and number not in answered]

    def to_json(self) -> str:
        """Return the file's text; `read_walk` reads it back."""
        more = {name: part for name, part in (("about", self.about), ("minutes", self.minutes)) if part}
        return json.dumps({"title": self.title, **more, "stops": list(map(_data, self.stops))}, **_WRITTEN) + "\n"


def stop_at(link: str, question: str, answer: str) -> Stop:
    """Return a stop at a link such as ``/layers?preset=course``; an address before the path is dropped.

    Raises:
        SpecError: If the page is unknown.
    """
    try:
        parts = urlsplit(link)
        params = tuple(parse_qsl(parts.query))
    except ValueError as error:
        raise SpecError(broken_rule("link", _("an address of a page"), link[:80])) from error
    page = parts.path.strip("/")
    page = "" if page == "architecture" else page
    if page not in PAGES:
        raise SpecError(
            broken_rule("link", _("to one of the pages {names}").format(names=joined(PAGES[1:])), link[:80])
        )
    return Stop(page, params, question, answer)


def is_name(text: str) -> bool:
    """Return whether a text can be a walk's name in links and files."""
    return bool(_NAME.fullmatch(text))


def readable(text: str) -> str:
    """Return a text without what no text needs and a page may trip over."""
    return "".join(" " if unicodedata.category(char) in _UNREADABLE and char != "\n" else char for char in text)


def read_walk(data: str | bytes) -> Walk:
    """Return the walk of a file.

    Raises:
        SpecError: If it is no JSON of the form ``{"title", "stops": [{"link", "question", "answer"}]}``, or too long.
    """
    if len(data) > MAX_BYTES:
        raise SpecError(broken_rule("walk", _("at most 500 kB"), f"{len(data):,} bytes"))
    text = data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data
    rule = _("JSON with a `title` and `stops`, each with `link`, `question` and `answer`")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(broken_rule("walk", rule, readable(text[:60]))) from error
    stops = found.get("stops") if isinstance(found, dict) else None
    if not isinstance(stops, list) or not 0 < len(stops) <= MAX_STOPS:
        raise SpecError(broken_rule("walk", _("a list of 1 to {n} stops").format(n=MAX_STOPS), _shortened(found)))
    minutes = found.get("minutes", 0)
    if isinstance(minutes, bool) or not isinstance(minutes, int):
        raise SpecError(broken_rule("minutes", _("a whole number"), _shortened(minutes)))
    between("minutes", minutes, 0, MAX_MINUTES)
    texts = _text(found, "title", rule), _text(found, "about", rule)
    return Walk(texts[0], tuple(_stop(item, rule) for item in stops), texts[1], minutes)


@cache
def shipped_walks() -> dict[str, Walk]:
    """Return the walks of the package by name; their texts are messages, to be translated when shown."""
    names = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    return {
        name: read_walk(names[name].read_text("utf-8")) for name in dict.fromkeys((*ORDER, *names)) if name in names
    }


def _data(stop: Stop) -> dict[str, Any]:
    data: dict[str, Any] = {"link": stop.link, "question": stop.question, "answer": stop.answer}
    more = {"run": stop.run, "ask": stop.ask and written(stop.ask), "numbers": dict(stop.numbers)}
    return data | {name: part for name, part in more.items() if part}


def _stop(item: Any, rule: str) -> Stop:
    if not isinstance(item, dict):
        raise SpecError(broken_rule("stop", rule, _shortened(item)))
    stop = stop_at(_text(item, "link", rule), _text(item, "question", rule), _text(item, "answer", rule))
    ask, run = item.get("ask"), _text(item, "run", rule)
    if run:
        stop_at(run, "", "")
    return stop._replace(ask=None if ask is None else read_ask(ask), run=run, numbers=_numbers(item.get("numbers", {})))


def _numbers(data: Any) -> tuple[tuple[str, str], ...]:
    rule = _("at most {n} names, each with a quantity").format(n=MAX_NUMBERS)
    is_mapping = isinstance(data, dict) and len(data) <= MAX_NUMBERS
    if not is_mapping or not all(_is_number(name, quantity) for name, quantity in data.items()):
        raise SpecError(broken_rule("numbers", rule, _shortened(data)))
    return tuple(data.items())


def _is_number(name: str, quantity: Any) -> bool:
    return is_name(name) and isinstance(quantity, str) and len(quantity) <= MAX_CHARACTERS


def _text(data: dict[str, Any], name: str, rule: str) -> str:
    text = data.get(name, "")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise SpecError(broken_rule(name, rule, _shortened(text)))
    return readable(text)


def _shortened(value: Any) -> str:
    """Return the beginning of a value, however deep or long it is."""
    return readable(reprlib.repr(value)[:60])
