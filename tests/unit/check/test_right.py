"""Right code in any style is right."""

import json

import pytest

from resnet_viz.check import judge

from .right import RIGHT


def test_at_least_twenty_right_solutions():
    assert len(set(RIGHT.values())) == len(RIGHT) >= 20


@pytest.mark.parametrize("code", RIGHT.values(), ids=RIGHT)
def test_right_code_is_right(code):
    answer = judge(code)
    assert answer["verdict"] == "right", (answer["mistakes"], answer["stop"])
    assert answer["mistakes"] == []
    assert answer["checked"]
    assert len(answer["graphs"]) == len(answer["checked"])
    assert json.loads(json.dumps(answer)) == answer
