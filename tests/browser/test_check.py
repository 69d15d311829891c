"""The page Check on one load of it: verdicts, code that misbehaves, lines to put in order; nothing reaches the server."""

import base64
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from resnet_viz.check import puzzle
from tests.unit.check.test_several import BY_2018

from .waits import eventually, in_scheme, open_menu, quiet

BLOCK = """def identity_block(X, f, filters, stage, block):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (1, 1), name='a')(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation('relu')(X)
    X = Conv2D(F2, (f, f), padding='same')(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation('relu')(X)
    X = Conv2D(F3, (1, 1))(X)
    X = BatchNormalization(axis=3)(X)
    X = Add()([X, X_shortcut])
    X = Activation('relu')(X)
    return X
"""


@pytest.fixture(scope="module")
def page(visit_for_all) -> Page:
    """The page in one window, and no request of it to the server but those that brought it."""
    visitor = visit_for_all()
    visitor.blocked = "/check-files/stdlib-"  # at first, by a test
    opened = visitor.open("/check")
    expect(opened.get_by_label("Your code")).to_be_visible()
    quiet(opened)
    return opened


@pytest.fixture(scope="module")
def requests(page: Page) -> list[str]:
    """What is asked of any server from now on."""
    heard: list[str] = []
    page.context.on("request", lambda request: heard.append(request.url))
    return heard


def verdict(page: Page, code: str) -> tuple[str, list[str]]:
    """Return what comes of a code: the verdict and the mistakes' ids."""
    page.get_by_label("Your code").fill(code)
    page.get_by_label("Your code").press("Control+Enter")
    region = page.locator("[role=status][data-verdict]:not(.old)")
    region.wait_for()
    return region.get_attribute("data-verdict"), region.get_attribute("data-mistakes").split()


def within(page: Page, line: str) -> str:
    """Return the verdict on a right block with one more line in it."""
    return verdict(page, BLOCK.replace("    F1, F2", f"    {line}\n    F1, F2"))[0]


@pytest.fixture(scope="module")
def told(page: Page) -> list[bytes]:
    """What the page tells the server from now on."""
    frames: list[bytes] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameSent", lambda sent: frames.append(base64.b64decode(sent["response"]["payloadData"]))
    )
    return frames


def speak(page: Page, language: str) -> None:
    """Choose a language."""
    open_menu(page.locator(".st-key-subject_language button"))
    page.get_by_text(language, exact=True).last.click()


def dropped(page: Page, name: str, content: str) -> str:
    """Drop a file on the page, beside the field; return its code or what is said of it. `content` is JavaScript."""
    page.get_by_label("Your code").fill("")
    page.locator(".picture").evaluate(
        """(place, [name, content]) => {
            const files = new DataTransfer();
            files.items.add(new File([eval(content)], name));
            place.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true, composed: true }));
        }""",
        [name, content],
    )
    field, region = page.get_by_label("Your code"), page.locator(".verdict")
    return eventually(lambda: field.input_value() or (name in region.inner_text() and region.inner_text()), name)


def test_python_that_cannot_be_fetched_is_said_and_tried_again(page):
    """One file is gone, then the server; nothing of it is left when it comes after all."""
    answers = [404, 0]

    def answer(route: Route) -> None:
        if answers[0]:
            route.fulfill(status=answers[0])
        else:
            route.abort()

    page.route("**/check-files/stdlib-*", answer)
    press, region = page.locator(".press"), page.locator(".verdict")
    press.click()
    expect(region).to_contain_text("newer version")
    answers.pop(0)
    press.dblclick()
    expect(region).to_contain_text("could not be fetched")
    page.unroute("**/check-files/stdlib-*")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/check-files/stdlib-*", hold)
    page.get_by_role("button", name="Try again").click()
    expect(region).to_contain_text("being fetched")
    speak(page, "简体中文")  # in the middle of a check
    expect(page.get_by_label("你的代码")).to_be_visible()
    eventually(lambda: held, "the file is asked for")[0].continue_()
    page.unroute("**/check-files/stdlib-*")
    expect(region).to_contain_text("还没有")
    speak(page, "English")
    expect(region).to_contain_text("nothing to check yet")


def test_a_right_block_is_right_and_a_mistake_is_named_on_its_line_and_on_both_graphs(page):
    assert verdict(page, BLOCK) == ("right", [])
    assert verdict(page, BLOCK.replace("'same'", "'valid'")) == ("mistake", ["padding"])
    expect(page.locator(".mirror .marked")).to_contain_text("padding='valid'")
    expect(page.locator(".picture .band")).to_have_count(1)
    expect(page.locator(".picture .node.changed")).to_have_count(2)
    page.locator(".verdict .line").first.click()
    caret = "field => field.value.slice(0, field.selectionStart).split('\\n').length"
    assert page.get_by_label("Your code").evaluate(caret) == 7


def test_code_that_is_right_for_another_preset_is_checked_against_it_and_a_link_leads_there(page, told):
    assert verdict(page, BY_2018) == ("mistake", ["squeeze-512", "stem-relu"])
    field = page.get_by_label("Your code")
    assert field.evaluate("field => field.scrollHeight <= field.clientHeight")  # it lies over every line of a long code
    page.get_by_role("button", name="Check against coursera-2018").click()
    expect(page.locator("[role=status]")).to_have_attribute("data-verdict", "right")
    expect(page).to_have_url(re.compile("judge=coursera-2018"))
    assert any(b"coursera-2018" in frame for frame in told)
    assert not any(b"Conv2D" in frame or b"ResNet50" in frame for frame in told)


def test_a_file_that_is_dropped_is_read_or_said_to_be_none(page):
    cells = "JSON.stringify({ cells: Array.from({ length: 200 }, (_, n) => ({ cell_type: 'code', source: [`a = ${n}`] })) })"
    assert dropped(page, "own.py", "'a = 1\\r\\n'") == "a = 1\n"
    assert dropped(page, "own.ipynb", cells).count("a = ") == 200
    assert dropped(page, "none.py", "''") == "There is no code in none.py."
    assert "could not be read" in dropped(page, "own.h5", "new Uint8Array(5000).map((_, n) => n)")
    assert "20 MB at most" in dropped(page, "large.py", "new Uint8Array(50e6)")
    assert "200,000 characters at most" in dropped(page, "long.py", "'a = 1\\n'.repeat(50_000)")


def test_code_that_misbehaves_is_told_and_the_next_check_works(page, requests):
    assert verdict(page, "def identity_block(X, f, filters:\n") == ("error", [])
    for line in ("x = [0] * 2**28", "identity_block(X, f, filters, stage, block)"):  # a gigabyte; a function in itself
        assert within(page, line) == "error"
    within(page, "import js; js.fetch('http://localhost:1')")  # whatever comes of these, see below
    within(page, "from pyodide.code import run_js; run_js('fetch(`http://localhost:1`)')")
    within(page, "import urllib.request; urllib.request.urlopen('http://localhost:1').read()")
    assert verdict(page, "while True:\n    pass\n")[0] == "error"
    assert verdict(page, "sum(iter(int, 1))\n") == ("error", [])  # a loop in which no line of code is run
    expect(page.locator(".verdict")).to_contain_text("5 seconds")
    assert verdict(page, BLOCK) == ("right", [])
    assert [url for url in requests if url.startswith(("http", "ws"))] == []
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('resnet-viz-check')).code")
    assert kept == BLOCK


def test_lines_in_the_right_order_are_right_and_hints_come_before_the_solution(page):
    # The lines are chosen in the middle of a check: its answer is no longer wanted.
    page.locator(".check").evaluate(
        "page => [page.querySelector('.press'), page.querySelectorAll('.mode')[1]].map(own => own.click())"
    )
    expect(page.locator(".verdict")).to_contain_text("Put the lines of the block in order")
    for line in puzzle("identity_block", "en")["lines"]:
        page.locator(f".pool [data-id='{line['id']}']").click()
    page.locator(".own [data-id]").last.press("Alt+ArrowUp")
    page.locator(".press").click()
    region = page.locator("[role=status][data-verdict]:not(.old)")
    expect(region).not_to_have_attribute("data-verdict", "right")
    last = page.locator(".own [data-id]").last
    below = {"x": 20, "y": last.bounding_box()["height"] - 2}
    page.locator(".own [data-id]").nth(-2).drag_to(last, target_position=below)
    page.locator(".press").click()
    expect(region).to_have_attribute("data-verdict", "right")
    for count in (1, 2, 3):
        page.locator(".more").click()
        expect(page.locator(".hint")).to_have_count(count)
    page.locator(".more").click()
    expect(page.locator(".solution li")).to_have_count(1)


def test_a_verdict_can_be_read_by_all_and_stays_in_another_language_and_the_code_at_the_next_visit(page):
    write = page.get_by_role("button", name="Write code")
    write.click()
    expect(page).not_to_have_url(re.compile("lines="))
    page.go_back()
    expect(page).to_have_url(re.compile("lines="))
    expect(write).to_have_attribute("aria-pressed", "false")
    write.click()
    assert verdict(page, BLOCK.replace("'same'", "'valid'")) == ("mistake", ["padding"])
    for scheme in ("dark", "light"):
        in_scheme(page, scheme)
        found = Axe().run(page).response["violations"]
        serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in serious] == []
    speak(page, "简体中文")
    expect(page.locator(".headline")).to_contain_text("错误")
    code = page.locator(".check textarea").input_value()
    page.reload()
    expect(page.get_by_label("你的代码")).to_have_value(code)
