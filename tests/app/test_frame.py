"""The frame without a browser: who is greeted, what is folded, what the first page costs."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1.element_tree import Block

from resnet_viz.server import services
from resnet_viz.ui import kept, state

from .opening import maps_shown, opened, popover_labels, ran, texts

GREETING = "A residual network adds each block's answer to its input."


@pytest.fixture(autouse=True)
def _a_visitor(monkeypatch):
    # AppTest's cookies are mocks: give the visitor an identity that stays.
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    services.seen.cache_clear()


def widgets(block: Block) -> Iterator[str]:
    """Return the kinds of all widgets below a block, folds that ask when they are opened among them."""
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        if isinstance(child, Block):
            # An expander carries its own message, other blocks one of several.
            kind = proto.WhichOneof("type") if proto and "type" in proto.DESCRIPTOR.oneofs_by_name else None
            own = getattr(proto, kind) if kind else proto
            if child.type in ("popover", "expander", "flex_container") and getattr(own, "id", ""):
                yield child.type
            yield from widgets(child)
        elif getattr(proto, "id", ""):
            yield child.type


def test_the_first_page_has_half_of_the_widgets_it_had():
    """38 before; what is folded away is not sent, and nothing stands twice."""
    app = opened(folded=True)
    found = Counter(widgets(app._tree))
    assert found.total() <= 20, found
    labels = [button.label for button in app.button]
    assert "Undo" not in labels
    assert not app.sidebar.children
    app.button(key="changes_toggle").click().run()
    assert [button.label for button in app.button].count("Undo") == 1
    app.button(key="changes_close").click().run()
    assert not app.sidebar.children


def test_beside_maps_every_control_of_the_network_is_one_click_away_and_chance_can_be_turned():
    app = opened("activations", {"preset": "cifar-20", "weights": "random", "node": "4c"}, folded=True)
    assert Counter(widgets(app._tree)).total() <= 23
    app.button(key="changes_toggle").click().run()
    maps = maps_shown(app)[1]
    app.slider(key="spec_seeds").set_value(3).run()
    assert app.query_params["seed"] == "3"
    del app.query_params["seed"]  # a browser under fast clicks still sends the address before
    app.run()
    assert app.query_params["seed"] == "3"
    assert not np.allclose(maps[0], maps_shown(app)[1][0])
    app.button(key="history_undo").click().run()
    assert np.array_equal(maps[0], maps_shown(app)[1][0])
    app.number_input(key="blocks_2").set_value(2).run()
    assert "Block 4c is not in this network. Block 4b is shown instead." in texts(app)
    assert app.query_params["node"] == "4b"


def test_a_visitor_is_greeted_until_the_greeting_is_closed_and_not_after_a_restart():
    app = opened(folded=True)
    assert GREETING in texts(app)
    assert GREETING in texts(opened(folded=True))  # a reload
    app.button(key="welcome_close").click().run()
    assert GREETING not in texts(app)
    services.seen.cache_clear()
    assert GREETING not in texts(opened(folded=True))


def test_either_offer_ends_the_greeting():
    for key, page, part in (("welcome_lesson", "", "walk"), ("welcome_train", "train", "run")):
        services.seen().delete("visitor")
        app = opened(folded=True)
        app.button(key=key).click().run()
        assert app.query_params[part]
        assert app.session_state[state.PAGE.key] == page
        assert GREETING not in texts(opened(folded=True))


@pytest.mark.parametrize(
    "params",
    [
        {"node": "res4a_branch1"},
        {"preset": "keras-v1"},
        {"run": "recorded-seeds"},
        {"walk": "tour", "stop": "3"},
        {"present": "1"},
        {"image": "cat"},
    ],
)
def test_a_link_that_names_something_is_not_greeted(params):
    assert GREETING not in texts(opened(params=params, folded=True))


def test_a_language_names_nothing_and_the_page_itself_neither():
    assert "残差网络" in texts(opened(params={"lang": "zh", "preset": "course"}, folded=True))


def test_where_the_greeting_cannot_be_kept_it_still_closes(monkeypatch):
    app = opened(folded=True)

    def full(_owner, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services.seen(), "save", full)
    app.button(key="welcome_close").click().run()
    assert not app.exception
    assert GREETING not in texts(app)
    assert kept.services.seen().load("visitor") is None


def test_a_sentence_is_told_again_if_its_run_was_broken_off(monkeypatch):
    def broken_off():
        st.stop()

    with monkeypatch.context() as cut:  # by what the next click or a part with a clock asks for
        cut.setattr(state, "end_run", broken_off)
        app = opened("architecture", {"preset": "nobodys"}, folded=True)
        told = [warning.value for warning in app.warning]
        assert len(told) == 1
    app.run()
    assert [warning.value for warning in app.warning] == told
    app.run()
    assert not app.warning


def test_what_a_component_says_while_its_page_is_left_costs_nothing():
    """Streamlit calls its function all the same when the page is gone, and with it all that was kept under its key."""
    app = ran(
        "from resnet_viz.ui import state\n"
        "from resnet_viz.ui.shared import maps\n"
        "maps._take('maps')\n"
        "assert state.news('maps') is None"
    )
    assert not app.exception


def test_a_run_is_shown_without_the_network_picture_and_weights_of_other_pages():
    labels = popover_labels(opened("train", folded=True))
    assert not [label for label in labels if label.startswith(("course", "weights", "image"))]
