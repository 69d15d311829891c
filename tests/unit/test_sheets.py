"""Lessons on paper: questions without answers; answers that are computed for the network at hand."""

import html
import re

import pytest

from resnet_viz.cli.main import main
from resnet_viz.lessons.walks import Walk, shipped_walks, stop_at
from resnet_viz.messages import use_language

LESSONS = [name for name, walk in shipped_walks().items() if walk.is_lesson]


def sheet(capsysbinary, *arguments: str) -> str:
    """Return what a sheet of the terminal reads like."""
    assert main(["lesson", *arguments]) == 0
    made = capsysbinary.readouterr().out.decode()
    assert "<script" not in made
    assert "default-src 'none'" in made
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", made.split("</style>")[1])).replace("\u00a0", " ").split())


def test_a_sheet_of_questions_tells_no_answer_and_has_room_for_one(capsysbinary):
    text = sheet(capsysbinary, "shortcut", "--address", "http://10.0.0.1:8501/")
    assert "My name" in text
    assert "Plain-18 has 17 convolutions, plain-34 has 33." in text
    assert "http://10.0.0.1:8501/?walk=shortcut&stop=5" in text
    for told in ("28.54", "res4a_branch1", "525,312", "282,368"):
        assert told not in text


def test_a_sheet_of_answers_computes_and_measures_them(capsysbinary):
    text = sheet(capsysbinary, "shortcut", "--sheet", "answers")
    assert "1. plain-18" not in text  # the browser numbers them
    for told in (
        "plain-18, the shallower one: 27.94 %",
        "res4a_branch1",
        "525,312",
        "282,368: These are",
        "1.11 times",
    ):
        assert told in text
    assert "Measured with these weights: trained on shapes; on this picture: star." in text


def test_an_explanation_is_measured_as_the_lesson_does(capsysbinary, monkeypatch):
    monkeypatch.setattr("resnet_viz.cli.lesson.needs_keras", lambda wanted, _graph: wanted.method != "occlusion")
    monkeypatch.setattr("resnet_viz.cli.lesson.child_environment", without)
    monkeypatch.setattr("resnet_viz.cli.lesson._check", without)  # six maps
    text = sheet(capsysbinary, "why", "--sheet", "answers")
    assert text.count("Measured when the lesson runs.") == 2  # those, and what takes a gradient
    assert text.count("Measured with these weights: trained on shapes") == 2


def test_answers_are_those_of_the_network_at_hand(capsysbinary):
    text = sheet(capsysbinary, "shortcut", "--sheet", "answers", "--preset", "keras-v1")
    assert "In block 4a x is 28×28×512 and F(x) is 14×14×1024" in text
    assert "random, seed 0" in text
    assert "plain34, 224×224×3" in text  # a stop that names its network keeps it
    small = sheet(capsysbinary, "shortcut", "--sheet", "answers", "--preset", "cifar-20")
    assert "In block 4a x is 8×8×512" in small  # it has no block of these: the lesson's own network answers


def test_a_lesson_of_ones_own_is_printed_too_and_its_words_are_words(capsysbinary, tmp_path):
    stop = stop_at("/?preset=course", "<b>How</b> many at [[node:3b|this block]]?", "None.")
    (tmp_path / "mine.json").write_text(Walk("Mine", (stop,)).to_json(), "utf-8")
    assert main(["lesson", str(tmp_path / "mine.json")]) == 0
    made = capsysbinary.readouterr().out.decode()
    assert "&lt;b&gt;How&lt;/b&gt; many at this block?" in made


def without(*_arguments):
    raise LookupError


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_prints_in_chinese(name, capsysbinary, monkeypatch):
    """Without gradients, which take Keras and seconds: what is measured by them is said to be."""
    monkeypatch.setattr("resnet_viz.cli.lesson._explanation", without)
    monkeypatch.setattr("resnet_viz.cli.lesson._check", without)
    use_language("zh")
    try:
        for kind in ("questions", "answers"):
            text = sheet(capsysbinary, name, "--sheet", kind)
            assert re.search(r"[\u4e00-\u9fff]", text)
            assert not re.search(r"{\w+}|\[\[", text)
    finally:
        use_language("en")


def test_what_is_no_lesson_is_a_sentence(capsys):
    assert main(["lesson", "tour"]) == 2
    assert "`lesson` must be a lesson's name" in capsys.readouterr().err
    assert main(["lesson"]) == 0
    assert "What is a shortcut for?" in capsys.readouterr().out
