"""The architecture explorer as a class meets it: the picture, the specification, differences, walks, the projector."""

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from .test_app import inspector, node, selected
from .waits import eventually, in_scheme, open_menu, quiet, settled, unmoved


def camera(page: Page) -> str:
    return page.locator("svg[role=group]").get_attribute("viewBox")


def place_of(viewbox: str):
    """Return a camera's place as numbers, equal to within what rounding leaves."""
    return pytest.approx([float(part) for part in viewbox.split()], abs=0.01)


def numbers(viewbox: str) -> list[float]:
    return [float(part) for part in viewbox.split()]


def fold(page: Page, group: str):
    return page.locator(f"g.fold[data-group='{group}']")


# --- Folding --------------------------------------------------------------------------------------------------------


def test_several_blocks_are_open_at_once_and_fold_by_their_buttons(visit):
    page = visit().open()
    fold(page, "3").click()
    expect(node(page, "branch_3a")).to_contain_text("3×3, 128")
    quiet(page)
    page.get_by_role("button", name="Fit (0)").click()
    settled(page)
    fold(page, "5").click()
    expect(node(page, "branch_5b")).to_contain_text("3×3, 256")
    expect(node(page, "branch_3a")).to_contain_text("3×3, 128")
    expect(page).to_have_url(re.compile(r"open=3\.5"))
    quiet(page)
    page.get_by_role("button", name="Fit (0)").click()
    settled(page)
    fold(page, "3").click()
    expect(node(page, "branch_3b")).not_to_contain_text("3×3, 128")
    expect(node(page, "branch_5b")).to_contain_text("3×3, 256")


def test_the_two_paths_part_at_x_and_meet_in_the_add(visit):
    page = visit().open("/?open=3.3b&node=res3b_add")
    expect(selected(page)).to_have_id("res3b_add")
    expect(page.locator("g.block[data-block='3b'] .shortcut path")).to_have_count(1)


# --- Keyboard -------------------------------------------------------------------------------------------------------


def test_from_the_start_to_the_projection_by_keyboard_alone(visit):
    """What is res4a_branch1 for, its arithmetic, its cost: search, read."""
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    page.keyboard.press("/")
    page.keyboard.type("res4a_branch1")
    page.keyboard.press("Enter")
    expect(inspector(page)).to_have_text("res4a_branch1")
    expect(selected(page)).to_have_id("res4a_branch1")
    panel = page.locator(".st-key-inspector")
    for text in ("projection shortcut", "⌊(8 − 1) / 2⌋ + 1 = 4", "1·1·512·1024 + 1024 = 525,312", "8,388,608"):
        place = panel.get_by_text(text).first.bounding_box()
        assert place["y"] + place["height"] <= 720, text  # on the first screen


def test_from_the_start_to_the_projection_in_three_clicks(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    fold(page, "4").click()
    expect(node(page, "shortcut_4a")).to_contain_text("1024")
    settled(page)
    node(page, "shortcut_4a").dblclick()
    expect(node(page, "res4a_branch1")).to_be_visible()
    settled(page)
    node(page, "res4a_branch1").click()
    expect(inspector(page)).to_have_text("res4a_branch1")


def test_fast_typing_is_not_undone_by_slow_answers(visit):
    page = visit().open("/?open=3.3a&node=res3a_branch2a")
    expect(selected(page)).to_have_id("res3a_branch2a")
    quiet(page)
    settled(page)
    node(page, "res3a_branch2a").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(inspector(page)).to_have_text("res3a_add")
    expect(selected(page)).to_have_id("res3a_add")
    quiet(page)
    expect(selected(page)).to_have_id("res3a_add")


# --- Search, camera, trail -------------------------------------------------------------------------------------------


def test_zoom_survives_reruns_pages_and_themes(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    fitted = settled(page)
    page.get_by_role("button", name="Zoom in (+)").click()
    zoomed = settled(page)
    assert float(zoomed.split()[2]) < float(fitted.split()[2])
    node(page, "add_4f").click()
    expect(inspector(page)).to_have_text("Block 4f")
    quiet(page)
    assert numbers(settled(page)) == place_of(zoomed)  # a rerun moves nothing
    in_scheme(page, "dark")
    assert numbers(settled(page)) == place_of(zoomed)
    page.get_by_role("link", name="Layers").click()
    expect(page.locator("[data-testid=stDataFrame]")).to_be_visible()
    quiet(page)
    page.get_by_role("link", name="Architecture").click()
    expect(selected(page)).to_have_attribute("data-block", "4f")
    assert numbers(settled(page)) == place_of(zoomed)
    page.get_by_role("button", name="Fit (0)").click()
    assert numbers(settled(page)) == place_of(fitted)


def test_a_pointer_over_a_box_shows_its_card(visit):
    page = visit().open()
    quiet(page)
    settled(page)  # a picture that is drawn anew under a pointer at rest shows no card
    node(page, "branch_3b").hover()
    card = page.locator(".card")
    expect(card).to_contain_text("8×8×512 → 8×8×512")
    expect(card).to_contain_text("parameters")


@pytest.mark.parametrize(
    "link", ["/", "/?open=3.3a.3b", "/?open=2.3.4.5", "/?open=3.3a&lang=zh", "/?preset=v2&open=3.3d"]
)
def test_text_stays_inside_its_box_and_boxes_apart(visit, link):
    page = visit().open(link)
    expect(selected(page)).to_be_attached()
    settled(page)
    spilled, met = page.evaluate(
        """() => {
            const nodes = [...document.querySelectorAll('[data-testid*=BidiComponent]')]
                .flatMap((host) => [...(host.shadowRoot ?? host).querySelectorAll('g.node[id]')]);
            const box = (n) => n.querySelector(':scope > :is(path, polygon, ellipse)').getBoundingClientRect();
            const spilled = nodes.filter((n) => [...n.querySelectorAll('text')].some((text) => {
                const [t, b] = [text.getBoundingClientRect(), box(n)];
                return t.width && (t.left < b.left - 1 || t.right > b.right + 1);
            })).map((n) => n.id);
            const met = nodes.filter((a) => nodes.some((b) => {
                if (a === b) return false;
                const [p, q] = [box(a), box(b)];
                return p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1;
            })).map((n) => n.id);
            return [[...new Set(spilled)], [...new Set(met)]];
        }"""
    )
    assert spilled == []
    assert met == []


# --- Colours --------------------------------------------------------------------------------------------------------


def test_colour_by_a_number_keeps_the_layout_and_has_a_legend(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    quiet(page)
    before = settled(page)
    where = node(page, "branch_5a").bounding_box()
    page.get_by_label("Colour by").select_option("parameters")
    legend = page.locator(".legend")
    expect(legend).to_contain_text("parameters, log scale")
    expect(page).to_have_url(re.compile("color=parameters"))
    assert (node(page, "branch_5a").bounding_box(), camera(page)) == (where, before)
    fill = node(page, "branch_5a").locator("polygon, path").first.get_attribute("fill")
    page.get_by_label("Colour by").select_option("kind")
    expect(legend).to_contain_text("F(x)")
    assert node(page, "branch_5a").locator("polygon, path").first.get_attribute("fill") != fill


# --- Files ----------------------------------------------------------------------------------------------------------


def test_the_picture_is_saved_as_svg_and_png(visit):
    page = visit().open("/?open=3")
    expect(selected(page)).to_be_attached()
    for name in ("SVG", "PNG"):
        page.locator(".tools summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save this picture as {name}").click()
        data = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename == f"course.{name.lower()}"
        if name == "SVG":
            assert b"<svg" in data
            assert b"branch_3b" in data
            assert b'class="fold"' not in data
        else:
            image = Image.open(io.BytesIO(data))
            assert image.size[0] > 1000
            assert len(image.convert("RGB").getcolors(1 << 20)) > 20  # not blank


def test_code_and_specification_are_downloaded(visit):
    page = visit().open("/?panel=files&preset=cifar-20")
    with page.expect_download() as download:
        page.get_by_role("button", name="Keras code that builds it").click()
    code = Path(download.value.path()).read_text("utf-8")
    assert download.value.suggested_filename == "cifar-20-32x32x3-10.py"
    compile(code, "network.py", "exec")
    assert "name='res3b_branch2a'" in code


# --- Live specification ---------------------------------------------------------------------------------------------


def test_a_control_changes_the_picture_and_undo_brings_it_back(visit):
    page = visit().open_changes()
    page.locator(".st-key-blocks_3 input").fill("1")
    page.locator(".st-key-blocks_3 input").press("Enter")
    expect(node(page, "branch_5b")).to_have_count(0)
    page.locator(".st-key-changes_undo button").click()
    expect(node(page, "branch_5b")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "before", "value", "rule"),
    [("line_input", "64x64x3", "36", "at least 37×37"), ("blocks_1", "4", "0", "from 1 to 128")],
)
def test_a_bad_value_keeps_the_picture_and_says_the_rule(visit, key, before, value, rule):
    page = visit().open_changes()
    if key == "line_input":
        open_menu(page.locator(".st-key-subject_input button"))
    field = page.locator(f".st-key-{key} input")
    expect(field).to_have_value(before)
    field.fill(value)
    field.press("Enter")
    expect(page.locator("[data-testid=stAlert]")).to_contain_text(rule)
    expect(node(page, "branch_5b")).to_be_visible()
    expect(field).to_have_value(before)


def test_the_page_takes_ctrl_z_except_where_one_types(visit):
    page = visit().open_changes()
    field = page.locator(".st-key-blocks_3 input")
    field.fill("1")
    field.press("Enter")
    expect(node(page, "branch_5b")).to_have_count(0)
    field.evaluate("field => field.blur()")
    page.keyboard.press("Control+z")
    expect(node(page, "branch_5b")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(node(page, "branch_5b")).to_have_count(0)
    quiet(page)
    find = page.get_by_placeholder("Find")
    find.press_sequentially("5a")
    find.press("Control+z")  # the field's own: what was typed is gone, and nothing else
    expect(find).not_to_have_value("5a")
    expect(node(page, "branch_5b")).to_have_count(0)


def test_a_message_above_does_not_flatten_the_picture(visit):
    """What stands above takes height; the picture is laid out for the frame as it then is."""
    page = visit().open("/?input=12")
    expect(page.locator("[data-testid=stAlert]")).to_be_visible()
    expect(selected(page)).to_be_attached()

    def fills_the_frame() -> bool:
        frame, stage = page.locator("svg[role=group]").bounding_box(), page.locator("g.frames").bounding_box()
        return bool(frame and stage and stage["height"] > 0.6 * frame["height"])  # none while it is drawn anew

    eventually(fills_the_frame, "the picture fills its frame")
    settled(page)
    assert fills_the_frame()


def test_every_section_opens_and_its_controls_work(visit):
    page = visit().open_changes()
    page.locator("[data-testid=stSidebar]").get_by_text("Stem", exact=True).click()
    filters = page.locator("[class*='st-key-spec_stem-filters'] input")
    filters.fill("32")
    filters.press("Enter")
    expect(page).to_have_url(re.compile(r"stem\.filters=32"))
    expect(node(page, "conv1")).to_contain_text("32, /2")


def test_the_table_of_stages_is_edited_in_place(visit):
    page = visit().open_changes()
    open_menu(page.locator(".st-key-stages_popover button"))
    table = page.locator("[data-testid=stDataFrame] canvas").first
    expect(table).to_be_visible()
    quiet(page)
    box = page.locator("[data-testid=stDataFrame]").bounding_box()
    assert box["y"] + box["height"] <= 720  # all of it on screen
    blocks = {"x": 0.25 * box["width"], "y": 35 + 17}  # of stage 2
    chosen = page.locator("[data-testid=stDataFrame] canvas [aria-selected=true]")
    editor = page.locator("#portal input, #portal textarea")

    def is_chosen() -> bool:
        """Click until the table hears it: a canvas does not say when it listens, and a second click opens the cell."""
        if editor.count():
            page.keyboard.press("Escape")
        elif not chosen.count():
            page.locator("[data-testid=stDataFrame]").click(position=blocks)
            with contextlib.suppress(NotInTime):
                chosen.first.wait_for(state="attached", timeout=5_000)
        return chosen.count() > 0 and not editor.count()

    eventually(is_chosen, "the table hears a click")
    page.keyboard.type("2")
    expect(editor.first).to_have_value("2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"stages\.2\.blocks=2"))
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)


# --- Difference -----------------------------------------------------------------------------------------------------


def test_two_networks_on_one_picture(visit):
    page = visit().open("/?panel=difference")
    page.locator(".st-key-against input").click()
    page.get_by_role("option", name="coursera-2018").click()
    expect(page.get_by_text("squeezes to 256 instead of 512")).to_be_visible()
    expect(node(page, "conv1_relu")).to_contain_text("− ReLU")
    expect(node(page, "branch_5b")).to_contain_text("≠")
    expect(page).to_have_url(re.compile("against=coursera-2018"))
    node(page, "conv1_relu").click()  # only the other network has it: nothing to select
    quiet(page)
    expect(page).not_to_have_url(re.compile("node=conv1_relu"))


def test_a_total_names_its_network(visit):
    page = visit().open("/?panel=difference&input=224&classes=1000")
    page.locator(".st-key-total input").fill("56,356,712")
    page.locator(".st-key-total input").press("Enter")
    expect(page.get_by_text("with padding same")).to_be_visible()


# --- Charts and tables -----------------------------------------------------------------------------------------------


def clicked(page: Page, click: Callable[[], None], is_heard: Callable[[str], bool]) -> None:
    """Click until the address says that it was heard: neither a chart nor a table says when it listens."""

    def has_heard() -> bool:
        click()
        with contextlib.suppress(NotInTime):
            page.wait_for_url(is_heard, timeout=20_000, wait_until="commit")
        return is_heard(page.url)

    eventually(has_heard, "a click is heard")
    quiet(page)


def test_a_click_in_a_chart_selects_the_layer_everywhere(visit):
    page = visit().open("/layers?view=treemap")
    quiet(page)
    area = unmoved(page.locator("g.points text", has_text="13.1%"))  # res5a_branch2b, the largest
    clicked(page, lambda: area.click(force=True), lambda url: "node=res5a_branch2b" in url)
    page.locator(".st-key-view button", has_text="Along depth").click()
    bar = page.locator("g.points path").nth(3)
    expect(bar).to_be_visible()
    quiet(page)
    clicked(page, lambda: unmoved(bar).click(force=True), lambda url: "node=res5a_branch2b" not in url)
    chosen = re.search(r"node=(\w+)", page.url)
    page.get_by_role("link", name="Architecture").click()
    expect(inspector(page)).to_have_text(chosen[1] if chosen else "conv1")


def test_a_table_row_selects_the_layer(visit):
    page = visit().open("/layers")
    grid = page.locator("[data-testid=stDataFrame]")
    expect(grid.locator("canvas").first).to_be_visible()
    quiet(page)
    mark = {"x": 18, "y": 35 + 35 * 5 + 17}  # of the sixth row
    clicked(page, lambda: unmoved(grid).click(position=mark), lambda url: "node=res2a_branch2a" in url)


# --- Share, projector -------------------------------------------------------------------------------------------------


def test_p_is_for_the_projector(visit):
    page = visit().open_changes("/?open=4.4a&node=res4a_branch1")
    expect(selected(page)).to_have_id("res4a_branch1")
    quiet(page)
    inspector(page).click()
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("present=1"))
    expect(page.locator("[data-testid=stSidebar]")).not_to_be_visible()
    quiet(page)
    drawn = page.locator("svg[role=group]")  # for a moment there is none
    eventually(lambda: (drawn.bounding_box() or {"width": 0})["width"] > 1100, "the picture has the room")
    purpose = page.get_by_text("projection shortcut")
    eventually(
        lambda: purpose.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 20, "letters for the last row"
    )
    page.keyboard.press("p")
    expect(page).not_to_have_url(re.compile("present=1"))


def test_sharing_shows_the_link_and_a_code(visit):
    page = visit().open("/?preset=keras-v1&node=res3b_out")
    open_menu(page.locator(".st-key-subject_share button"))
    expect(page.locator("code", has_text="/?preset=keras-v1&node=res3b_out")).to_be_visible()
    expect(page.get_by_text("Guest Wi-Fi often")).to_be_visible()


# --- Screens ---------------------------------------------------------------------------------------------------------


def test_the_picture_is_laid_out_off_the_main_thread_from_one_file(visit):
    asked = []
    visitor = visit()
    visitor.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page = visitor.open("/?open=3.3b")
    expect(node(page, "res3b_branch2b")).to_be_visible()
    assert len(page.workers) == 1
    assert sum(name.startswith("layout-") for name in asked) == 1


def test_a_phone_reads_an_open_block(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True).open("/?open=3.3b&node=res3b_add")
    expect(selected(page)).to_have_id("res3b_add")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(node(page, "res3b_branch2b")).to_be_visible()
    settled(page)
    assert node(page, "res3b_branch2b").bounding_box()["height"] >= 12


@pytest.mark.parametrize("viewport", [(1280, 720), (1920, 1080)])
def test_the_picture_is_readable_on_a_projector(visit, viewport):
    page = visit(viewport={"width": viewport[0], "height": viewport[1]}).open("/?present=1")
    expect(selected(page)).to_be_attached()
    settled(page)
    title = node(page, "branch_4b").locator("text").first.bounding_box()
    assert title["height"] >= 18
