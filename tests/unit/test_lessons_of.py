"""What explains what is on screen: the same part, else one of its kind; the same view."""

import pytest

from resnet_viz.analysis import network
from resnet_viz.reports.lessons import MOST, about_part, about_view
from resnet_viz.spec import PRESETS
from resnet_viz.subject.links import from_params

COURSE = network(PRESETS["course"]).graph


def lessons_of(name: str) -> dict[str, int]:
    return {place.lesson: place.stop for place in about_part(COURSE, name)}


def test_a_block_is_explained_where_it_is_asked_about():
    assert lessons_of("3b")["shortcut"] == 2


def test_another_block_of_its_kind_is_explained_there_too():
    assert "shortcut" in lessons_of("2c")
    assert "projection" in lessons_of("res5a_branch1")  # a projection, as those that are spoken of


def test_a_layer_that_nothing_speaks_of_is_explained_with_its_block():
    assert lessons_of("bn4b_branch2a")


@pytest.mark.parametrize("preset", PRESETS)
def test_any_part_of_any_network_can_be_asked_about(preset):
    graph = network(PRESETS[preset]).graph
    for name in (*graph.by_id, *graph.block_by_name):
        assert len(about_part(graph, name)) <= MOST


def test_a_view_is_explained_where_it_is_shown():
    subject, _problems = from_params({"demo": "plain-vs-residual"})
    assert "shortcut" in {place.lesson for place in about_view("train", subject)}
    assert about_view("", subject) == []  # there the inspector says it of the part in focus
