"""What a visitor with a slow line sees: the theme alone can be read, and our styles come with the page's HTML."""

import re
import urllib.request
from collections import Counter

import pytest
from playwright.sync_api import Locator, expect

from resnet_viz.lessons.walks import PAGES

from .waits import eventually, quiet

# WCAG's ratio of an element's text to what lies behind it, half-transparent grounds laid over each other; what lies
# behind is a parent, or given.
CONTRAST = """([element, behind]) => {
    const numbers = (color) => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d");
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const layers = [];
    for (let at = behind ?? element; at; at = at.parentElement) layers.unshift(numbers(getComputedStyle(at).backgroundColor));
    const over = (under, [r, g, b, a]) => [r, g, b].map((value, i) => value * a + under[i] * (1 - a));
    const ground = layers.reduce(over, [255, 255, 255]);
    const text = over(ground, numbers(getComputedStyle(element).color));
    const luminance = (color) => color
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
    const [low, high] = [luminance(ground), luminance(text)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}"""


def readable(text: Locator, behind: Locator | None = None) -> None:
    """Wait until a text stands out from its ground by 4.5:1; colours glide, so the first look may come too early."""

    def ratio() -> float:  # of what stands there now: a run may have put others in their places
        pair = [text.first.element_handle(), behind.first.element_handle() if behind else None]
        return text.page.evaluate(CONTRAST, pair)

    eventually(lambda: ratio() >= 4.5, f"{text} can be read")


@pytest.fixture
def bare(visit):
    """Open a window in which our style sheet never arrives."""

    def open_bare(link, **options):
        visitor = visit(**options)
        visitor.block("/style/page-")
        page = visitor.open(link)
        name = page.locator("[data-testid=stTopNav]").evaluate("e => getComputedStyle(e, '::before').content")
        assert name == "none"  # ours would write "ResNet Viz" there
        return page

    return open_bare


@pytest.mark.parametrize("path", ["/", "/train", "/layers?preset=cifar-20"])
def test_the_very_first_answer_links_our_styles_in_its_head(server, path):
    request = urllib.request.Request(server.url + path, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        head = answer.read().decode().split("</head>")[0]
    link = re.search(r'<link rel="stylesheet" href="\.(/style/page-\w+\.css)">', head)[1]
    with urllib.request.urlopen(server.url + link) as answer:
        assert answer.headers["content-type"].startswith("text/css")
        assert b"stMainBlockContainer" in answer.read()


def test_the_measure_finds_what_cannot_be_read(visit):
    page = visit().open("/train")
    button = page.locator("[data-testid=stBaseButton-primary]").first
    button.wait_for()
    page.add_style_tag(content="[data-testid=stBaseButton-primary] { background: #62aef5 !important; }")
    unreadable = pytest.approx(2.36, abs=0.05)
    eventually(lambda: page.evaluate(CONTRAST, [button.element_handle(), None]) == unreadable, "it cannot be read")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_our_styles_everything_can_be_read(bare, scheme):
    page = bare("/train?run=recorded-plain-vs-residual&with=recorded-seeds", color_scheme=scheme)
    readable(page.locator("[data-testid=stBaseButton-primary] p"))
    readable(page.locator("[data-testid=stTopNavLink] span"))
    readable(page.locator("[data-testid=stMultiSelect] [data-tag] span"))
    menu = page.locator(".st-key-subject_language button").first
    menu.hover()
    readable(menu.locator("p"))
    menu.click()
    page.mouse.move(0, 0)
    readable(menu.locator("p"))
    page = bare("/activations?preset=cifar-20&node=res3b_out", color_scheme=scheme)
    for variant in ("segmented_control", "pills"):
        chosen = page.locator(f"[data-variant={variant}][data-selected]")
        readable(chosen.locator("p"))
        chosen.first.hover()
        readable(chosen.locator("p"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_in_a_dialog_can_be_read(visit, scheme):
    """Behind a dialog's shade axe cannot tell what lies behind a text, and passes over it."""
    page = visit(color_scheme=scheme).open("/activations?preset=cifar-20&node=res3b_out&pixel=res3b_out:0.0.3")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("How did res3b_out")
    expect(dialog.locator("table.steps td").first).to_be_visible()
    quiet(page)
    for text in ("h2", "p", "table.steps td", "table.steps th"):
        readable(dialog.locator(text))


@pytest.mark.parametrize("path", PAGES)
def test_what_is_fetched_ahead_is_fetched_once(visit, path):
    """A link to a file that Streamlit asks for under another address would be one file more, not less."""
    page = visit().open(f"/{path}")
    quiet(page)
    ahead = page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map((link) => link.href)")
    fetched = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    counts = Counter(address.rpartition("/")[2] for address in fetched)
    assert {address: counts[address.rpartition("/")[2]] for address in ahead} == dict.fromkeys(ahead, 1)


@pytest.mark.parametrize("link", ["/", "/activations?preset=cifar-20&node=res3b_out"])
def test_a_page_waits_for_no_question_to_its_server_but_the_page_itself(server, visit, link):
    page = visit().page
    page.route(re.compile("/_stcore/(health|host-config)"), lambda _route: None)  # never answered
    page.goto(server.url + link)
    expect(page.locator(".st-key-subject_image button")).to_be_visible()
    quiet(page)
