"""What a lesson asks for stands nowhere on its pages before it is asked."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.analysis import network
from resnet_viz.lessons.grounds import Grounds
from resnet_viz.lessons.language import parse
from resnet_viz.lessons.progress import Answered, Progress
from resnet_viz.lessons.quantities import value
from resnet_viz.lessons.walks import Stop, shipped_walks
from resnet_viz.subject.links import from_params
from resnet_viz.ui import kept

from .opening import opened, texts

LESSONS = {name: walk for name, walk in shipped_walks().items() if walk.is_lesson}


def said(app: AppTest) -> str:
    """Return what a page says, its picture too."""
    pictures = [item for item in app.get("bidi_component") if item.proto.component_name.endswith("graph")]
    data = [json.loads(item.proto.bytes) for item in pictures]
    drawn = [
        [
            row["title"],
            row["shape"],
            row["filters"],
            [(part["title"], part["body"], part["boxes"]) for part in row["parts"]],
        ]
        for shown in data
        for row in shown["rows"]
    ]
    return "\n".join([texts(app), json.dumps([drawn, [shown["cards"] for shown in data]], ensure_ascii=False)])


def telling(stop: Stop, there: set[str]) -> str:
    """Return a pattern of what would tell a stop's answer where these layers and blocks are looked at; "" for nothing."""
    quantity = stop.ask.quantity if stop.ask else ""
    if not quantity:
        return ""
    name, arguments = parse(quantity)
    part = arguments[0] if len(arguments) == 1 else ""
    if name == "energy_ratio" and part in there:  # measured behind the page: that it will be told is enough
        return r"On your picture|how strong F\(x\) is"
    if name in ("read_cells", "unread_cells", "unread_cell") and part in there:
        return "never used|jump over|cells are used"
    subject, _problems = from_params(dict(stop.params))
    grounds = Grounds(network(subject.spec))
    if name == "output_side":
        return rf"\b{value(quantity, grounds).amount}×{value(quantity, grounds).amount}×\d"
    if name == "receptive_field" and part in there:
        return rf"sees {value(quantity, grounds).amount}×"
    if name == "step" and part in there:
        return rf"looks {value(quantity, grounds).amount} pixel"
    if name in ("parameters", "macs", "difference", "minus"):
        amount = value(quantity, grounds).amount
        return rf"(?<![\d,]){amount:,}(?![\d,])" if amount > 99 else ""
    return ""


def views() -> list[tuple[str, int, bool]]:
    """Return the views of lessons that measure nothing: lesson, stop, and whether it is the one after the answer."""
    return [
        (name, number, is_after)
        for name, walk in LESSONS.items()
        for number, stop in enumerate(walk.stops, start=1)
        for is_after, place in ((False, stop), (True, stop.evidence))
        if place.page in ("", "layers")
    ]


@pytest.mark.parametrize(("name", "number", "is_after"), views())
def test_no_answer_of_a_lesson_stands_on_screen_before_it_is_asked(monkeypatch, name, number, is_after):
    """A question's page tells neither its own answer nor a later one's, what comes of it no later one's."""
    stops = LESSONS[name].stops
    place = stops[number - 1].evidence if is_after else stops[number - 1]
    answered = range(1, number + is_after)
    was = Answered("1", "2", "", "/?preset=course", "2026-01-01T10:00:00+00:00")
    monkeypatch.setattr(kept, "progress", lambda: Progress({(name, stop): was for stop in answered}))
    app = opened(place.page or "architecture", dict(place.params) | {"walk": name, "stop": str(number)}, folded=True)
    subject, _problems = from_params(dict(place.params))
    found = said(app)
    for later, stop in enumerate(stops, start=1):
        pattern = telling(stop, {subject.node, subject.layer, subject.block.name})
        if later not in answered and pattern:
            assert not re.search(pattern, found), (later, re.search(pattern, found))


def test_what_was_asked_is_told_from_then_on(monkeypatch):
    """The same view, once the last question about it is answered."""
    was = Answered("1", "2", "", "/?preset=course", "2026-01-01T10:00:00+00:00")
    for name, number, last in (("sight", 1, 4), ("shortcut", 2, 4), ("shapes", 2, 2)):
        monkeypatch.setattr(kept, "progress", lambda: Progress({(name, stop): was for stop in range(1, last + 1)}))  # noqa: B023
        place = LESSONS[name].stops[number - 1].evidence
        app = opened("architecture", dict(place.params) | {"walk": name, "stop": str(number)}, folded=True)
        subject, _problems = from_params(dict(place.params))
        pattern = telling(LESSONS[name].stops[last - 1], {subject.node, subject.layer, subject.block.name})
        assert re.search(pattern, said(app)), name
