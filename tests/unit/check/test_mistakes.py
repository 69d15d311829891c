"""Each mistake, in several hands, is named, and nothing false beside it."""

import pytest

from resnet_viz.check import judge
from resnet_viz.check.drafts import IDS

from .slips import SLIPS

CASES = [
    pytest.param(mistake, code, id=f"{mistake}-{n}") for mistake, codes in SLIPS.items() for n, code in enumerate(codes)
]


def ids(answer):
    return [mistake["id"] for mistake in answer["mistakes"]]


def test_every_mistake_with_a_name_has_at_least_three_wrong_solutions():
    assert {name for name, codes in SLIPS.items() if len(codes) >= 3} == set(IDS) - {"other"}


@pytest.mark.parametrize(("mistake", "code"), CASES)
def test_a_mistake_is_named_on_its_line_and_in_the_picture_and_nothing_else_is(mistake, code):
    answer = judge(code)
    assert answer["verdict"] == "mistake", answer["stop"]
    assert set(ids(answer)) == {mistake}, [each["sentence"] for each in answer["mistakes"]]
    told = answer["mistakes"][0]
    pair = next(pair for pair in answer["graphs"] if pair["function"] == told["function"])
    drawn = {node["id"] for side in ("ours", "theirs") for node in pair[side]["nodes"]}
    assert set(told["ours"]) | set(told["theirs"]) <= drawn
    assert told["ours"] or told["theirs"] or mistake == "no-return"
    assert 1 <= told["line"] <= len(code.splitlines())
    assert told["sentence"].startswith(f"Line {told['line']}: ")
    assert told["why"]
