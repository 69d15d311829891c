"""What one can do in the picture: choose and open a block, find, walk by keys, follow the trail."""

import re

import pytest
from playwright.sync_api import Page, expect

from .test_app import inspector, node, selected
from .waits import eventually, quiet, settled, unmoved


def block(page: Page, name: str):
    return page.locator(f"g.block[data-block='{name}']")


def middle(page: Page, name: str) -> tuple[float, float]:
    box = block(page, name).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def width_of(camera: str) -> float:
    return float(camera.split()[2])


def smallest_text_px(page: Page) -> float:
    return page.locator("svg[role=group]").evaluate(
        "svg => Math.min(...[...svg.querySelectorAll('text')].map((t) => parseFloat(t.getAttribute('font-size') ?? 14) * Math.hypot(t.getScreenCTM().b, t.getScreenCTM().d)))"
    )


def test_a_block_is_one_thing_in_picture_and_words(visit):
    page = visit().open()
    expect(selected(page)).to_have_attribute("data-block", "3b")
    expect(inspector(page)).to_have_text("Block 3b")
    block(page, "3a").locator("g.shortcut").click(force=True)  # the arc is part of it
    expect(inspector(page)).to_have_text("Block 3a")
    expect(page.locator(".equation")).to_have_text(re.compile(r"y = F\(x\) \+ projection\(x\)"))
    expect(page).to_have_url(re.compile("node=3a"))
    page.get_by_text("Its 12 layers").click()
    unmoved(page.get_by_role("radio", name="res3a_branch1", exact=True)).click()
    expect(inspector(page)).to_have_text("res3a_branch1")
    page.locator(".st-key-inspector").get_by_role("button", name="Block 3a").click()
    page.get_by_role("button", name="See what it added to your picture").click()
    expect(page).to_have_url(re.compile("/activations.*node=3a"))


def test_what_a_block_added_comes_by_itself_once_the_worker_knows(visit):
    page = visit().open("/?preset=cifar-20&input=16")
    expect(page.get_by_text("On your picture: F(x) is")).to_be_visible()


def test_two_clicks_open_a_block_however_far_apart_they_are(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    for gap_ms, name in ((50, "3c"), (100, "3b"), (200, "4d"), (300, "5a")):
        quiet(page)
        settled(page)
        x, y = middle(page, name)
        page.mouse.move(x, y)
        for count in (1, 2):
            page.mouse.down(click_count=count)
            page.mouse.up(click_count=count)
            page.wait_for_timeout(gap_ms if count == 1 else 0)
        expect(page.locator(f"g.open[data-block='{name}']")).to_be_attached()
        expect(inspector(page)).to_have_text(f"Block {name}")
        quiet(page)
        page.locator(f"g.fold[data-group='{name}']").click()
        expect(page.locator("g.open")).to_have_count(0)
        quiet(page)
        settled(page)  # pressed and let go of is what stands still
        page.locator(f"g.fold[data-group='{name[0]}']").last.click()
        expect(block(page, name)).to_be_visible()


def test_the_keys_walk_from_block_to_block_and_inside_an_open_one_from_layer_to_layer(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    block(page, "3c").click()
    for key, name in (
        ("ArrowRight", "3d"),
        ("ArrowDown", "4a"),
        ("ArrowRight", "4b"),
        ("ArrowLeft", "4a"),
        ("ArrowUp", "3d"),
    ):
        page.keyboard.press(key)
        expect(inspector(page)).to_have_text(f"Block {name}")
    page.keyboard.press("Enter")
    expect(node(page, "res3d_branch2b")).to_be_visible()
    quiet(page)
    page.keyboard.press("ArrowRight")
    expect(inspector(page)).to_have_text("res3d_branch2a")
    page.keyboard.press("ArrowRight")
    expect(inspector(page)).to_have_text("bn3d_branch2a")
    page.keyboard.press("Escape")
    expect(page.locator("g.open")).to_have_count(0)
    expect(node(page, "branch_3d")).to_contain_text("3×3, 128")  # its stage is still open
    page.keyboard.press("Escape")
    expect(node(page, "branch_3d")).not_to_contain_text("3×3, 128")


def test_find_goes_only_where_it_is_told_to(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    before, address = settled(page), page.url
    find = page.locator("input[type=search]")
    find.fill("4f_branch2b")
    find.blur()
    quiet(page)
    assert (settled(page), page.url) == (before, address)
    find.fill("4c")
    find.press("Enter")
    expect(inspector(page)).to_have_text("Block 4c")
    assert settled(page) == before  # a block is in sight already
    assert smallest_text_px(page) >= 9
    page.keyboard.press("/")
    page.keyboard.type("4f_branch2b")
    page.keyboard.press("Enter")
    expect(inspector(page)).to_have_text("res4f_branch2b")
    expect(selected(page)).to_have_id("res4f_branch2b")
    settled(page)
    assert node(page, "res4f_branch2b").bounding_box()["height"] >= 16


def test_each_step_of_the_trail_frames_its_thing_and_shows_the_keyboard_where_it_is(visit):
    page = visit().open("/?node=res3b_branch2b&open=3.3b")
    expect(selected(page)).to_have_id("res3b_branch2b")
    quiet(page)
    steps = page.get_by_role("navigation", name="Where we are").get_by_role("button")
    expect(steps).to_have_text(["Network", "Stage 3", "Block 3b", "res3b_branch2b"])
    widths = []
    for place in range(4):
        steps.nth(place).click()
        widths.append(width_of(settled(page)))
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > widths[-1]
    page.keyboard.press("Shift+Tab")
    ring = steps.nth(2).evaluate("step => { const s = getComputedStyle(step); return s.outlineStyle + s.outlineWidth }")
    assert ring == "solid2px"


@pytest.mark.parametrize("told", ["", "&lang=zh", "&present=1"])
def test_each_step_of_the_trail_can_be_clicked_at_every_width(visit, told):
    page = visit().open("/?preset=keras-v1-152&open=4.4aj&node=res4aj_branch2b" + told)
    steps = page.get_by_role("navigation", name=re.compile("Where we are|当前位置")).get_by_role("button")
    expect(steps).to_have_count(4)
    quiet(page)

    def all_can_be_clicked() -> bool:
        hidden = steps.evaluate_all(
            """steps => steps.filter((step) => {
                step.scrollIntoView({ block: "nearest" });
                const [own, trail] = [step, step.parentElement].map((element) => element.getBoundingClientRect());
                const isInside = own.left >= trail.left && own.right <= trail.right + 0.5 && own.right <= innerWidth;
                const middle = [(own.left + own.right) / 2, (own.top + own.bottom) / 2];
                return !isInside || step.getRootNode().elementFromPoint(...middle) !== step;
            }).map((step) => step.textContent)"""
        )
        return not hidden

    for width in (360, 640, 641, 768, 820, 900, 1024, 1100, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 720})
        unmoved(steps.last)
        eventually(all_can_be_clicked, f"all steps can be clicked at {width} px")


def test_a_layout_that_comes_late_is_not_drawn_over_a_newer_picture(visit):
    visitor = visit()
    page = visitor.page
    held = []
    page.route("**/layout-*.js", lambda route: held.append(route))  # noqa: PLW0108 - a list takes no marks
    visitor.open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    block(page, "3b").dblclick()  # wants a layout that does not come yet
    expect(page).to_have_url(re.compile(r"open=3\.3b"))
    page.set_viewport_size({"width": 1100, "height": 700})  # drawn anew, as it was
    expect(block(page, "3b")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("3b(?=[&]|$).*open=3.3b"))
    for route in held:
        route.continue_()
    page.unroute("**/layout-*.js")
    quiet(page)
    expect(page.locator("g.open")).to_have_count(0)
    block(page, "4b").dblclick()
    expect(page.locator("g.open[data-block='4b']")).to_be_attached()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_plain_network_speaks_of_no_residual(visit, width):
    page = visit(viewport={"width": width, "height": 844}).open("/?preset=plain34")
    expect(page.locator(".equation")).to_have_text("y = F(x)")
    expect(page.get_by_role("button", name="See it on your picture")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
