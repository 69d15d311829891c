"""Walks as files, and what the shipped one claims."""

import json
import os
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.analysis import analyse, covering_cells
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS
from resnet_viz.ui.links import from_params
from resnet_viz.walks import MAX_STOPS, PAGES, Walk, read_walk, shipped_walks, stop_at

TOUR = shipped_walks()["tour"]
COURSE = analyse(PRESETS["course"])


def test_the_tour_has_twelve_stops_that_all_exist():
    assert len(TOUR.stops) == 12
    for stop in TOUR.stops:
        _selection, problems = from_params(dict(stop.params))
        assert problems == []
        assert stop.question.endswith((".", "?"))
        assert stop.answer


def test_what_the_tour_says_of_the_course_network_is_so():
    answers = " ".join(stop.answer for stop in TOUR.stops)
    stages = COURSE.stage_totals()
    share = (stages[4].parameters + stages[5].parameters) / COURSE.totals.parameters
    assert f"{share:.0%}".replace("%", " %") in answers
    assert stages[3].macs + stages[4].macs > 0.5 * COURSE.totals.macs
    assert f"{COURSE.record('res4a_branch1').parameters:,} parameters" in answers
    assert len(COURSE.records) == 177
    covering = {
        name: covering_cells(COURSE.record(f"res{name}_out").field.height, 8, 64) for name in ("3b", "3c", "3d")
    }
    assert covering == {"3b": 0, "3c": 2, "3d": 4}
    assert COURSE.record("res3b_out").field.height.size == 67
    basic, bottleneck = analyse(PRESETS["resnet34"]).totals.macs, analyse(PRESETS["keras-v1"]).totals.macs
    assert 1.0 < bottleneck / basic < 1.1
    adds = [block.add for block in analyse(PRESETS["resnet34"]).graph.blocks]
    assert len(adds) == 16


def test_a_walk_comes_back_from_its_file():
    assert read_walk(TOUR.to_json()) == TOUR
    own = Walk("Mine", (stop_at("http://localhost:8501/layers?preset=course&node=conv1", "q", "a"),))
    assert read_walk(own.to_json()) == own
    assert own.stops[0].link == "/layers?preset=course&node=conv1"
    assert stop_at("/architecture?preset=v2", "", "").page == ""


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"stops": []}',
        '{"title": 3, "stops": [{"link": "/"}]}',
        '{"stops": ["/"]}',
        '{"stops": [{"link": 5}]}',
        json.dumps({"stops": [{"link": "/elsewhere?x=1"}]}),
        json.dumps({"stops": [{"link": "/"}] * (MAX_STOPS + 1)}),
        json.dumps({"stops": [{"link": "/", "question": "x" * 5000}]}),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_walk_is_a_sentence(text):
    with pytest.raises(SpecError, match="must be"):
        read_walk(text)


def test_a_walk_may_stop_at_every_page_there_is():
    pages = {path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py")}
    assert set(PAGES) == pages - {"architecture"} | {""}
    assert [stop_at(f"/{page}?preset=course", "", "").page for page in PAGES] == list(PAGES)


@pytest.mark.parametrize("link", ["//[/layers", "http://[::1/layers", "/architecturelayers", "javascript:alert(1)"])
def test_a_link_elsewhere_is_a_sentence(link):
    with pytest.raises(SpecError, match="`link` must be"):
        stop_at(link, "", "")


def test_half_characters_and_control_signs_do_not_leave_a_walk():
    data = '{"title": "a\\u0000b", "stops": [{"link": "/", "question": "\\ud800x\\ny"}]}'
    walk = read_walk(data.encode())
    assert (walk.title, walk.stops[0].question) == ("a b", " x\ny")
    assert read_walk(walk.to_json().encode()) == walk


def mutants(count: int):
    """Yield walks and what is nearly one: the structure is known, so most get past the parser."""
    import random

    rng = random.Random(7)
    texts = ["", "x" * 3000, "\ud800", "\0", "![](http://e.e/)", "a" * 400_000, "//[", "/layers?" + "a=1&" * 600]
    odd = [None, True, -0.0, 10**400, 1e308, float("inf"), float("nan"), [], {}, [[]] * 9, *texts]

    def tree(depth: int):
        kinds = [lambda: rng.choice(odd), lambda: [tree(depth - 1) for _ in range(rng.randrange(4))]]
        kinds.append(lambda: {rng.choice(["link", "stops", "title", "", "\udfff"]): tree(depth - 1)})
        return rng.choice(kinds)() if depth else rng.choice(odd)

    for number in range(count):
        data: Any = json.loads(TOUR.to_json())
        for _turn in range(rng.randrange(1, 4)):
            where = rng.choice([data, *data["stops"]]) if isinstance(data.get("stops"), list) else data
            if isinstance(where, dict):
                where[rng.choice(["title", "stops", "link", "question", "answer"])] = tree(3)
        text = json.dumps(data, ensure_ascii=rng.random() < 0.5)
        made = text.encode("utf-8", "surrogatepass")
        if number % 4 == 0:
            cut = bytearray(made)
            for _turn in range(rng.randrange(1, 9)):
                cut[rng.randrange(len(cut))] = rng.randrange(256)
            made = bytes(cut[: rng.randrange(1, len(cut) + 1)])
        elif number % 50 == 1:
            depth = rng.randrange(100, 200_000)
            made = rng.choice([b"[" * depth, b'{"stops":' * depth, b'{"stops":' + b"[" * 900 + b"]" * 900 + b"}"])
        elif number % 50 == 2:
            made = b'{"stops":[{"link":' + b"9" * rng.randrange(10, 400_000) + b"}]}"
        yield made


def test_malformed_walks_are_a_walk_or_a_sentence():
    """Each within 2 s and 300 MB; what is read comes back from its own file."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "150"))
    seen = {"walks": 0, "sentences": 0}
    slowest = largest = 0.0
    for data in mutants(count):
        tracemalloc.start()
        begun = time.monotonic()
        try:
            walk = read_walk(data)
            assert read_walk(walk.to_json().encode()) == walk
            for stop in walk.stops:
                from_params(dict(stop.params))
            seen["walks"] += 1
        except SpecError as error:
            sentence = str(error)
            assert sentence.isprintable()
            assert len(sentence) < 1000
            seen["sentences"] += 1
        slowest = max(slowest, time.monotonic() - begun)
        largest = max(largest, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    sys.stdout.write(f"{count} walk files: {seen}, slowest {slowest:.2f} s, largest {largest / 1e6:.1f} MB\n")
    assert min(seen.values()) > count / 20
    assert slowest < 2
    assert largest < 300e6
