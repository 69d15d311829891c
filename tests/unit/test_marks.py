"""Words that point: what they are, what they name, and that a lesson's words name what there is."""

import pytest
import streamlit as st

from resnet_viz.lessons.marks import Mark, marks_in, parts_of, unmarked
from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.lessons.words import WORDS
from resnet_viz.messages import gettext, use_language
from resnet_viz.subject.links import from_params
from resnet_viz.training.demos import demos
from resnet_viz.ui import state
from resnet_viz.ui.frame import pointing
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
    subject = from_params({"preset": "course"})[0]
    assert names_of(Mark("node", "res3b_branch2b", "x"), subject.summary.graph, subject.block) == [
        "node:res3b_branch2b",
        "node:3b",
    ]
    assert names_of(Mark("node", "conv1", "x"), subject.summary.graph, subject.block) == ["node:conv1"]
    assert names_of(Mark("node", "4b", "x"), subject.summary.graph, subject.block)[:2] == [
        "node:4b",
        "node:res4b_branch2a",
    ]  # a chart has layers only
    assert names_of(Mark("node", "nowhere", "x"), subject.summary.graph, subject.block) == ["node:nowhere"]


def test_where_no_maps_are_drawn_the_layers_stand_for_them_that_they_come_from():
    subject = from_params({"preset": "course", "node": "3b"})[0]
    assert names_of(Mark("map", "branch", "x"), subject.summary.graph, subject.block) == [
        "map:branch",
        "node:bn3b_branch2c",
        "node:3b",
    ]
    assert names_of(Mark("map", "shortcut", "x"), subject.summary.graph, subject.block) == ["map:shortcut", "edge:3b"]
    # Where nobody draws it, its block stands for it.
    assert names_of(Mark("edge", "3b", "x"), subject.summary.graph, subject.block)[-1] == "node:3b"


def test_a_word_says_what_it_means_in_the_readers_language_and_one_that_nobody_explains_just_reads(monkeypatch):
    written = []
    monkeypatch.setattr(pointing.st, "html", written.append)
    pointing.show("[[word:nothing|a<b]] [[word:batch|batch]]")
    use_language("zh")
    try:
        pointing.show("[[word:batch|批]]")
    finally:
        use_language("en")
    assert written[0].startswith("<p>a&lt;b <span")
    assert [WORDS["batch"] in text for text in written] == [True, False]


def test_where_nothing_can_light_up_words_just_read(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    written = []
    monkeypatch.setattr(pointing.st, "html", written.append)
    for page in ("", "explain"):
        state.PAGE.set(page)
        pointing.show("See [[node:3b|block 3b]].")
    assert ["data-points" in text for text in written] == [True, False]
    assert written[1] == "<p>See block 3b.</p>"


@pytest.mark.parametrize(
    ("params", "mark"),
    [
        ({"preset": "cifar-56", "shortcut.enabled": "off"}, "edge:3a"),
        ({"preset": "course", "shortcut.enabled": "off", "node": "3b"}, "map:shortcut"),
        ({"preset": "course", "classes": "1000"}, "node:fc6"),
    ],
)
def test_words_for_what_a_change_took_away_just_read(monkeypatch, params, mark):
    """A question stays above what a lesson runs: after *Run*, too, its words point at what is there."""
    monkeypatch.setattr(st, "session_state", {})
    written = []
    monkeypatch.setattr(pointing.st, "html", written.append)
    state.PAGE.set("activations" if mark.startswith("map") else "")
    for changed in (params, {"preset": params["preset"], "node": params.get("node", "3a")}):
        state.SUBJECT.set(from_params(changed)[0])
        pointing.show(f"See [[{mark}|it]].")
    assert ["data-points" in text for text in written] == [False, True]


def test_words_that_speak_of_a_shortcut_point_at_one():
    for walk in shipped_walks().values():
        for stop in walk.stops:
            for text, place in ((stop.question, stop), (stop.answer, stop.evidence)):
                graph = from_params(dict(place.params))[0].summary.graph
                for mark in marks_in(text):
                    if mark.kind == "node" and "shortcut" in mark.text and mark.target in graph.by_id:
                        assert graph.node(mark.target).path == "shortcut", mark


@pytest.mark.parametrize("name", shipped_walks())
def test_what_a_shipped_text_points_at_is_there_and_the_same_in_chinese(name):
    for stop in shipped_walks()[name].stops:
        for text, place in ((stop.question, stop), (stop.answer, stop.evidence)):
            use_language("zh")
            translated = gettext(text)
            use_language("en")
            marks = marks_in(text)
            assert "[[" not in unmarked(text)
            assert sorted(mark.name for mark in marks_in(translated)) == sorted(mark.name for mark in marks)
            there = parts_at(place)
            for mark in marks:
                assert mark.kind in {*pointing.LIT.get(place.page, ()), "word"}, (mark, place.page)
                assert mark.kind == "cell" or mark.target in there[mark.kind], mark
                subject = from_params(dict(place.params))[0]
                assert pointing.is_there(mark, subject.summary.graph, subject.block), mark


def parts_at(stop) -> dict[str, set[str]]:
    subject, _problems = from_params(dict(stop.params))
    graph = subject.summary.graph
    return {
        "node": {*graph.by_id, *graph.block_by_name},
        "edge": {block.name for block in graph.blocks if block.shortcut},
        "map": {term.kind for term in terms(subject.block)},
        "curve": {network.name for network in demos()[subject.train.demo].plan.networks},
        "word": set(WORDS),
    }


@pytest.mark.parametrize("name", ["shapes", "cost", "projection", "sight", "shortcut", "adds", "train", "whose", "why"])
def test_a_lesson_has_words_that_point(name):
    stops = shipped_walks()[name].stops
    assert sum(bool(marks_in(stop.question + stop.answer)) for stop in stops) >= 2
