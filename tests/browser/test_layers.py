"""Layers opens with its answer, and a click in it chooses the block everywhere."""

import re

from playwright.sync_api import expect

from .waits import quiet, unmoved

BOXES = """() => {
    const host = [...document.querySelectorAll("[data-testid*=BidiComponent]")]
        .map((own) => own.shadowRoot ?? own).find((own) => own.querySelector(".overview"));
    const centre = (own) => { const b = own.getBoundingClientRect(); return b.left + b.width / 2; };
    const all = (what) => [...host.querySelectorAll(what)];
    return {
        names: all(".name").map(centre),
        boxes: all(".box").map(centre),
        bars: all(".bars").map((row) => [...row.children].map(centre)),
        right: Math.max(...all(".overview *").map((own) => own.getBoundingClientRect().right)),
    };
}"""


def test_layers_opens_with_where_everything_sits_and_a_click_chooses_the_block(visit):
    page = visit().open("/layers?preset=course")
    expect(page.locator(".overview .title")).to_contain_text(
        ["The maps shrink, the channels grow", "Stage 5 holds 52 %", "Stage 4 does 40 %", "Stage 2 fills 39 %"]
    )
    expect(page.locator(".overview .name")).to_have_count(18)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(f"() => ({BOXES})().right <= {width}")
        found = page.evaluate(BOXES)
        for row in (found["boxes"], *found["bars"]):
            # What belongs to one block stands in one column.
            assert all(abs(one - two) < 2 for one, two in zip(row, found["names"], strict=True))
    quiet(page)
    page.locator(".overview .name", has_text="5a").click()
    expect(page).to_have_url(re.compile("node=5a"))
    expect(page.locator(".overview .name.selected")).to_have_text("5a")
    page.get_by_role("link", name="Architecture").click()
    expect(page).to_have_url(re.compile("node=5a"))


def test_the_treemap_is_dark_in_the_dark_theme_and_no_label_is_too_small_to_read(visit):
    page = visit(color_scheme="dark").open("/layers?preset=course&view=treemap")
    labels = page.locator("g.points text:visible")
    quiet(page)
    unmoved(labels.first)
    sizes = labels.evaluate_all(
        "all => all.filter((own) => own.textContent && own.style.display !== 'none')"
        ".map((own) => own.getBoundingClientRect().height / (own.querySelectorAll('tspan').length || 1))"
    )
    assert min(sizes) >= 13
    title = page.locator("g.annotation text", has_text="5a")
    ink = page.get_by_test_id("stApp").evaluate("own => getComputedStyle(own).color")
    assert title.evaluate("own => getComputedStyle(own).fill") == ink
    frames = page.locator("g.shapelayer path").evaluate_all("all => all.map((own) => own.style.fillOpacity)")
    assert all(float(opacity) < 0.3 for opacity in frames)
    expect(page.locator(".modebar")).to_have_count(0)
    page.locator(".st-key-view button", has_text="Along depth").click()
    expect(page.locator(".xtick text", has_text="3b")).to_be_visible()
