"""Words that point: what they are, what they name, and that a lesson's words name what there is."""

import pytest

from resnet_viz.lessons.marks import Mark, marks_in, parts_of, unmarked
from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.messages import gettext, use_language
from resnet_viz.subject.links import from_params
from resnet_viz.training.demos import demos
from resnet_viz.ui.frame.pointing import names_of
from resnet_viz.viz.block_view import terms


@pytest.mark.parametrize(
    "text",
    [
        "[[3b|block]]",
        "[[javascript:alert(1)|x]]",
        "[[node:3b]]",
        "[[node:|x]]",
        "[[node:<img>|x]]",
        "[[node:3b|]]",
        "[[node:3b|a|b]]",
        "[[[[node:3b",
        "[[node:" + "x" * 70 + "|y]]",
    ],
)
def test_what_is_no_mark_reads_as_it_is_written(text):
    assert parts_of(text) == [text]


def test_marks_and_words_come_in_order():
    text = "[[node:3b|块 3b]], [[edge:3b|its shortcut]]: {x}."
    assert parts_of(text) == [
        Mark("node", "3b", "块 3b"),
        ", ",
        Mark("edge", "3b", "its shortcut"),
        ": {x}.",
    ]
    assert unmarked(text) == "块 3b, its shortcut: {x}."


def test_where_a_layer_is_folded_away_its_block_stands_for_it():
    graph = from_params({"preset": "course"})[0].summary.graph
    assert names_of(Mark("node", "res3b_branch2b", "x"), graph) == ["node:res3b_branch2b", "node:3b"]
    assert names_of(Mark("node", "conv1", "x"), graph) == ["node:conv1"]
    assert names_of(Mark("node", "nowhere", "x"), graph) == ["node:nowhere"]


@pytest.mark.parametrize("name", shipped_walks())
def test_what_a_shipped_text_points_at_is_there_and_the_same_in_chinese(name):
    for stop in shipped_walks()[name].stops:
        subject, _problems = from_params(dict(stop.params))
        graph = subject.summary.graph
        runs = {network.name for network in demos()[subject.train.demo].plan.networks}
        there = {
            "node": {*graph.by_id, *graph.block_by_name},
            "edge": {block.name for block in graph.blocks if block.shortcut},
            "map": {term.kind for term in terms(subject.block)},
            "curve": runs,
        }
        for text in (stop.question, stop.answer):
            use_language("zh")
            translated = gettext(text)
            use_language("en")
            marks = marks_in(text)
            assert "[[" not in unmarked(text)
            assert sorted(mark.name for mark in marks_in(translated)) == sorted(mark.name for mark in marks)
            for mark in marks:
                assert mark.kind == "cell" or mark.target in there[mark.kind], mark
