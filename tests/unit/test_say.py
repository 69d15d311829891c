"""Nothing that a person writes is Markdown: hostile strings, read by a Markdown parser, stay text."""

import ast
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from resnet_viz.messages import use_language
from resnet_viz.ui import say
from resnet_viz.weights.signatures import FROM_TORCH, archive_kind

UI = Path(__file__).parents[2] / "resnet_viz" / "ui"
HOSTILE = [
    "![look](http://evil.example/a.png)",
    "[![x](http://evil.example/a.png)](http://evil.example)",
    "![x][1]\n\n[1]: http://evil.example/a.png",
    "<img src=http://evil.example/a.png>",
    "`![x](http://evil.example/a.png)",
    "a` ![x](http://evil.example/a.png) `b",
    "``\n\n![x](http://evil.example/a.png)\n\n``",
    "\\![x](http://evil.example/a.png)",
    "\\\\![x](http://evil.example/a.png)",
    "- ![x](http://evil.example/a.png)",
    "1. ![x](http://evil.example/a.png)",
    "    ![x](http://evil.example/a.png)",
    "# **bold** _and_ ~~gone~~",
    "a\n===\n\n| a | b |\n|---|---|\n| ![x](http://e.e) | 2 |",
    "&#33;[x](http://evil.example/a.png)",
    "http://evil.example www.evil.example me@evil.example",
    "[^1]\n\n[^1]: note",
    "> quoted",
    "+ item",
    "_a_ __b__ a_b_c _c _d_e_ (_f_) x__y__z",
]


def tokens(markdown: str) -> list:
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    return [token for block in parser.parse(markdown) for token in (block, *(block.children or ()))]


def shown(markdown: str) -> str:
    kinds = ("text", "text_special", "code_inline", "softbreak")
    return "".join(token.content or " " for token in tokens(markdown) if token.type in kinds)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("way", [say.plain, say.sentence, say.code, say.paragraphs])
@pytest.mark.parametrize("around", ["{}", "**{}** · done", "1. {}", "weights: {}"])
def test_what_people_write_stays_text(text, way, around):
    found = {token.type for token in tokens(around.format(way(text)))}
    allowed = {"inline", "text", "text_special", "paragraph_open", "paragraph_close", "code_inline", "softbreak"}
    allowed |= {token.type for token in tokens(around.format("word"))}
    assert found <= allowed, found - allowed


@pytest.mark.parametrize("language", ["en", "zh"])
def test_statements_that_end_a_sentence_stand_below_it_to_be_copied(language):
    use_language(language)
    text = archive_kind(["archive/data.pkl"]).advice
    (block,) = [token for token in tokens(say._with_lines(text)) if token.type == "fence"]
    assert block.content.splitlines() == [line.strip("`") for line in re.findall(r"`[^`]+`", FROM_TORCH)]
    names = "2 are missing (`fc7/kernel`, `fc7/bias`)."
    assert say._with_lines(names) == say.sentence(names)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_ends_no_block_of_statements(text):
    inside = text.replace("`", "")
    found = tokens(say._with_lines(f"{text}: `a {inside}`, `b ({inside})`."))
    assert [token.type for token in found if token.type in ("link_open", "image", "html_inline", "html_block")] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_shown_as_they_wrote_it(text):
    line = " ".join(text.split())
    assert shown(say.plain(text)).replace("\u2060", "") == line


@pytest.mark.parametrize(
    "text", [":material/home:", ":smile:", ":red[x]", ":blue-background[x]", "$x^2$", "x :streamlit:"]
)
def test_icons_faces_colours_and_formulas_of_streamlit_are_kept_apart(text):
    made = say.plain(text)
    for colon in (place for place, sign in enumerate(made) if sign == ":"):
        is_escaped = made[colon - 1 : colon] == "\\"
        assert is_escaped or not made[colon + 1 : colon + 2].isalnum()
    # What Streamlit makes of text after Markdown was read: the sign before a colon is gone by then.
    assert not re.search(r":[\w+/-]+:", made.replace("\\", ""))
    assert "$" not in made.replace("\\$", "")


def test_a_sentence_of_ours_keeps_its_code_and_its_signs():
    text = "`walk` must be at most 3. Received: walk=5 (a-b). Did you mean x_y_z?"
    assert say.sentence(text) == text
    assert say.sentence("Received: link='![x](http://e.e)'.") == "Received: link='!\\[x\\](http:\u2060//e.e)'."


def test_boxes_with_sentences_are_drawn_through_the_one_door():
    """`st.warning(str(error))` would read a value out of a link as Markdown."""
    for path in [*UI.rglob("*.py"), *(UI.parents[1] / "pages").glob("*.py")]:
        if path.name == "say.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_say = isinstance(node.func.value, ast.Name) and node.func.value.id in ("say", "_log", "logging")
                boxes = ("warning", "info", "error", "success", "toast", "caption")
                assert is_say or node.func.attr not in boxes, f"{path.name}:{node.lineno}"
