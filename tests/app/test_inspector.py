"""Beside the picture: a block explained as one thing, and a layer in plain words."""

import pytest

from resnet_viz.ui import state

from .opening import opened, texts

SMALL = {"preset": "cifar-20", "input": "16", "classes": "4"}


def test_a_fresh_page_explains_an_identity_block():
    app = opened()
    shown = texts(app)
    assert app.subheader[0].value == "Block 3b"
    for text in ("F only has to learn what to add to x", "identity block", "8×8×512 → 8×8×512. Then a ReLU."):
        assert text in shown
    assert "282,368 parameters (1.6% of the network)" in shown
    assert shown.count("BatchNorm, ReLU") == 2
    app.button(key="block_open").click().run()
    assert app.query_params["open"] == "3.3b"
    assert app.button(key="block_open").label == "Close the block"
    next(item for item in app.get("button_group") if item.key == "block_layers").set_value("res3b_branch2b").run()
    assert app.subheader[0].value == "res3b_branch2b"


@pytest.mark.parametrize("node", ["3b", "res3b_add", "res3b_out", "conv1"])
def test_the_address_names_what_is_explained(node):
    app = opened(params={"preset": "course", "node": node})
    assert app.subheader[0].value == ("Block 3b" if node == "3b" else node)


def test_a_plain_block_is_no_residual():
    shown = texts(opened(params={"preset": "plain34"}))
    assert "It has no shortcut" in shown
    shown = "\n".join(line for line in shown.splitlines() if "?walk=" not in line)  # a lesson is not about this network
    for word in ("residual", "identity block", "add to x", "projection"):
        assert word not in shown


def test_a_layer_is_explained_in_plain_words():
    shown = texts(opened(params={"node": "conv1"}))
    assert "One cell sees 7×7 pixels. Its neighbour looks 2 pixels further. No cell sees the whole picture." in shown
    assert "The next layer uses 961 of these 1,024 cells; 63 at the edge are never used." in shown
    assert "1 + (7 − 1)·1 = 7 px" in shown  # one click away
    assert "the course gives it no name" in texts(opened(params={"node": "res2a_out"}))


def test_what_is_known_of_the_picture_stands_beside_the_block_and_leads_to_it():
    assert "On your picture" not in texts(opened(params=SMALL))  # nobody asked yet: the page does not wait
    opened("activations", SMALL)
    app = opened(params=SMALL)
    assert "**On your picture:** F(x) is" in texts(app)
    app.button(key="block_see").click().run()
    assert not app.exception
    assert app.session_state[state.PAGE.key] == "activations"
