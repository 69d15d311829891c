"""What a writer of lessons chooses from: quantities by what they mean, with what they come to at the view."""

import pytest

from resnet_viz.analysis import network
from resnet_viz.lessons.grounds import Grounds, RunFacts
from resnet_viz.lessons.language import parse
from resnet_viz.lessons.offered import MEANINGS, WRITTEN, Place, meant, offered
from resnet_viz.lessons.quantities import QUANTITIES, needs
from resnet_viz.spec import PRESETS

COURSE = Grounds(network(PRESETS["course"]))
RUN = RunFacts({"plain": 0.25, "residual": 0.95}, updates=240, classes=6)
WITH_RUN = Grounds(COURSE.summary, run=lambda: RUN)
AT_3B = Place("res3b_branch2b", "3b", 3)


def test_every_quantity_is_offered_or_said_to_be_written():
    listed = {parse(template.replace("{", "").replace("}", "")).name for template in MEANINGS}
    assert listed | WRITTEN == set(QUANTITIES)
    assert not listed & WRITTEN


def test_what_is_looked_at_comes_first_and_with_its_value():
    found = offered(COURSE, AT_3B)
    assert next(iter(found)) == "parameters(3b)"
    assert found["parameters(3b)"].meaning == "parameters of block 3b"
    assert found["parameters(3b)"].value.amount == 282_368
    assert found["receptive_field(res3b_branch2b)"].value.unit == "px"
    assert found["energy_ratio(3b)"].value is None  # measured when the lesson runs


def test_nothing_is_offered_that_this_place_does_not_have():
    found = offered(COURSE, AT_3B)
    assert "projection(3b)" not in found
    assert "projection(4a)" in offered(COURSE, Place("res4a_branch1", "4a", 4))
    assert "unread_cell(res2c_out)" in offered(COURSE, Place("res2c_out", "2c", 2, "activations"))
    assert "unread_cell(res2c_out)" not in offered(COURSE, Place("res2c_out", "2c", 2))  # nothing to click it in
    assert "score" not in found
    assert "score" in offered(COURSE, AT_3B._replace(page="explain"))


def test_of_a_run_each_of_its_networks_is_offered_by_name():
    found = offered(WITH_RUN, AT_3B._replace(page="train", networks=tuple(RUN.accuracies)))
    assert found["accuracy(plain)"].value.amount == 25
    assert next(iter(found)) == "accuracy(plain)"  # nearest here
    assert "held_back(plain)" not in found  # this run did not measure it
    assert not {name for name in offered(COURSE, AT_3B) if needs(name) & {"run"}}


def test_a_place_is_asked_for_as_a_place_and_a_number_as_a_number():
    found = offered(COURSE, AT_3B)
    kinds = {name: found[name].kind for name in ("layer_with_most(macs)", "block_with_most(energy_ratio)", "macs")}
    assert list(kinds.values()) == ["place", "place", "number"]


@pytest.mark.parametrize("preset", PRESETS)
def test_whatever_is_offered_can_be_asked_for_on_every_preset(preset):
    summary = network(PRESETS[preset])
    block = summary.graph.blocks[0]
    place = Place(block.out, block.name, block.stage, "train", tuple(RUN.accuracies))
    found = offered(Grounds(summary, run=lambda: RUN), place)
    assert len(found) > len(MEANINGS) // 2
    for quantity, offer in found.items():
        needs(quantity)
        assert "{" not in quantity + offer.meaning


def test_a_text_means_the_first_that_says_it_unless_it_is_a_quantity_itself():
    labels = {name: found.meaning for name, found in offered(COURSE, AT_3B).items()}
    assert meant("PARAMETERS of block", labels) == "parameters(3b)"
    assert meant("macs(4f)", labels) == "macs(4f)"
    assert meant("no such thing", labels) == "no such thing"
