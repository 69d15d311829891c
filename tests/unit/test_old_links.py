"""Links that people keep, from lessons, documents and walks: each opens what it opened when it was made."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from resnet_viz.ui.links import from_params
from resnet_viz.ui.selection import Selection, named_parts

PINNED = json.loads((Path(__file__).parents[1] / "golden" / "links.json").read_text("utf-8"))


def test_nothing_in_a_link_is_what_it_was():
    assert named_parts(Selection()).items() >= PINNED["fresh"].items()


@pytest.mark.parametrize("pinned", PINNED["links"], ids=lambda pinned: pinned["link"])
def test_a_link_made_before_opens_what_it_opened(pinned):
    opened, sentences = from_params(dict(parse_qsl(pinned["link"][1:], keep_blank_values=True)))
    assert opened.to_params() == pinned["opens"]
    assert list(opened.to_params()) == list(pinned["opens"])
    assert len(sentences) == pinned["left_out"]
    assert from_params(opened.to_params()) == (opened, [])
