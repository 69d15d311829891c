"""The page Check on one load of it: verdicts, code that misbehaves, lines to put in order; nothing reaches the server."""

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.check import puzzle

from .waits import quiet

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


def test_a_right_block_is_right_and_a_mistake_is_named_on_its_line_and_on_both_graphs(page):
    assert verdict(page, BLOCK) == ("right", [])
    assert verdict(page, BLOCK.replace("'same'", "'valid'")) == ("mistake", ["padding"])
    expect(page.locator(".mirror .marked")).to_contain_text("padding='valid'")
    expect(page.locator(".picture .band")).to_have_count(1)
    expect(page.locator(".picture .node.changed")).to_have_count(2)
    page.locator(".verdict .line").first.click()
    caret = "field => field.value.slice(0, field.selectionStart).split('\\n').length"
    assert page.get_by_label("Your code").evaluate(caret) == 7


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
    page.get_by_role("button", name="Put lines in order").click()
    for line in puzzle("identity_block", "en")["lines"]:
        page.locator(f".pool [data-id='{line['id']}']").click()
    page.locator(".own [data-id]").last.press("Alt+ArrowUp")
    page.locator(".press").click()
    region = page.locator("[role=status][data-verdict]:not(.old)")
    expect(region).not_to_have_attribute("data-verdict", "right")
    page.locator(".own [data-id]").nth(-2).press("Alt+ArrowDown")
    page.locator(".press").click()
    expect(region).to_have_attribute("data-verdict", "right")
    for count in (1, 2, 3):
        page.locator(".more").click()
        expect(page.locator(".hint")).to_have_count(count)
    page.locator(".more").click()
    expect(page.locator(".solution li")).to_have_count(1)
