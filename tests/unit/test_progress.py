"""A person's predictions: kept, read back, handed out, and never changed by a second look."""

import json

import pytest

from resnet_viz.errors import SpecError
from resnet_viz.lessons.progress import MAX_ANSWERS, Answered, Progress, as_markdown, now, read_progress

ANSWER = Answered("9,000", "9,472", "You left out the biases.", "/layers?node=conv1", "2026-01-01T10:00:00+00:00")


def test_it_comes_back_from_its_file():
    progress = Progress().with_answer("shortcut", 2, ANSWER).with_answer("shortcut", 1, ANSWER._replace(came="π"))
    assert read_progress(progress.to_json().encode()) == progress
    assert list(progress.of("shortcut")) == [1, 2]
    assert read_progress(Progress().to_json().encode()) == Progress()


def test_the_first_prediction_stands():
    progress = Progress().with_answer("shortcut", 1, ANSWER)
    assert progress.with_answer("shortcut", 1, ANSWER._replace(prediction="9,472")).at("shortcut", 1) == ANSWER
    assert progress.without("shortcut").at("shortcut", 1) is None


def test_it_is_bounded():
    full = Progress({("x", stop): ANSWER for stop in range(MAX_ANSWERS)})
    assert full.with_answer("y", 1, ANSWER) is full


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"answers": 3}',
        b'{"answers": [3]}',
        b'{"answers": [{}]}',
        json.dumps({"answers": [{"lesson": 1, "stop": 1, **ANSWER._asdict()}]}).encode(),
        json.dumps({"answers": [{"lesson": "a", "stop": True, **ANSWER._asdict()}]}).encode(),
        json.dumps({"answers": [{"lesson": "a", "stop": 1, **ANSWER._asdict(), "came": "x" * 2000}]}).encode(),
        b"[" * 100_000,
        b" " * 300_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_such_file_is_a_sentence(data):
    with pytest.raises(SpecError, match="must be"):
        read_progress(data)


def test_the_document_has_question_prediction_evidence_link_and_time():
    text = as_markdown("Shortcuts", {1: "How many?", 2: "Why?"}, {1: ANSWER}, "http://x.y")
    for part in (
        "# Shortcuts",
        "1. How many?",
        "9,000",
        "9,472",
        "biases",
        "<http://x.y/layers?node=conv1>",
        "2026-01-01",
    ):
        assert part in text
    assert "Not answered yet." in text


def test_the_moment_has_its_zone():
    assert now().endswith("+00:00")
