"""Predictions beside what is computed: right, nearly right, a known mistake, and what is no prediction."""

import math

import pytest

from resnet_viz.analysis import network
from resnet_viz.errors import SpecError
from resnet_viz.lessons.asks import Ask, judge, read_ask
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.spec import preset

COURSE = Grounds(network(preset("course")))
CONV1 = read_ask(
    {
        "kind": "number",
        "quantity": "parameters(conv1)",
        "mistakes": [{"quantity": "kernel_weights(conv1)", "text": "You left out the biases."}],
    }
)
STAGES = [{"text": f"stage {n}", "quantity": f"parameters(stage {n})"} for n in (2, 3, 4, 5)]


def test_a_number_is_right_or_a_known_mistake_or_only_wrong():
    assert judge(CONV1, 9472, COURSE) == (True, Value(9472), "")
    assert judge(CONV1, 9408, COURSE) == (False, Value(9472), "You left out the biases.")
    assert judge(CONV1, 9000, COURSE) == (False, Value(9472), "")


def test_a_tolerance_is_a_share_of_the_right_number():
    about = read_ask({"kind": "number", "quantity": "parameters(conv1)", "tolerance": 0.1})
    assert judge(about, 9000, COURSE).is_right
    assert not judge(about, 8000, COURSE).is_right


def test_another_network_has_another_right_answer_to_the_same_question():
    """No right answer is typed: the same stop on a network without that bias."""
    torch = Grounds(network(preset("torch-v1.5")))
    assert judge(CONV1, 9408, torch) == (True, Value(9408), "")


def test_a_place_a_choice_and_an_order_are_computed_too():
    place = read_ask({"kind": "place", "quantity": "layer_with_most(parameters)"})
    assert judge(place, "res5a_branch2b", COURSE).is_right
    assert judge(place, "conv1", COURSE).right == Value("res5a_branch2b", "place")
    choice = read_ask({"kind": "choice", "options": STAGES})
    assert judge(choice, "stage 5", COURSE).is_right
    assert judge(choice, "stage 2", COURSE) == (False, "stage 5", "")
    order = read_ask({"kind": "order", "options": STAGES, "pick": "smallest"})
    assert judge(order, ["stage 2", "stage 3", "stage 4", "stage 5"], COURSE).is_right
    assert judge(order, ["stage 3", "stage 2", "stage 4", "stage 5"], COURSE).right == tuple(s["text"] for s in STAGES)


def test_of_a_layer_its_block_is_taken_and_of_a_block_no_layer():
    block = read_ask({"kind": "place", "quantity": "first_block_that_sees_all"})
    assert judge(block, "4a", COURSE).is_right
    assert judge(block, "res4a_branch2b", COURSE).is_right
    assert not judge(block, "conv1", COURSE).is_right
    with pytest.raises(SpecError, match="one layer"):
        judge(read_ask({"kind": "place", "quantity": "layer_with_most(macs)"}), "4a", COURSE)


def test_equal_things_may_stand_either_way_round():
    twins = [{"text": name, "quantity": f"parameters({name})"} for name in ("4b", "4c")]
    order = read_ask({"kind": "order", "options": twins})
    assert judge(order, ["4c", "4b"], COURSE).is_right
    assert judge(order, ["4b", "4c"], COURSE).is_right
    assert judge(read_ask({"kind": "choice", "options": twins}), "4c", COURSE).is_right


def test_words_are_kept_and_not_judged():
    assert judge(read_ask({"kind": "words"}), "because of the shortcut", COURSE).is_right is None


def test_what_is_measured_is_known_beforehand():
    assert read_ask({"kind": "number", "quantity": "energy_ratio(3b)"}).needs == {"maps"}
    assert CONV1.needs == frozenset()


@pytest.mark.parametrize(
    ("ask", "prediction"),
    [
        (CONV1, "9472"),
        (CONV1, math.nan),
        (CONV1, True),
        (Ask("place", "layer_with_most(macs)"), 5),
        (read_ask({"kind": "choice", "options": STAGES}), "stage 9"),
        (read_ask({"kind": "order", "options": STAGES}), ["stage 2"]),
        (read_ask({"kind": "order", "options": STAGES}), 7),
    ],
)
def test_what_is_no_prediction_is_a_sentence(ask, prediction):
    with pytest.raises(SpecError, match="must be"):
        judge(ask, prediction, COURSE)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"kind": "essay"},
        {"kind": "number"},
        {"kind": "number", "quantity": 7},
        {"kind": "number", "quantity": "nothing"},
        {"kind": "number", "quantity": "macs", "answer": 3},
        {"kind": "number", "quantity": "macs", "tolerance": -1},
        {"kind": "number", "quantity": "macs", "tolerance": math.nan},
        {"kind": "number", "quantity": "macs", "options": STAGES},
        {"kind": "choice", "options": STAGES[:1]},
        {"kind": "choice", "options": STAGES * 3},
        {"kind": "choice", "options": "stage 2"},
        {"kind": "choice", "options": ["stage 2", "stage 3"]},
        {"kind": "choice", "options": [{"text": "x" * 999, "quantity": "macs"}] * 2},
        {"kind": "choice", "options": [{"text": "x"}] * 2},
        {"kind": "order", "options": STAGES, "pick": "first"},
        {"kind": "words", "quantity": "macs"},
    ],
)
def test_what_asks_for_nothing_that_is_computed_is_refused(data):
    with pytest.raises(SpecError, match="must be"):
        read_ask(data)
