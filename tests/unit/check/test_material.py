"""The puzzles and examples, judged by the same judge as any code."""

import pytest

from resnet_viz.check import examples, judge, puzzle
from resnet_viz.errors import SpecError

BLOCKS = ["identity_block", "convolutional_block"]


def code_of(block, lines):
    return "\n".join([block["head"], *(f"    {line['code']}" for line in lines)])


@pytest.mark.parametrize("name", BLOCKS)
def test_a_puzzle_in_its_order_is_right(name):
    block = puzzle(name)
    answer = judge(code_of(block, block["lines"]))
    assert (answer["verdict"], answer["mistakes"]) == ("right", [])
    assert all(len(line["code"]) <= 60 and line["step"] for line in block["lines"])


@pytest.mark.parametrize("name", BLOCKS)
def test_each_line_that_does_not_belong_is_a_known_mistake(name):
    block = puzzle(name)
    for wrong in block["distractors"]:
        lines = [wrong if line["id"] == wrong["instead"] else line for line in block["lines"]]
        assert {each["id"] for each in judge(code_of(block, lines))["mistakes"]} == {wrong["mistake"]}, wrong


@pytest.mark.parametrize("name", BLOCKS)
def test_two_neighbours_in_another_order_are_not_right(name):
    block = puzzle(name)
    lines = block["lines"]
    for place in range(1, len(lines)):
        if name == "convolutional_block" and place in (1, 9):
            continue  # the two ways do not wait for each other
        swapped = [*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]]
        verdict = judge(code_of(block, swapped))["verdict"]
        same = lines[place]["code"] == lines[place - 1]["code"]
        assert (verdict == "right") == same, (place, verdict)


@pytest.mark.parametrize("name", BLOCKS)
def test_three_hints_are_each_smaller_than_the_solution(name):
    block = puzzle(name)
    assert len(block["hints"]) == 3
    solution = code_of(block, block["lines"])
    assert all(len(hint) < len(solution) / 4 and "Conv2D" not in hint for hint in block["hints"])


def test_the_examples_are_one_to_fill_in_and_one_with_a_mistake():
    made = examples()
    assert [each["id"] for each in judge(made["mistake"])["mistakes"]] == ["padding"]
    answer = judge(made["template"])
    assert (answer["verdict"], answer["stop"]["text"]) == ("error", "X = None")
    with pytest.raises(SpecError, match="name='dense_block'"):
        puzzle("dense_block")
