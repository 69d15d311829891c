"""What a writer of lessons chooses from: quantities by what they mean, with what they come to at the view."""

import pytest

from resnet_viz.analysis import network
from resnet_viz.lessons.grounds import Grounds
from resnet_viz.lessons.offered import MEANINGS, Place, offered
from resnet_viz.lessons.quantities import needs
from resnet_viz.spec import PRESETS

COURSE = Grounds(network(PRESETS["course"]))
AT_3B = Place("res3b_branch2b", "3b", 3)


def test_what_is_looked_at_comes_first_and_with_its_value():
    found = offered(COURSE, AT_3B, has_run=False)
    assert next(iter(found)) == "parameters(3b)"
    assert found["parameters(3b)"].meaning == "parameters of block 3b"
    assert found["parameters(3b)"].value.amount == 282_368
    assert found["receptive_field(res3b_branch2b)"].value.unit == "px"
    assert found["energy_ratio(3b)"].value is None  # measured when the lesson runs


def test_nothing_is_offered_that_this_place_does_not_have():
    found = offered(COURSE, AT_3B, has_run=False)
    assert "projection(3b)" not in found
    assert "accuracy(plain)" not in found
    assert "projection(4a)" in offered(COURSE, Place("res4a_branch1", "4a", 4), has_run=False)
    assert "accuracy(plain)" in offered(COURSE, AT_3B, has_run=True)


@pytest.mark.parametrize("preset", PRESETS)
def test_whatever_is_offered_can_be_asked_for_on_every_preset(preset):
    summary = network(PRESETS[preset])
    block = summary.graph.blocks[0]
    found = offered(Grounds(summary), Place(block.out, block.name, block.stage), has_run=True)
    assert len(found) > len(MEANINGS) // 2
    for quantity, offer in found.items():
        needs(quantity)
        assert "{" not in quantity + offer.meaning
