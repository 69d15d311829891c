"""The frame of every page: a first visit, one line of navigation and one of subject, what changes the network."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from resnet_viz.lessons.walks import PAGES

from .test_train import STATE
from .waits import eventually, open_menu, quiet, settled, unmoved

# Placeholders wider than their fields, ours and Streamlit's, within every shadow.
CUT_OFF = """() => {
    const fields = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)]
        .flatMap((root) => [...root.querySelectorAll("input[placeholder]")]);
    const pen = document.createElement("canvas").getContext("2d");
    return fields.filter((field) => {
        const style = getComputedStyle(field);
        pen.font = style.font;
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return field.clientWidth && pen.measureText(field.placeholder).width > room + 1;
    }).map((field) => field.placeholder);
}"""


def place(page: Page, name: str) -> dict[str, float]:
    """Return where something stands."""
    return page.locator(name).first.bounding_box()


def bottom_gap(page: Page, height: int) -> float:
    """Return what is left below the picture."""
    drawn = place(page, ".st-key-drawn")
    return height - drawn["y"] - drawn["height"]


def is_on_top(page: Page, name: str) -> bool:
    """Whether a click in the middle of something meets it, and not what lies over it."""
    return is_hit(page.locator(name).first)


def is_hit(thing: Locator) -> bool:
    """Whether a click in the middle of a thing meets it."""
    return thing.evaluate(
        """(element) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )


# The two curves are half of the axis apart.
PARTED = f"""() => {{
    const [plain, residual] = (({STATE})()?.numbers ?? []).map(parseFloat);
    return residual - plain > 50;
}}"""


def test_a_first_visitor_sees_two_networks_part_in_one_click_and_is_greeted_once(visit):
    visitor = visit()
    page = visitor.open()
    expect(page.locator(".st-key-welcome")).to_contain_text("A residual network adds each block's answer to its input.")
    page.get_by_role("button", name="Watch two networks learn").click()
    expect(page).to_have_url(re.compile(r"/train\?.*run=recorded-plain-vs-residual"))
    page.wait_for_function(PARTED)
    quiet(page)
    visitor.open()
    expect(page.locator("svg[role=group]")).to_be_visible()
    quiet(page)
    expect(page.locator(".st-key-welcome")).to_have_count(0)


def test_the_greeting_is_closed_for_good(visit):
    visitor = visit()
    page = visitor.open()
    expect(page.locator(".st-key-welcome")).to_be_visible()
    quiet(page)
    page.locator(".st-key-welcome_close button").first.click()
    expect(page.locator(".st-key-welcome")).to_have_count(0)
    eventually(lambda: bottom_gap(page, 720) <= 16, "the picture takes the greeting's place")
    quiet(page)
    page.reload()
    expect(page.locator("svg[role=group]")).to_be_visible()
    quiet(page)
    expect(page.locator(".st-key-welcome")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
def test_the_picture_takes_what_is_left_and_no_sentence_moves_it(visit, size):
    width, height = size
    page = visit(viewport={"width": width, "height": height}).open("/?node=res3b_out")
    expect(page.locator("svg[role=group]")).to_be_visible()
    quiet(page)
    eventually(lambda: 0 <= bottom_gap(page, height) <= 16, "the picture takes what is left")
    drawn = place(page, ".st-key-drawn")
    assert drawn["width"] >= 0.55 * width
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollHeight - e.clientHeight") == 0
    assert page.evaluate(CUT_OFF) == []
    open_menu(page.locator(".st-key-subject_input button"))
    page.locator(".st-key-line_side").get_by_text("224", exact=True).click()
    expect(page).to_have_url(re.compile("input=224"))
    expect(page.locator(".st-key-notices .st-key-misfit")).to_be_visible()
    quiet(page)
    assert place(page, ".st-key-drawn") == drawn
    settled(page)
    picture, frame = place(page, "g.frames"), place(page, "svg[role=group]")
    assert picture["x"] >= frame["x"] - 1
    assert picture["x"] + picture["width"] <= frame["x"] + frame["width"] + 1


def test_on_a_phone_name_and_pages_are_in_reach_and_the_picture_stays_in_sight(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US").open()
    expect(page.locator("svg[role=group]")).to_be_visible()
    quiet(page)
    subject = place(page, ".st-key-subject")
    assert subject["y"] + subject["height"] <= 844 / 5
    assert "ResNet Viz" in page.locator(".st-key-menus").evaluate("e => getComputedStyle(e, '::before').content")
    links = page.locator("[data-testid=stSidebarNavLink]")
    expect(links).to_have_count(len(PAGES))
    for link in links.all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert is_on_top(page, "[data-testid=stSidebarNavLink]")
    assert is_on_top(page, ".st-key-subject_walk button")
    assert not page.locator("kbd").filter(visible=True).count()
    assert page.evaluate(CUT_OFF) == []
    page.locator(".st-key-changes_toggle button").tap()
    expect(page.locator(".st-key-blocks_3 input")).to_be_visible()
    quiet(page)
    sheet = place(page, "[data-testid=stSidebarUserContent]")
    assert place(page, ".st-key-drawn")["y"] < 0.35 * 844 < sheet["y"]
    page.locator(".st-key-changes_close button").filter(visible=True).tap()
    expect(page.locator(".st-key-blocks_3 input")).to_have_count(0)
    links.filter(has_text="Layers").tap()
    expect(page).to_have_url(re.compile("/layers"))
    quiet(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_page_is_in_reach_at_every_width(visit):
    page = visit().open("/layers")
    quiet(page)
    links = page.locator("[data-testid=stSidebarNavLink], [data-testid=stTopNavLink]")
    for width in (640, 767, 768, 820, 879, 880, 1089, 1090, 1199, 1200, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        expect(links).to_have_count(len(PAGES))
        for link in links.all():
            assert is_hit(unmoved(link)), (width, link.inner_text())


def test_shortcuts_are_one_click_away_and_keys_take_the_click_back_and_do_it_again_on_every_page(visit):
    page = visit().open()
    switch = page.locator("[class*='st-key-spec_shortcut-enabled']")
    switch.locator("label").first.click()
    expect(page).to_have_url(re.compile(r"shortcut\.enabled=off"))
    quiet(page)
    page.locator("g.node.selected, g.block.selected").first.focus()
    page.keyboard.press("Control+z")
    expect(page).not_to_have_url(re.compile(r"shortcut\.enabled"))
    expect(switch.locator("input")).to_be_checked()
    for key, name in (("y", "Layers"), ("z", "Activations"), ("y", "Explain"), ("z", "Train")):
        page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
        expect(page).to_have_url(re.compile(f"/{name.lower()}"))
        quiet(page)
        page.keyboard.press(f"Control+{key}")
        has_changed = expect(page).to_have_url if key == "y" else expect(page).not_to_have_url
        has_changed(re.compile(r"shortcut\.enabled=off"))


# After a key each thing that takes the focus is given it; a switch's ring is its label's.
WITHOUT_A_RING = """() => [...document.querySelectorAll("a[href], button, summary, label input")].filter((one) => {
    one.focus();
    const style = getComputedStyle(one.closest("label") ?? one);
    const isMarked = style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2;
    return document.activeElement === one && !(isMarked && one.checkVisibility({ opacityProperty: true }));
}).map((one) => one.outerHTML.slice(0, 160))"""


def test_a_menu_opens_although_what_it_says_is_on_the_way_to_something_else(visit):
    page = visit().open()
    quiet(page)
    menu = page.locator(".st-key-subject_preset button").first
    page.evaluate(  # one after the other, before anything of the first is drawn
        """() => [".st-key-subject_changes input", ".st-key-subject_preset button"].forEach(
            (name) => document.querySelector(name).click()
        )"""
    )
    expect(menu).to_have_text(re.compile("1 change"))
    expect(menu).to_have_attribute("aria-expanded", "true")
    quiet(page)
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".st-key-line_preset")).to_be_visible()


def test_all_that_has_the_focus_shows_it_and_the_window_does_not(visit):
    page = visit().open("/?node=res3b_out")
    quiet(page)
    link = page.locator("[data-testid=stTopNavLink]").nth(1)
    while not link.evaluate("e => e === document.activeElement"):
        page.keyboard.press("Tab")
    assert page.evaluate(WITHOUT_A_RING) == []
    quiet(page)
    main = page.locator("[data-testid=stMain]")
    main.focus()
    for name in ("Leave", "Present"):
        page.keyboard.press("p")
        page.get_by_role("button", name=name).wait_for()
        quiet(page)
    page.keyboard.press("Shift")
    assert main.evaluate("e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).boxShadow]") == ["none", "none"]


def test_chinese_is_never_slanted(visit):
    """Its fonts have no italics; a browser may not make them."""
    page = visit(locale="zh-CN").open("/?stem.use_relu=on&node=res3b_out")
    page.locator("em").first.wait_for()
    quiet(page)
    made = page.locator("em, i").evaluate_all("all => all.map((e) => getComputedStyle(e).fontSynthesisStyle)")
    assert set(made) == {"none"}
    assert page.evaluate(CUT_OFF) == []
