"""The page Check without a browser: it sends what a browser needs, and asks nothing back."""

import json
import re

import pytest

from resnet_viz.check import presets

from .opening import ROOT, opened


def sent(language: str) -> dict:
    """Return what the page's component gets."""
    app = opened("check", {"lang": language})
    (element,) = (item for item in app.get("bidi_component") if item.proto.component_name.endswith("check"))
    return json.loads(element.proto.bytes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_brings_all_texts_and_material_in_the_visitors_language(language):
    data = sent(language)
    assert data["texts"]["code"] == {"en": "Your code", "zh": "你的代码"}[language]
    assert tuple(data["presets"]) == presets()
    assert data["view"] == {"judged": "course", "puzzle": ""}
    assert set(data["examples"]) == {"template", "mistake"}
    for puzzle in data["puzzles"]:
        assert len(puzzle["hints"]) == 3
        assert puzzle["distractors"]
        ids = [line["id"] for line in puzzle["lines"] + puzzle["distractors"]]
        assert len(set(ids)) == len(ids)
        compile(puzzle["head"] + "".join(f"\n    {line['code']}" for line in puzzle["lines"]), "puzzle", "exec")
    assert {"conv", "relu", "add", "block", "other"} <= set(data["marks"])
    assert set(data["statuses"]) == {"missing", "extra", "changed", "rewired"}


def test_every_text_that_the_browser_names_is_sent():
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "dev" / "frontend" / "check").glob("*.js"))
    named = set(re.findall(r"\btexts\.(\w+)", sources))
    assert named <= set(sent("en")["texts"])
