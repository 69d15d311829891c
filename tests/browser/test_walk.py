"""The walk and the projector as a class meets them: one question above the picture, the answer on request."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.lessons.walks import shipped_walks

from .waits import open_menu, quiet, settled, unmoved

STOPS = len(shipped_walks()["tour"].stops)


def bar_of(page: Page):
    """Return the walk's bar."""
    return page.locator(".st-key-walk")


def at_stop(page: Page, number: int, word: str = "{n} of {m}") -> None:
    """Wait for a stop with all that stands on it."""
    expect(bar_of(page)).to_contain_text(word.format(n=number, m=STOPS))
    quiet(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def answer(page: Page) -> None:
    """Ask for the answer by its key; the bar is as high as before, so nothing below it moves."""
    height = page.locator(".st-key-walk").evaluate("bar => bar.offsetHeight")
    page.keyboard.press("a")
    expect(page.locator(".st-key-walk_told p").first).to_be_visible()
    assert page.locator(".st-key-walk").evaluate("bar => bar.offsetHeight") == height


def test_the_tour_forward_never_errs_and_ends_at_two_networks_that_learn(visit):
    """The fixture collects what the page complains of: nothing."""
    page = visit().open("/?walk=tour")
    for number in range(1, STOPS + 1):
        at_stop(page, number)
        if number == STOPS:  # asked before it is seen
            expect(page.locator(".st-key-conclusion p").first).to_be_attached()
            expect(page.locator(".st-key-conclusion p").first).to_be_hidden()
        answer(page)
        page.keyboard.press("PageDown" if number % 2 else "ArrowRight")
    expect(bar_of(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("/train.*run=recorded-plain-vs-residual"))


def test_the_tour_backward_in_chinese_never_errs(visit):
    page = visit(locale="zh-CN").open(f"/?walk=tour&stop={STOPS}")
    for number in range(STOPS, 0, -1):
        at_stop(page, number, "{n} / {m}")
        answer(page)
        page.keyboard.press("PageUp" if number % 2 else "ArrowLeft")


def test_escape_brings_back_what_was_on_screen(visit):
    page = visit().open("/layers?preset=keras-v1&node=res4a_branch1")
    open_menu(page.locator(".st-key-subject_walk button"))
    page.locator(".st-key-walk_start_tour button").click()
    at_stop(page, 1)
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    expect(page.locator(".st-key-walk_end kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar_of(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/layers\?preset=keras-v1&node=res4a_branch1"))


def test_on_a_touch_screen_no_key_is_named_and_what_came_is_in_sight_beside_what_was_said(visit):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = visit(**phone).open("/?walk=shortcut&stop=2")
    quiet(page)
    assert page.locator("kbd:visible").count() == 0
    page.locator(".st-key-walk_predicted input").fill("0")
    page.locator(".st-key-lesson_submit button").tap()
    expect(page.get_by_text("That is what came.")).to_be_in_viewport()
    expect(page.locator(".st-key-beside .equation").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_ones_own_walk_survives_a_reload(visit):
    page = visit().open("/?open=4.4a&node=res4a_branch1")
    open_menu(page.locator(".st-key-subject_walk button"))
    page.get_by_role("button", name="Add this view as a stop").click()
    question = page.locator(".st-key-draft_question textarea")
    question.fill("What is it for?")
    question.press("Control+Enter")
    expect(page.locator(".st-key-draft_preview")).to_contain_text("What is it for?")
    page.get_by_role("button", name="Keep this stop").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    quiet(page)
    page.reload()
    open_menu(page.locator(".st-key-subject_walk button"))
    expect(page.get_by_role("listitem").filter(has_text="What is it for?")).to_be_visible()
    page.get_by_role("button", name="Walk it").click()
    expect(bar_of(page)).to_contain_text("1 of 1")
    quiet(page)
    page.reload()
    expect(bar_of(page)).to_contain_text("What is it for?")


def test_a_first_visitor_finishes_what_is_a_shortcut_for_with_evidence_of_her_own(visit):
    """Asked first, then run, then what came beside the prediction, to the last stop: within ten minutes from the door."""
    page = visit().open("/")
    begun = time.monotonic()
    page.locator(".st-key-welcome_lesson button").click()
    said, press = page.locator(".st-key-walk_predicted"), page.locator(".st-key-lesson_submit button")
    for number, stop in enumerate(shipped_walks()["shortcut"].stops, start=1):
        expect(bar_of(page)).to_contain_text(f"{number} of 5")
        quiet(page)
        expect(said).not_to_contain_text("You said")
        if number == 2:  # its words point into the picture
            expect(page.locator(".shortcut.pointed")).to_have_count(0)
            page.locator("[data-points^='edge:3b']").hover()
            expect(page.locator(".shortcut.pointed").first).to_be_attached()
        if stop.ask.kind == "choice":
            said.get_by_text("the shallower one").click()
        elif stop.ask.kind == "number":
            said.locator("input").fill("2")
        else:
            expect(press).to_be_disabled()  # a block is no layer
            page.locator("[id=res4a_branch1]").click()
        press.click()
        expect(said).to_contain_text("came")
        quiet(page)
        bar = bar_of(page).evaluate("e => e.getBoundingClientRect().bottom")
        assert said.evaluate("e => e.getBoundingClientRect().bottom") <= bar + 1, "what came has room in the bar"
        if number == 4:
            expect(page).to_have_url(re.compile("/activations"))
        if number == 5:
            expect(page.locator(".st-key-conclusion p").first).to_be_visible()
            expect(page.locator(".st-key-walk_hand_over button")).to_contain_text("Next lesson: Shapes and counts")
        page.keyboard.press("ArrowRight")
    expect(bar_of(page)).to_contain_text("1 of ")
    expect(bar_of(page)).to_contain_text("The first convolution has a window of")
    quiet(page)
    page.keyboard.press("Escape")
    expect(bar_of(page)).to_have_count(0)
    open_menu(page.locator(".st-key-subject_walk button"))
    expect(page.locator(".st-key-offer_shortcut")).to_contain_text("5 of 5 questions answered")
    assert time.monotonic() - begun < 600


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 390, "height": 844}}], ids=["laptop", "phone"])
def test_what_is_no_answer_is_said_beside_its_field_and_moves_nothing(visit, options):
    page = visit(**options).open("/?walk=shortcut&stop=2")
    picture, refused = page.locator("svg[role=group]"), page.locator(".st-key-walk_refused [role=alert]")
    quiet(page)
    before = picture.bounding_box()
    page.locator(".st-key-lesson_submit button").click()
    expect(refused).to_have_text(re.compile("Write an answer first."))
    quiet(page)
    if not options:  # a phone's bar is as high as what it says
        assert picture.bounding_box() == before
    field = page.locator(".st-key-walk_predicted input")
    box, said = field.bounding_box(), refused.bounding_box()
    assert said["y"] < box["y"] + 3 * box["height"], "it stands beside the field or right below it"
    assert said["x"] + said["width"] <= page.viewport_size["width"]
    field.fill("0")
    page.locator(".st-key-lesson_submit button").click()
    expect(page.locator(".st-key-walk_predicted")).to_contain_text("You said: 0.")
    expect(refused).to_have_count(0)


def test_an_order_is_dragged_and_moved_by_keys_and_a_cell_is_clicked(visit):
    page = visit().open("/?walk=cost&stop=2")
    said, press = page.locator(".st-key-walk_predicted"), page.locator(".st-key-lesson_submit button")
    things = page.locator(".order .thing span")
    order = shipped_walks()["cost"].stops[1].ask.options
    expect(things).to_have_text([option.text for option in order])
    quiet(page)
    last, first = things.nth(4).bounding_box(), things.nth(0).bounding_box()
    page.mouse.move(last["x"] + 3, last["y"] + 5)
    page.mouse.down()
    page.mouse.move(first["x"] + 3, first["y"] + 5, steps=4)
    page.mouse.up()
    moved = [order[4].text, *(option.text for option in order[:4])]
    expect(things).to_have_text(moved)
    page.keyboard.press("ArrowRight")  # what was let go of has the focus; the walk's own keys stay out of it
    moved[:2] = moved[1::-1]
    expect(things).to_have_text(moved)
    quiet(page)
    press.click()
    expect(said).to_contain_text("You said: stem, stage 4, stage 5, stage 2, stage 3.")
    quiet(page)
    page.locator(".st-key-walk_end button").click()
    open_menu(page.locator(".st-key-subject_walk button"))
    expect(page.locator(".st-key-offer_cost")).to_contain_text("1 of 6 questions answered")
    page.locator(".st-key-walk_start_sight button").click()
    expect(bar_of(page)).to_contain_text("1 of 6")
    for number in range(2, 6):
        page.keyboard.press("ArrowRight")
        expect(bar_of(page)).to_contain_text(f"{number} of 6")
        quiet(page)
    expect(press).to_be_disabled()
    page.locator(".large canvas.view").click()
    expect(said).to_contain_text("row 4, column 4 of res3d_out")
    quiet(page)
    press.click()
    expect(said).to_contain_text("What came: for example row 0, column 1 of res3d_out; there are 48 such cells.")
    expect(page.locator(".large .title")).to_contain_text("dark cells are never used")


def test_the_numbers_of_a_run_are_told_when_its_curves_have_been_drawn(visit):
    page = visit().open(f"/?walk=tour&stop={STOPS}")
    at_stop(page, STOPS)
    page.keyboard.press("a")
    told = page.locator(".st-key-walk_told [data-testid=stHtml] p")
    expect(page.get_by_text("The curves are drawn first.")).to_be_visible()
    expect(told).to_be_hidden()
    expect(page.locator("[data-stands=end]")).to_be_attached()
    expect(told).to_be_visible()
    expect(page.get_by_text("The curves are drawn first.")).to_be_hidden()


def test_in_a_lesson_too_what_a_run_came_to_is_told_when_its_curves_have_been_drawn(visit):
    page = visit().open("/?walk=train&stop=1")
    quiet(page)
    page.locator(".st-key-walk_predicted input").fill("50")
    page.locator(".st-key-lesson_submit button").click()
    expect(page.get_by_text("The curves are drawn first.")).to_be_visible()
    came = page.locator(".st-key-came_accuracy p")
    expect(came).to_be_attached()
    expect(came).to_be_hidden()
    expect(page.locator("[data-stands=end]")).to_be_attached()
    expect(came).to_be_visible()


# --- Present -----------------------------------------------------------------------------------------------------------

PROJECTED = {
    "architecture": "/?present=1",
    "layers": "/layers?present=1",
    "activations": "/activations?present=1",
    "explain": "/explain?present=1",
    "train": "/train?present=1&run=recorded-plain-vs-residual",
    "weights": "/weights?present=1&versus=random",
    "check": "/check?present=1",
}
CUT = """() => {
    const cut = [];
    const look = (root) => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) look(element.shadowRoot);
            const words = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
            if (!words.length || !element.checkVisibility?.() || element.closest?.("svg, style, canvas")) continue;
            for (let box = element, depth = 0; box && depth < 4; box = box.parentElement, depth += 1) {
                const style = getComputedStyle(box);
                const spare = style.textOverflow === "ellipsis" ? 0 : 1;
                if (style.overflowX === "visible" || box.scrollWidth <= box.clientWidth + spare) continue;
                if (style.overflowX === "hidden") cut.push(element.textContent.trim().slice(0, 60));
                break;
            }
        }
    };
    look(document.querySelector("[data-testid=stMain]"));
    return cut;
}"""


def test_on_the_projector_every_page_is_a_key_away_and_there_are_two_ways_out(visit):
    page = visit().open("/?open=4.4a&node=res4a_branch1")
    quiet(page)
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("present=1"))
    quiet(page)
    for key, path in (
        ("3", "/activations"),
        ("PageDown", "/explain"),
        ("2", "/layers"),
        ("PageUp", r"/(architecture)?"),
    ):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(rf"{path}\?.*node=res4a_branch1.*present=1"))
        expect(page.locator("[data-testid=stTopNavLink][aria-current=page]")).to_be_in_viewport()
        quiet(page)
    expect(page.locator("svg[role=group]")).to_be_visible()
    quiet(page)
    page.keyboard.press("?")
    expect(page.get_by_text("leave the projector").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("leave the projector")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("present=1"))
    quiet(page)
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("present=1"))
    quiet(page)
    page.keyboard.press("p")
    expect(page).not_to_have_url(re.compile("present=1"))


@pytest.mark.parametrize("name", PROJECTED)
def test_nothing_is_cut_on_the_projector(visit, name):
    page = visit(reduced_motion="reduce").open(PROJECTED[name])  # while a run is replayed, its other charts are hidden
    quiet(page)
    if name == "train":
        # Drawn with its letters: a chart is there before they are.
        expect(page.locator(".js-plotly-plot .main-svg text:visible").filter(has_text="0").first).to_be_visible()
    assert page.evaluate(CUT) == []
    letters = page.locator(".js-plotly-plot .main-svg text:visible").evaluate_all(
        "all => all.filter((own) => own.textContent).map((own) => parseFloat(getComputedStyle(own).fontSize))"
    )
    assert bool(letters) == (name == "train")  # the charts below its picture
    assert min(letters, default=16) >= 16
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


SMALLEST = """() => {
    const hosts = [...document.querySelectorAll("[data-testid*=BidiComponent]")];
    const svg = hosts.map((host) => (host.shadowRoot ?? host).querySelector("svg[role=group]")).find(Boolean);
    const sizes = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim().length > 1).map((text) => {
        const { a, b } = text.getScreenCTM();
        return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    });
    return Math.min(...sizes);
}"""


def test_on_the_projector_a_stop_leaves_its_block_readable(visit):
    page = visit().open("/?walk=tour&stop=5&present=1")
    at_stop(page, 5)
    expect(page.locator("svg[role=group]")).to_be_visible()
    settled(page)
    assert page.evaluate(SMALLEST) >= 14
    top, bottom = page.locator("svg[role=group]").bounding_box(), page.locator(".st-key-walk").bounding_box()
    assert top["y"] >= bottom["y"] + bottom["height"]


@pytest.mark.parametrize(("name", "number", "said"), [("sight", 5, ""), ("why", 3, "50"), ("why", 4, "much like it")])
def test_on_the_projector_the_map_that_a_stop_speaks_of_is_large_and_in_the_window_with_its_colours(
    visit, name, number, said
):
    page = visit(viewport={"width": 1280, "height": 720}).open(f"/?walk={name}&stop={number}&present=1")
    quiet(page)
    asked = page.locator(".st-key-walk_predicted")
    if said:
        asked.locator("input").fill(said) if said.isdecimal() else asked.get_by_text(said, exact=True).click()
        page.locator(".st-key-lesson_submit button").click()
        expect(asked).to_contain_text("What came")
        quiet(page)
    drawn, scale = page.locator(".large canvas.view"), page.locator(".large .scale")
    expect(scale).to_be_visible()
    boxes = [unmoved(part).bounding_box() for part in (drawn, scale)]
    assert boxes[0]["height"] >= 400
    assert [box for box in boxes if box["y"] + box["height"] > 720] == []


@pytest.mark.parametrize("has_pointer", [True, False])  # a reader of the screen clicks without one
def test_one_step_back_is_the_stop_before(visit, has_pointer):
    """Streamlit wrote the new stop's address on the old page first: Back came to a question over another page's picture."""
    page = visit().open("/?preset=plain34&walk=shortcut&stop=4")
    question = page.locator(".st-key-walk_asked").inner_text()
    forward = page.get_by_role("button", name="Next")
    forward.click() if has_pointer else forward.evaluate("button => button.click()")
    expect(page).to_have_url(re.compile("/train.*stop=5"))
    quiet(page)
    page.go_back()
    expect(page).to_have_url(re.compile("stop=4"))
    expect(page.locator(".st-key-walk_asked")).to_contain_text(question.splitlines()[0])
    expect(page.locator("[data-testid=stTopNavLink][aria-current=page]")).to_have_text("Architecture")


def test_one_step_back_is_the_page_before(visit):
    page = visit().open("/")
    for name, path in (("Layers", "/layers"), ("Train", "/train")):
        page.get_by_role("link", name=name).click()
        expect(page).to_have_url(re.compile(f"{path}.*preset=course"))
        quiet(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/layers"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/(architecture)?(\?preset=course)?$"))
