"""Every text has its translation, and the translation keeps the places for values."""

import ast
import re
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from markdown_it import MarkdownIt

from resnet_viz.analysis import analyse
from resnet_viz.errors import SpecError
from resnet_viz.lessons.marks import unmarked
from resnet_viz.messages import LANGUAGES, N_, Titles, gettext, in_this_language, preferred_language, use_language
from resnet_viz.spec import preset
from resnet_viz.spec.changes import with_changes
from resnet_viz.viz.dot import draw

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "resnet_viz" / "locale" / "zh_CN" / "LC_MESSAGES" / "resnet_viz.po"


@pytest.fixture(autouse=True)
def _english_again():
    yield
    use_language("en")


def test_no_message_lacks_a_translation():
    done = subprocess.run(
        [sys.executable, "dev/tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
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
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "N_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def test_what_is_kept_in_memory_speaks_no_language_or_is_kept_by_language():
    texts = {"_", "ngettext", "change_texts"}
    odd = [
        f"{path.name}: {function.name}"
        for path in (ROOT / "resnet_viz").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        if any("cache" in ast.unparse(own) and "property" not in ast.unparse(own) for own in function.decorator_list)
        if not any("language" in given.arg for given in function.args.args)
        for call in ast.walk(ast.Module([own for own in function.body if not _ends_in_errors(own)], []))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in texts
    ]
    assert odd == []


def _ends_in_errors(statement: ast.stmt) -> bool:
    """Whether it raises: an error is never kept."""
    return any(isinstance(part, ast.Raise) for part in ast.walk(statement))


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


@cache
def _chinese() -> list[tuple[str, str]]:
    """Return every text with its Chinese as it stands on a page: no code, no links, no tags, no marks, a name for each value."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    found = []
    for message in messages:
        english = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else message.string[0]
        english, text = unmarked(english), unmarked(text)
        shown = re.sub(r"`[^`]*`", "`x`", re.sub(r"\]\([^)]*\)", "]", re.sub(r"<[^>]+>|\*\*", "", text)))
        found.append((english, re.sub(r"(?:捷径|投影)\(x\)", "F(x)", shown)))  # a function in a formula
    return found


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("a Latin sign after a Chinese one", "{zh}[,.:;?!]"),
        ("a Latin sign before a Chinese one", r"[,.:;?!]\s*{zh}"),
        ("Latin brackets around Chinese", r"{zh}\s*\(|\([^()]*{zh}[^()]*\)|[^x]\)\s*{zh}"),
        ("a space between two Chinese signs", " (?={zh}|{mark})(?<={zh} |{mark} )"),
        ("a space beside a Chinese mark", " {mark}|{mark} "),
        ("no space between a Chinese and a Latin word", "{zh}[A-Za-z0-9`‖]|[A-Za-z0-9`%‖]{zh}"),
        ("dots set off by a space, or twice as many", "{zh} …|……"),
    ],
)
def test_chinese_is_set_as_chinese_is(fault, sign):
    """Chinese marks close up; one space stands between Chinese and a Latin word or a number, none within Chinese."""
    wrong = re.compile(sign.replace("{zh}", "[\u4e00-\u9fff]").replace("{mark}", "[，。：；？！、（）“”]"))
    assert [text for _english, text in _chinese() if wrong.search(text)] == [], fault


def test_a_thing_has_one_name_in_chinese():
    """What else it was called once, each with the word that is ours."""
    names = {
        "您": "你",
        "单元格|格点": "格子",
        r"(?<![a-z])px": "像素",
        "普通(?:块|网络)|平凡网络": "无捷径",
        "快捷连接|跳跃连接|跳连|短路": "捷径",
        "保留图片|验证图片": "留出图片",
        "瞎猜|乱猜": "随机猜测",
        "分数|评分": "得分",
        "自带": "随附",
        "(?<!卷积)(?<!双)核(?!心)": "卷积核",
        "主路(?!径)|主干": "主路径",
        "批量归一化|批标准化|批规范化": "批归一化",
        "乘累加|乘积累加": "乘加",
        "词干|茎|主茎": "起始段",
        "(?:此|(?<!基)本)(?:网络|块|图|页)": "这个",
        "等人 20": "等",
    }
    wrong = [(ours, text) for _english, text in _chinese() for other, ours in names.items() if re.search(other, text)]
    assert wrong == []


@pytest.mark.parametrize(
    ("word", "term"),
    [
        (r"\bBatchNorm", "批归一化"),
        (r"\bMACs?\b", "乘加"),
        (r"\b[Ss]tem\b(?!\.)", "起始段"),
        (r"\b[Ss]hortcuts?\b(?!\()", "捷径"),
        (r"\b[Pp]lain (?:network|one|block)|^plain$", "捷径"),
        (r"\b[Rr]esidual\b", "残差"),
        (r"\b[Mm]ain path\b", "主路径"),
        (r"\b[Ss]tages?\b(?!\})", "阶段"),
        (r"\b[Cc]ells?\b", "格"),
        (r"\b[Gg]uessing\b", "随机猜测"),
        (r"\b[Hh]eld[- ]back\b", "留"),
        (r"\b[Ss]witched[ -]off\b", "关闭"),
    ],
)
def test_a_word_of_the_house_has_its_chinese(word, term):
    assert [text for english, text in _chinese() if re.search(word, english) and term not in text] == []


def test_that_check_can_fail():
    sys.path.insert(0, str(ROOT / "dev" / "tools"))
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


def test_a_title_is_translated_when_it_is_looked_up():
    title = Titles({"first": N_("Architecture")})
    assert title("first") == "Architecture"
    use_language("zh")
    assert title("first") == title.get("first", "") == gettext("Architecture") != "Architecture"
    assert title.get("second", "as it is") == "as it is"
    with pytest.raises(KeyError):
        title("second")


def test_an_unknown_language_is_english():
    use_language("xx")
    assert gettext("Architecture") == "Architecture"
    assert set(LANGUAGES) == {"en", "zh"}


def test_work_for_another_thread_takes_its_language_along():
    said = []
    use_language("zh")
    threads = [threading.Thread(target=work) for work in (in_this_language(lambda: said.append(gettext("Layers"))),)]
    threads.append(threading.Thread(target=lambda: said.append(gettext("Layers"))))
    for thread in threads:
        thread.start()
        thread.join()
    use_language("zh")
    assert said == [gettext("Layers"), "Layers"]
    assert said[0] != "Layers"


@pytest.mark.parametrize("name", ["course", "cifar-20", "v2"])
def test_the_picture_and_the_rules_of_a_stage_speak_chinese_too(name):
    use_language("zh")
    rows = draw(analyse(preset(name)), {"2", "2a"}).rows
    lines = [line for row in rows for part in row.parts for box in part.boxes for line in box.lines]
    assert {word for line in lines for word in re.findall("[A-Za-z]{3,}", line)} <= {"ReLU", "Softmax"}
    with pytest.raises(SpecError, match="阶段 3：identity_filters"):
        with_changes(preset(name), {"stages.3.identity_filters": "1.2.3.4"})
