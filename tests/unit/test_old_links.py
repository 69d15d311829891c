"""Links that people keep, from lessons, documents and walks: each opens what it opened when it was made."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from resnet_viz.subject.links import from_params, to_params
from resnet_viz.subject.parts import PARTS
from resnet_viz.subject.subject import Subject

PINNED = json.loads((Path(__file__).parents[1] / "golden" / "links.json").read_text("utf-8"))


def test_nothing_in_a_link_is_what_it_was():
    assert {name: part.text(Subject()) for name, part in PARTS.items()}.items() >= PINNED["fresh"].items()


@pytest.mark.parametrize("pinned", PINNED["links"], ids=lambda pinned: pinned["link"])
def test_a_link_made_before_opens_what_it_opened(pinned):
    opened, sentences = from_params(dict(parse_qsl(pinned["link"][1:], keep_blank_values=True)))
    assert to_params(opened) == pinned["opens"]
    assert list(to_params(opened)) == list(pinned["opens"])
    assert len(sentences) == pinned["left_out"]
    assert from_params(to_params(opened)) == (opened, [])
