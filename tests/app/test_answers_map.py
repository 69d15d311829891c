"""The map behind "?": every page has questions, and each leads to where it is answered."""

import pytest

from resnet_viz.lessons.walks import PAGES
from resnet_viz.reports.questions import QUESTIONS
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import state

from .opening import opened, texts


def test_every_page_answers_something():
    assert set(PAGES) <= set(QUESTIONS)


@pytest.mark.parametrize("path", QUESTIONS)
def test_every_question_can_be_gone_to_from_any_network(path):
    for question in QUESTIONS[path][1]:
        for preset in ("course", "plain34", "cifar-20"):
            subject = Subject().with_preset(preset)
            assert question.of(subject.having(**question.parts)).spec == subject.spec


def test_a_question_leads_to_its_page_of_the_same_network_and_leaves_a_walk():
    app = opened("architecture", {"preset": "cifar-20", "node": "3b"}, folded=True)
    app.button(key="answers_map").click().run()
    assert "**Explain**" in texts(app)
    app.button(key="map_layers_2").click().run()
    assert app.session_state[state.PAGE.key] == "layers"
    assert (app.query_params["view"], app.query_params["preset"]) == ("field", "cifar-20")
