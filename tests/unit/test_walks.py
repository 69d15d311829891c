"""Walks as files, and what the shipped one claims."""

import json

import pytest

from resnet_viz.analysis import analyse, covering_cells
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS
from resnet_viz.ui.links import from_params
from resnet_viz.walks import MAX_STOPS, Walk, read_walk, shipped_walks, stop_at

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
