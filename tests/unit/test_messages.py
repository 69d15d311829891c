"""Every text has its translation, and the translation keeps the places for values."""

import ast
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from markdown_it import MarkdownIt

from resnet_viz.errors import SpecError
from resnet_viz.messages import LANGUAGES, gettext, in_this_language, preferred_language, use_language
from resnet_viz.spec import preset

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "resnet_viz" / "locale" / "zh_CN" / "LC_MESSAGES" / "resnet_viz.po"


@pytest.fixture(autouse=True)
def _english_again():
    yield
    use_language("en")


def test_no_message_lacks_a_translation():
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_text_is_asked_for_where_the_catalogue_does_not_look():
    """Within a formatted string a text is not found by the extraction, so it would stay English for ever."""
    hidden = [
        (path.name, call.args[0].value)
        for path in [*(ROOT / "resnet_viz").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def test_what_is_bold_in_english_is_bold_in_every_language():
    """Markdown closes no ``**`` between a Chinese colon and a letter: it would stand on the page as two stars."""
    reader = MarkdownIt()
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    raw = [
        text
        for message in messages
        for text in (message.string if isinstance(message.string, (tuple, list)) else [message.string])
        if "**" in str(message.id) and "**" in re.sub(r"<[^>]+>", "", reader.render(re.sub(r"\{[^}]*\}", "F(x)", text)))
    ]
    assert raw == []


def test_that_check_can_fail():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import messages
    finally:
        sys.path.pop(0)
    source = messages.messages()
    source.add("a sentence that nobody translated")
    _catalog, missing = messages.translated(CATALOGUE.parents[1], source)
    assert missing == ["a sentence that nobody translated"]


def test_translations_keep_the_places_for_values():
    with CATALOGUE.open("rb") as file:
        catalog = read_po(file, locale="zh_CN")
    for message in catalog:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            assert set(re.findall(r"\{[^}]*\}", text)) == set(re.findall(r"\{[^}]*\}", ids[-1])), message.id


def test_compiled_catalogue_is_the_source():
    use_language("zh")
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="zh_CN"):
            if message.id and isinstance(message.id, str):
                assert gettext(message.id) == message.string


def test_errors_speak_the_language_of_the_visitor():
    use_language("zh")
    with pytest.raises(SpecError, match="必须是"):
        preset("corse")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US", "en"),
        ("fr-FR,fr", "en"),
        ("", "en"),
        (None, "en"),
        ("fr,zh-TW", "zh"),
    ],
)
def test_browser_language_is_the_default(accepted, language):
    assert preferred_language(accepted) == language


def test_an_unknown_language_is_english():
    use_language("xx")
    assert gettext("Architecture") == "Architecture"
    assert set(LANGUAGES) == {"en", "zh"}


def test_work_for_another_thread_takes_its_language_along():
    said = []
    use_language("zh")
    threads = [threading.Thread(target=work) for work in (in_this_language(lambda: said.append(gettext("Walk"))),)]
    threads.append(threading.Thread(target=lambda: said.append(gettext("Walk"))))
    for thread in threads:
        thread.start()
        thread.join()
    use_language("zh")
    assert said == [gettext("Walk"), "Walk"]
    assert said[0] != "Walk"
