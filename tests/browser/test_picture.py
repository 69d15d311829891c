"""The picture of the network: what a stranger sees in it, at every size of the window."""

import re

import pytest
from playwright.sync_api import Page, expect

from .test_app import node, selected
from .waits import eventually, in_scheme, quiet, settled

TEXTS = """(svg) => [...svg.querySelectorAll("text")].map((text) => {
    const [turned, box] = [text.hasAttribute("transform"), text.getBoundingClientRect()];
    return { says: text.textContent, size: turned ? box.width : box.height, left: box.left, right: box.right, top: box.top, bottom: box.bottom };
}).filter((text) => text.size > 0)"""


def texts(page: Page):
    return page.locator("svg[role=group]").evaluate(TEXTS)


def frame(page: Page):
    return page.locator(".view").bounding_box()


def smallest(page: Page) -> float:
    """Return how high the smallest words are; a sign alone is no word."""
    return min(text["size"] for text in texts(page) if len(text["says"]) > 1)


def is_whole(page: Page) -> bool:
    """Whether all that is drawn lies in the frame, with nothing cut."""
    view = frame(page)
    return all(
        view["x"] - 1 <= text["left"]
        and text["right"] <= view["x"] + view["width"] + 1
        and view["y"] - 1 <= text["top"]
        and text["bottom"] <= view["y"] + view["height"] + 1
        for text in texts(page)
    )


def fills_the_window(page: Page) -> bool:
    """Whether the page ends where the window does: nothing to scroll, nothing left empty."""
    return page.evaluate(
        """() => {
            const main = document.querySelector("[data-testid=stMain]");
            const host = [...document.querySelectorAll("[data-testid*=BidiComponent]")]
                .map((one) => (one.shadowRoot ?? one).querySelector(".frame")).find(Boolean);
            const left = innerHeight - host.getBoundingClientRect().bottom;
            return main.scrollHeight <= main.clientHeight && left >= 0 && left <= 20;
        }"""
    )


def test_sixteen_blocks_their_shortcuts_and_their_sums_are_in_sight_at_once(visit):
    page = visit().open()
    expect(page.locator("g.block")).to_have_count(16)
    assert page.locator("g.block .shortcut").count() == 16
    assert page.locator("g.node[id^=add_]").count() == 16
    assert page.locator("g.node[id^=shortcut_]").count() == 4
    for words in ("shortcut", "sum", "F(x)", "convolution; on a shortcut: projection"):
        expect(page.locator(".legend")).to_contain_text(words)
    expect(page.locator(".bar .size")).to_contain_text("taller: larger maps")
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        eventually(lambda: is_whole(page), "all of the picture is in its frame")
        settled(page)  # before it is drawn for the new window the old one may lie in it whole, too
        assert is_whole(page)
        assert smallest(page) >= 12
        assert page.locator(".marks").evaluate(
            "one => one.scrollHeight <= one.clientHeight + 2"
        )  # nothing of it is cut
        branch = [node(page, f"branch_{name}").bounding_box() for name in ("2a", "3b", "4b", "5b")]
        heights, widths = [box["height"] for box in branch], [box["width"] for box in branch]
        assert heights == sorted(heights, reverse=True)
        assert widths == sorted(widths)
        starts = [one.bounding_box()["x"] for one in page.locator("g.block").all()]
        assert starts == sorted(starts)  # one line from the input to the classes


def test_without_shortcuts_the_arcs_are_gone_and_so_are_their_words(visit):
    page = visit().open("/?shortcut.enabled=off&open=3.3b")
    expect(node(page, "res3b_branch2b")).to_be_visible()
    expect(page.locator("svg .shortcut")).to_have_count(0)
    expect(page.locator("svg [data-stage='5'] text", has_text=re.compile("^5a$"))).to_be_visible()  # beside 5b–c
    # What stands larger beneath is dark on light here too, in either theme.
    expect(page.locator("svg .ghost text").first).to_have_css("fill", "rgb(26, 26, 26)")
    said = " ".join(text["says"] for text in texts(page)) + page.locator(".legend").inner_text()
    for word in ("F(x)", "identity", "shortcut", "sum"):
        assert word not in said


def test_another_input_size_keeps_the_whole_network_in_sight(visit):
    """A message makes room for itself meanwhile: the picture is set for the frame as it then is."""
    page = visit(viewport={"width": 1440, "height": 900}).open()
    expect(selected(page)).to_be_attached()
    pill = page.locator("[class*=st-key-line_side]")
    for side, shape in ((224, "55×55×256"), (64, "15×15×256"), (128, "31×31×256"), (96, "23×23×256")):
        if not pill.is_visible():
            page.locator(".st-key-subject").get_by_role("button", name=re.compile(r"^\d+×\d+×3")).click()
        pill.get_by_text(str(side), exact=True).click()
        expect(page.locator("svg[role=group]")).to_contain_text(shape)
        quiet(page)
        eventually(lambda: is_whole(page), f"all of the picture at {side} px")
        settled(page)
        assert is_whole(page)
        assert frame(page)["width"] == pytest.approx(
            float(settled(page).split()[2]), abs=3
        )  # and as large as it can be


def test_the_picture_takes_what_is_left_of_the_window(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    for width, height in ((1280, 720), (1440, 900), (1920, 1080), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        eventually(lambda: fills_the_window(page) and is_whole(page), f"the page fills {width}×{height}")


# A run of data lasts five seconds: what passes is written down in the page, or a slow machine looks when all is over.
WATCH_THE_DATA = """() => {
    const roots = () => [...document.querySelectorAll("[data-testid*=BidiComponent]")].map((host) => host.shadowRoot ?? host);
    const seen = (window.dataSeen = { most: 0, moves: 0, last: null, runs: 0 });
    let before = 0;
    const look = () => {
        const dots = roots().flatMap((root) => [...root.querySelectorAll("g.flow circle")]);
        const at = dots[0]?.getBoundingClientRect();
        if (dots.length && !before) seen.runs += 1;
        if (at && seen.last !== null && at.x !== seen.last) seen.moves += 1;
        if (at) seen.last = at.x + at.width / 2;
        seen.most = Math.max(seen.most, dots.length);
        before = dots.length;
        requestAnimationFrame(look);
    };
    look();
}"""


def test_data_is_seen_to_part_and_to_meet_on_request_even_if_the_window_changes_meanwhile(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    page.evaluate(WATCH_THE_DATA)
    run = page.get_by_role("button", name="Watch the data flow")
    run.click()
    page.set_viewport_size({"width": 1366, "height": 768})  # all is drawn anew: the dots go on over the new drawing
    dots = page.locator("g.flow circle")
    eventually(lambda: page.evaluate("dataSeen.moves > 5") and dots.count() == 0, "the data ran and arrived")
    seen = page.evaluate("dataSeen")
    assert seen["most"] == 2  # in a block: one through F(x), one over the arc
    assert seen["runs"] == 1
    assert seen["last"] > node(page, "fc6").bounding_box()["x"]  # and not just vanished on its way
    page.emulate_media(reduced_motion="reduce")
    expect(run).to_be_hidden()


def test_what_is_gone_is_not_the_brightest_thing_in_the_dark(visit):
    page = visit().open("/?panel=difference&against=coursera-2018")
    in_scheme(page, "dark")
    gone = node(page, "conv1_relu")
    expect(gone).to_be_visible()
    assert gone.locator("path, polygon, ellipse").first.evaluate("one => getComputedStyle(one).fill") == "none"
    light = "one => { const [r, g, b] = getComputedStyle(one).fill.match(/\\d+/g).map(Number); return r + g + b; }"
    assert gone.locator("text").first.evaluate(light) > 3 * 128  # and its words can be read


def test_a_projector_shows_18_px_folded_and_14_px_in_an_open_block(visit):
    page = visit().open("/?present=1")
    expect(selected(page)).to_be_attached()
    eventually(lambda: is_whole(page), "all of the picture is in its frame")
    settled(page)
    assert smallest(page) >= 18
    page.goto(page.url.split("?")[0] + "?present=1&open=3.3b")
    expect(node(page, "res3b_branch2b")).to_be_visible()
    eventually(lambda: is_whole(page), "the open block and the network above it are in the frame")
    settled(page)
    assert smallest(page) >= 14


def test_a_phone_stacks_equal_blocks_of_a_deep_network(visit):
    page = visit(viewport={"width": 390, "height": 844}).open("/?preset=cifar-110&node=res3d_out")
    expect(page.locator("g.block[data-blocks]").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("svg[role=group]")).to_contain_text("×17")
    expect(page.locator("g.block.selected")).to_have_attribute("data-blocks", re.compile(r"\b3d\b"))


def test_what_stands_below_the_picture_is_below_it_and_within_the_window(visit):
    page = visit(viewport={"width": 1440, "height": 900}).open("/?panel=difference&against=coursera-2018")
    below = page.locator(".st-key-below")
    expect(below).to_contain_text("Every layer that differs")
    quiet(page)

    def is_below() -> bool:
        place, view = below.bounding_box(), frame(page)
        if not place or not view:  # for a moment, while all is drawn anew
            return False
        return place["y"] >= view["y"] + view["height"] and place["y"] + place["height"] <= 900

    eventually(is_below, "the table of differences stands below the picture, in sight")
