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
    full = Progress({(f"x{number}", 1): ANSWER for number in range(MAX_ANSWERS)})
    assert full.with_answer("y", 1, ANSWER) is full
    assert read_progress(full.to_json().encode()) == full
    with pytest.raises(SpecError, match="at most 500 answers with yours"):
        full.merged(Progress({("y", 1): ANSWER}))


def test_what_is_kept_can_always_be_read_again():
    """Five hundred of the longest texts would be a file that is refused, and with it everything were lost."""
    progress = Progress()
    for number in range(MAX_ANSWERS):
        progress = progress.with_answer(f"x{number}", 1, ANSWER._replace(prediction="语" * 1000))
    assert read_progress(progress.to_json().encode()) == progress


def test_answers_of_a_file_are_added_and_ones_own_stay():
    own = Progress({("a", 1): ANSWER})
    brought = Progress({("a", 1): ANSWER._replace(prediction="1"), ("b", 2): ANSWER})
    assert own.merged(brought).answers == {("a", 1): ANSWER, ("b", 2): ANSWER}


def test_the_file_has_the_questions_for_who_reads_it():
    progress = Progress({("a", 1): ANSWER})
    text = progress.to_json({("a", 1): "How many?"})
    assert json.loads(text)["answers"][0]["question"] == "How many?"
    assert read_progress(text.encode()) == progress


def test_a_link_of_a_file_leads_to_a_page_of_ours_and_no_half_characters_come_with_it():
    data = {"lesson": "a", "stop": 1, **ANSWER._asdict()}
    data |= {"link": "https://elsewhere.org/layers?node=conv1", "came": "a\x00\ud800b"}
    answer = read_progress(json.dumps({"answers": [data]}).encode()).at("a", 1)
    assert (answer.link, answer.came) == ("/layers?node=conv1", "a  b")


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
        *(
            json.dumps({"answers": [{"lesson": "a", "stop": 1, **ANSWER._asdict(), **odd}]}).encode()
            for odd in (
                {"lesson": "a b"},
                {"lesson": ""},
                {"stop": 0},
                {"stop": 1.5},
                {"stop": 10**9},
                {"link": "@elsewhere.org/"},
                {"link": "https://elsewhere.org/x"},
                {"when": "yesterday"},
            )
        ),
        b"[" * 100_000,
        b" " * 600_000,
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


def test_the_document_fetches_nothing_whatever_was_written():
    text = as_markdown("T", {1: "Q"}, {1: ANSWER._replace(prediction="![x](http://y.z/p.png) <img src=a>\n# b")}, "")
    assert "\\!\\[x\\](http://y.z/p.png) \\<img src=a\\> \\# b" in text


def test_the_moment_has_its_zone():
    assert now().endswith("+00:00")
