"""Walks as files, and what the shipped one claims."""

import json
import os
import re
import sys
import time
import tracemalloc
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.analysis import analyse, network
from resnet_viz.analysis.reads import cell_reads
from resnet_viz.errors import SpecError
from resnet_viz.lessons.asks import judge
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.marks import unmarked
from resnet_viz.lessons.quantities import needs, value
from resnet_viz.lessons.told import named_in, told
from resnet_viz.lessons.walks import MAX_STOPS, ORDER, PAGES, Walk, read_walk, shipped_walks, stop_at
from resnet_viz.messages import gettext, use_language
from resnet_viz.paths import ASSETS
from resnet_viz.spec import PRESETS
from resnet_viz.spec.layers import Relu
from resnet_viz.subject.links import from_params
from resnet_viz.training.conclusions import facts_of
from resnet_viz.training.record import RunFolder
from resnet_viz.weights.catalogue import cards, shapes_of
from resnet_viz.weights.choice import SHIPPED
from resnet_viz.weights.fit import fit

TOUR = shipped_walks()["tour"]
COURSE = analyse(PRESETS["course"])


def texts(language: str = "en") -> list[tuple[str, str]]:
    """Return the tour's questions and answers in a language, with their places for numbers."""
    use_language(language)
    try:
        return [(unmarked(gettext(stop.question)), unmarked(gettext(stop.answer))) for stop in TOUR.stops]
    finally:
        use_language("en")


LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def test_every_stop_of_the_tour_exists_on_every_page():
    assert len(TOUR.stops) == 14
    for stop in TOUR.stops:
        _selection, problems = from_params(dict(stop.params))
        assert problems == []
        assert stop.question.endswith((".", "?"))
        assert stop.answer.endswith(".")
    assert list(dict.fromkeys(stop.page for stop in TOUR.stops)) == list(PAGES[:5])


@LANGUAGES
def test_a_text_of_the_tour_has_no_number_of_its_own(language):
    """A digit is part of a name (block 3b, ResNet-50, stages 4 and 5), or it is computed."""
    name = re.compile(
        r"(?:plain|ResNet)-\d+|\b[2-5][a-f]\b|[2-5][a-f](?=\W)|stages? [2-5] and [2-5]|阶段 [2-5] 和 [2-5]"
        r"|He et al. 2015, table 2|He 等 2015，表 2|the 50 in|里的 50",
        re.IGNORECASE,
    )
    for said in chain(*texts(language)):
        left = name.sub("", re.sub(r"{\w+}", "", said))
        assert not re.search(r"\d", left), said


def grounds_of(stop) -> Grounds:
    """Return what a stop's numbers are computed from: its link's network, and the run that it watches."""
    subject, _problems = from_params(dict(stop.params))

    def watching(run: str) -> Grounds:
        recording = RunFolder(ASSETS / "runs" / run.rpartition("recorded-")[2])
        return Grounds(
            network(subject.spec), run=lambda: facts_of(recording.load(), recording.read_metrics()[0]), beside=watching
        )

    return watching(subject.train.run)


def filled(text: str, stop) -> str:
    return told(text, stop, grounds_of(stop))


@LANGUAGES
def test_every_number_that_the_tour_asks_for_is_computed(language):
    for (question, answer), stop in zip(texts(language), TOUR.stops, strict=True):
        assert named_in(question) == named_in(stop.question)
        assert named_in(answer) == named_in(stop.answer)
        assert not named_in(filled(question + answer, stop))
        assert {name for name, _quantity in stop.numbers} == named_in(stop.question + stop.answer)


@LANGUAGES
def test_a_stop_is_as_long_as_its_bar_is_high(language):
    """Four lines of question and answer on a projector of 1280 px: so many letters fit into one of each."""
    of_question, of_answer = {"en": (72, 88), "zh": (40, 44)}[language]
    for (question, answer), stop in zip(texts(language), TOUR.stops, strict=True):
        lines = ceil(len(filled(question, stop)) / of_question) + ceil(len(filled(answer, stop)) / of_answer)
        assert lines <= 4, (question, answer)


# Names that have digits in them; in options a window is a name, for an option is not told.
_NAMES = re.compile(
    r"{\w+}|(?:plain|ResNet|cifar)-?\d+|\b[2-5][a-f]\b|块 [2-5][a-f]|stages? [2-5](?: and [2-5])?|阶段 [2-5](?: 和 [2-5])?"
    r"|conv1|v1(?:\.5)?|\d×\d|201[568]|table 2|表 2|section 4\.1|4\.1 节|version [12]",
    re.IGNORECASE | re.ASCII,
)
LESSONS = {name: walk for name, walk in shipped_walks().items() if walk.is_lesson}


@LANGUAGES
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_no_number_of_its_own_and_all_it_names_is_computed(name, language):
    use_language(language)
    try:
        for stop in LESSONS[name].stops:
            _subject, problems = from_params(dict(stop.params))
            assert problems == []
            question, answer = unmarked(gettext(stop.question)), unmarked(gettext(stop.answer))
            named = {number for number, _quantity in stop.numbers}
            assert named_in(question) | named_in(answer) == named
            left = {name for name, quantity in stop.numbers if needs(quantity) - {"run"}}  # measured when it runs
            assert named_in(filled(question + answer, stop)) == left
            assert not named_in(question) & left
            spoken = [question, answer, *(gettext(part.text) for part in (*stop.ask.options, *stop.ask.mistakes))]
            bare = re.sub(_NAMES, "", "\n".join(spoken))
            assert not re.search(r"\d", bare), bare
    finally:
        use_language("en")


@pytest.mark.parametrize("name", LESSONS)
def test_whatever_a_lesson_asks_for_is_there_to_be_computed(name):
    """Not for what is measured on a picture: the browser's test walks that."""
    for stop in LESSONS[name].stops:
        subject, _problems = from_params(dict(stop.params))
        asked = [stop.ask.quantity, *(part.quantity for part in (*stop.ask.options, *stop.ask.mistakes))]
        for quantity in filter(None, asked):
            if needs(quantity) <= {"run"}:
                assert value(quantity, grounds_of(stop)).amount is not None
            else:
                assert subject.layer in subject.summary.by_id


# What is right at the stops of a lesson, worked out apart from the code (by hand, and by other programs): stop by stop, as it is
# asked there; then on two other networks, whose numbers are those of their papers and of their libraries' summaries.
RIGHT: dict[str, list[Any]] = {
    "shapes": [
        9_472,
        15,
        ["conv1", "stage 2", "stage 3", "stage 4", "stage 5"],
        pytest.approx(4.05, abs=0.005),
        37,
        2_036_706,
    ],
    "cost": [
        "conv1",
        ["stage 4", "stage 3", "stage 2", "stage 5", "stem"],
        "the 1×1 convolutions",
        pytest.approx(1_179_648 / 69_632),
        pytest.approx(6.2, abs=0.05),
        "the maps of one picture",
    ],
    "projection": [pytest.approx(100 * 2_788_096 / 17_958_790), "5a", 398_336, 1, 0, None],
    "sight": [35, 16, "res3c_branch2b", 64, None, 4],
}
ELSEWHERE: dict[str, list[tuple[str, int, Any]]] = {
    "shapes": [
        ("keras-v1", 1, 9_472),
        ("torch-v1.5", 1, 9_408),
        ("keras-v1", 2, 56),
        ("resnet34", 2, 56),
        ("resnet34", 3, ["conv1", "stage 2", "stage 3", "stage 4", "stage 5"]),
    ],
    "cost": [
        ("resnet34", 1, "conv1"),
        ("keras-v1", 2, ["stage 4", "stage 3", "stage 5", "stage 2", "stem"]),
        ("torch-v1.5", 4, pytest.approx(1_179_648 / 69_632)),
        ("torch-v1.5", 6, "the maps of one picture"),
    ],
    "projection": [
        ("torch-v1.5", 2, "5a"),
        ("torch-v1.5", 3, 524_288 + 2_048 - 131_072 + 2_048),
        ("keras-v1", 4, 1),
        ("torch-v1.5", 4, 1),
    ],
    "sight": [
        ("keras-v1", 1, 35),
        ("torch-v1.5", 1, 35),
        ("keras-v1", 2, 16),
        ("torch-v1.5", 4, 56 * 56),
        ("keras-v1", 6, 9),
    ],
}


def rightly(stop, grounds) -> Any:
    """Return what is right at a stop: a number, a place, the chosen or ordered texts; None where several answers are."""
    ask = stop.ask
    if ask.kind == "words":
        return None
    given = {
        "number": 0,
        "place": "res3d_out:0.0" if "unread_cell" in ask.quantity else "conv1",
        "choice": ask.options and ask.options[0].text,
    }
    found = judge(ask, given.get(ask.kind, [option.text for option in ask.options]), grounds).right
    if isinstance(found, Value):
        return None if found.unit == "cell" else found.amount
    return found if isinstance(found, str) else list(found)


@pytest.mark.parametrize("name", RIGHT)
def test_what_a_lesson_holds_for_right_is_what_was_worked_out_apart_from_it(name):
    stops = LESSONS[name].stops
    assert [rightly(stop, grounds_of(stop)) for stop in stops] == RIGHT[name]
    for other, number, right in ELSEWHERE[name]:
        assert rightly(stops[number - 1], Grounds(network(PRESETS[other]))) == right, (other, number)


@pytest.mark.parametrize("name", RIGHT)
def test_a_known_mistake_is_no_right_answer_and_is_answered(name):
    for stop in LESSONS[name].stops:
        for mistake in stop.ask.mistakes:
            amount = value(mistake.quantity, grounds_of(stop)).amount
            judged = judge(stop.ask, amount, grounds_of(stop))
            assert (judged.is_right, judged.remark) == (False, mistake.text)


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_to_be_put_in_order_does_not_stand_so_already(name):
    for stop in LESSONS[name].stops:
        if stop.ask.kind == "order":
            assert not judge(stop.ask, [option.text for option in stop.ask.options], grounds_of(stop)).is_right


def test_where_a_lesson_runs_a_change_it_is_the_one_that_it_asked_about():
    """The link of a run is written out; what it changes is computed."""
    assert dict(LESSONS["shapes"].stops[4].evidence.params)["input"] == str(
        value("smallest_input", Grounds(COURSE)).amount
    )
    for name in RIGHT:
        for stop in LESSONS[name].stops:
            changed, _problems = from_params(dict(stop.evidence.params))
            asked = stop.ask.quantity + "".join(option.quantity for option in stop.ask.options)
            for path, own in (("input", changed.spec.input_shape[0]), ("classes", changed.spec.classes)):
                if f"{path}=" in asked:
                    assert f"{path}={own}" in asked


def test_a_cell_that_nobody_reads_is_found_by_any_of_them():
    stop = LESSONS["sight"].stops[4]
    assert judge(stop.ask, "res3d_out:1.0", grounds_of(stop)).is_right
    assert not judge(stop.ask, "res3d_out:2.4", grounds_of(stop)).is_right
    with pytest.raises(SpecError, match="a cell"):
        judge(stop.ask, "res3d_out", grounds_of(stop))


def test_every_walk_says_what_it_teaches_and_how_long_it_takes():
    assert list(shipped_walks()) == [name for name in ORDER if name in shipped_walks()]
    for walk in shipped_walks().values():
        assert walk.about.endswith(".")
        assert walk.minutes


def test_the_numbers_of_the_tour_are_those_of_the_reference():
    """Worked out apart from the code: by hand, by Keras's summary and from the paper."""
    known = {
        "arcs_resnet34": "16",
        "narrow_weights": "147,456",
        "wide_weights": "2,359,296",
        "projection_parameters": "525,312",
        "conv1_places": "64",
        "used_2c": "64",
        "cells_2c": "225",
        "layers": "177",
        "main_convolutions": "49",
        "projections": "4",
        "parameters_4_5": "92 %",
        "all_see": "4a",
        "window_3b": "67",
        "see_3b": "0",
        "see_3d": "4",
        "error_plain34": "28.54 %",
        "torch_filters_5b": "512",
    }
    found = {name: filled(f"{{{name}}}", stop) for stop in TOUR.stops for name, _quantity in stop.numbers}
    assert {name: found[name].replace("\u00a0", " ") for name in known} == known


def test_a_number_of_a_visitors_walk_that_nobody_can_compute_stays_as_it_is_written():
    stop = stop_at("/?preset=plain34", "{a} {b} {c} {d} {0.__class__}", "")
    stop = stop._replace(numbers=(("a", "sums"), ("b", "energy_ratio(2a)"), ("c", "os.system(1)")))
    assert told(stop.question, stop, Grounds(COURSE)) == "16 {b} {c} {d} {0.__class__}"


def test_the_largest_stages_are_the_ones_that_the_tour_names():
    stages = {stage: totals for stage, totals in COURSE.stage_totals().items() if stage > 1}
    assert set(sorted(stages, key=lambda stage: stages[stage].parameters)[-2:]) == {4, 5}
    assert set(sorted(stages, key=lambda stage: stages[stage].macs)[-2:]) == {3, 4}


def test_what_the_tour_says_without_numbers_is_so():
    assert COURSE.graph.block("4b").shortcut == COURSE.graph.block("4b").input  # it costs nothing
    torch = network(from_params(dict(TOUR.stops[7].params))[0].other)
    read = cell_reads(torch, "res2c_out")
    assert read.unread == 0  # the 3×3 convolution uses all cells
    assert torch.graph.node("res3a_branch2b").layer.kernel_size == 3
    basic, bottleneck = analyse(PRESETS["resnet34"]).totals.macs, analyse(PRESETS["keras-v1"]).totals.macs
    assert 1.0 < bottleneck / basic < 1.1
    plain = analyse(PRESETS["plain34"])
    assert not [block for block in plain.graph.blocks if block.shortcut]
    assert isinstance(COURSE.graph.node(COURSE.graph.block("3b").input).layer, Relu)  # x is nowhere negative


def shipped_fits(summary) -> bool:
    """Whether every layer of a network finds its array in the weights that ship."""
    return any(fit(summary, shapes_of(card.path)).is_complete for card in cards().values())


def test_what_the_tour_says_of_weights_is_so_of_the_weights_it_shows():
    """Nothing is called random where the shipped weights are in place, and nothing learned where they are not."""
    for stop in TOUR.stops:
        selection, _problems = from_params(dict(stop.params))
        told = f"{stop.question} {stop.answer}".lower()
        is_shipped = selection.weights == SHIPPED and shipped_fits(selection.summary)
        assert "random" not in told or not is_shipped
        assert not re.search(r"(?<!not )learned|trained", told) or is_shipped
        if stop.page in ("activations", "explain"):
            assert is_shipped  # what is asked there is asked of a network that learned


def test_a_walk_comes_back_from_its_file():
    assert read_walk(TOUR.to_json()) == TOUR
    own = Walk("Mine", (stop_at("http://localhost:8501/layers?preset=course&node=conv1", "q", "a"),))
    assert read_walk(own.to_json()) == own
    assert own.stops[0].link == "/layers?preset=course&node=conv1"
    for walk in shipped_walks().values():
        assert read_walk(walk.to_json()) == walk
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
        json.dumps({"stops": [{"link": "/", "numbers": ["macs"]}]}),
        json.dumps({"stops": [{"link": "/", "numbers": {"a b": "macs"}}]}),
        json.dumps({"stops": [{"link": "/", "numbers": {"a": 7}}]}),
        json.dumps({"stops": [{"link": "/", "numbers": {"a": "m" * 300}}]}),
        json.dumps({"stops": [{"link": "/", "numbers": {f"a{n}": "macs" for n in range(21)}}]}),
        json.dumps({"stops": [{"link": "/", "run": "/elsewhere"}]}),
        json.dumps({"stops": [{"link": "/"}], "minutes": "ten"}),
        json.dumps({"stops": [{"link": "/"}], "minutes": -1}),
        json.dumps({"stops": [{"link": "/"}], "about": 5}),
        json.dumps({"stops": [{"link": "/", "ask": {"kind": "number", "answer": 3}}]}),
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
