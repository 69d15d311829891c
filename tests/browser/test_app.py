"""The app as a person meets it."""

import io
import os
import re
import signal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from resnet_viz.lessons.walks import PAGES
from tests.patience import PATIENCE_S

from .conftest import start_server, stop_server, very_first_request
from .waits import eventually, in_scheme, open_menu, quiet, settled

TILES = ".st-key-maps canvas.cells"


def node(page: Page, name: str):
    return page.locator(f"g.node[id='{name}']")


def selected(page: Page):
    return page.locator("g.node.selected, g.block.selected")


def inspector(page: Page):
    return page.locator("h3").first


# --- Links ---------------------------------------------------------------------------------------------------------


def test_a_deep_link_as_the_very_first_request_and_then_the_picture(tmp_path, visit):
    """The other pages' deep links are the first requests of the servers in test_train.py."""
    fresh = start_server(tmp_path)
    visitor = visit(fresh)
    try:
        very_first_request(visitor.page, fresh, "/layers?preset=cifar-20", "cifar-20")
        expect(selected(visitor.open())).to_be_attached()
    finally:
        visitor.context.close()  # or what it still loads is refused
        stop_server(fresh)
    eventually(lambda: fresh.worker_pid is None, "the worker ends with its server")


def test_the_link_follows_what_is_shown_and_brings_it_back(visit):
    page = visit().open("/?preset=cifar-20&node=res3b_branch2a&open=3.3b")
    expect(inspector(page)).to_have_text("res3b_branch2a")
    node(page, "bn3b_branch2b").click()
    expect(inspector(page)).to_have_text("bn3b_branch2b")
    expect(page).to_have_url(re.compile("node=bn3b_branch2b"))
    link = page.url.removeprefix(page.url.split("/?")[0])
    again = visit().open(link)
    expect(inspector(again)).to_have_text("bn3b_branch2b")
    expect(selected(again)).to_have_id("bn3b_branch2b")


def test_the_back_button_goes_back(visit):
    page = visit().open("/?preset=cifar-20&node=res3b_branch2a&open=3.3b")
    node(page, "bn3b_branch2b").click()
    expect(inspector(page)).to_have_text("bn3b_branch2b")
    expect(page).to_have_url(re.compile("node=bn3b_branch2b"))
    page.go_back()  # at once: an address that we have just replaced is mostly no more than the browser's echo
    expect(inspector(page)).to_have_text("res3b_branch2a")
    expect(selected(page)).to_have_id("res3b_branch2a")


def test_the_selection_follows_through_the_pages(visit):
    page = visit().open("/?preset=cifar-20&node=res3b_out&open=3.3b")
    expect(selected(page)).to_have_id("res3b_out")
    for name in ("Layers", "Activations", "Train", "Architecture"):
        page.get_by_role("link", name=name).click()
        expect(page).to_have_url(re.compile("node=res3b_out"))
        quiet(page)  # a page left before it has loaded complains about its download button
    expect(selected(page)).to_have_id("res3b_out")


# --- Activations ----------------------------------------------------------------------------------------------------


def test_sixteen_blocks_in_a_row(visit):
    page = visit().open("/activations")
    blocks = page.locator(".st-key-block button")
    expect(blocks).to_have_count(16)
    for index in range(16):
        name = blocks.nth(index).inner_text()
        blocks.nth(index).click()
        expect(inspector(page)).to_contain_text(f"block {name}")
        expect(page.locator(TILES)).to_have_count(4)
        expect(page.locator(TILES).nth(1)).to_have_attribute("aria-label", re.compile(r"^F\(x\); "))
    quiet(page)
    widths = page.locator(TILES).evaluate_all("all => all.map((canvas) => canvas.width)")
    assert min(widths) > 8
    assert page.locator(TILES).first.evaluate("c => getComputedStyle(c).imageRendering") == "pixelated"


def test_an_upload_survives_a_reload_and_is_deleted_by_its_button(visit):
    visitor = visit()
    page = visitor.open("/activations?preset=cifar-20")
    out = io.BytesIO()
    Image.new("RGB", (50, 40), "red").save(out, "PNG")
    open_menu(page.get_by_role("button", name="Another picture"))
    page.locator(".st-key-page_upload input[type=file]").set_input_files(
        {"name": "red.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    expect(page.locator(".st-key-subject")).to_contain_text("image: your own")
    expect(page).to_have_url(re.compile("image=upload"))
    quiet(page)
    page.reload()
    expect(page.locator(".st-key-subject")).to_contain_text("image: your own")
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
    cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
    assert cookies["resnet_viz_owner"]["httpOnly"]
    stranger = visit().open("/activations?preset=cifar-20&image=upload")
    expect(stranger.locator("[data-testid=stAlert]")).to_contain_text("not here, or not any more")
    open_menu(page.get_by_role("button", name="Another picture"))
    page.locator(".st-key-page_delete button").click()
    expect(page.locator(".st-key-subject")).to_contain_text("image: star")


def test_another_picture_shows_the_channel_that_its_link_shows(visit):
    """It kept the star's: nearly empty of the cat, while the address said nothing of a channel."""
    box = ".hero input[type=number]"
    page = visit().open("/activations")
    of_star = page.locator(box).input_value()
    page.locator(".st-key-subject_image button").click()
    page.get_by_role("button", name="cat", exact=True).click()
    expect(page.locator(".st-key-subject")).to_contain_text("image: cat")
    quiet(page)
    assert "channel=" not in page.url
    of_cat = visit().open("/activations?image=cat").locator(box).input_value()
    assert of_cat != of_star
    expect(page.locator(box)).to_have_value(of_cat)


def test_a_killed_worker_is_no_more_than_a_delay(visit, server):
    page = visit().open("/activations?preset=cifar-20&node=res3b_out")
    expect(page.locator(TILES)).to_have_count(4)
    quiet(page)
    killed = server.worker_pid
    os.kill(killed, signal.SIGKILL)
    page.locator(".st-key-subject_image button").click()
    page.get_by_role("button", name="coffee", exact=True).click()
    expect(page.locator(".st-key-subject")).to_contain_text("image: coffee")
    expect(page.locator(".thumb")).to_have_count(0)  # what was chosen is to be seen
    expect(page.locator(TILES)).to_have_count(4)
    quiet(page)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
    assert server.worker_pid not in (None, killed)


def test_arrays_are_downloaded_under_their_ids(visit):
    import numpy as np

    page = visit().open("/activations?preset=cifar-20&node=res3b_out")
    with page.expect_download() as download:
        open_menu(page.get_by_role("button", name="Files"))
        page.get_by_role("button", name="Arrays (.npz)").click()
    assert re.fullmatch(r"res3b_out-[0-9a-f]{12}\.npz", download.value.suggested_filename)
    with np.load(download.value.path(), allow_pickle=False) as arrays:
        assert {"about", "input", "res3b_out", "res3b_add", "bn3b_branch2b", "res3a_out"} == set(arrays)
        assert arrays["res3b_out"].shape == (16, 16, 32)


# --- The server stays light -------------------------------------------------------------------------------------------


def mapped(pid: int, *libraries: str) -> bool:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return any(library in maps for library in libraries)


def test_no_engine_in_the_server_after_every_page(visit, server):
    page = visit().open()
    for name in ("Layers", "Explain", "Activations"):
        quiet(page)
        page.get_by_role("link", name=name).click()
    expect(page.locator(TILES)).to_have_count(4)
    assert not mapped(server.process.pid, "tensorflow", "onnx")
    assert mapped(server.worker_pid, "onnx")  # the same look finds it where it is: the check can fail
    assert not mapped(server.worker_pid, "tensorflow")  # looking needs none


def test_the_server_says_where_it_is_and_asks_nobody(server):
    log = server.log.read_text("utf-8")
    assert f"ResNet Viz: {server.url}" in log
    assert "external IP" not in log  # Streamlit's own welcome asks the internet for it


# --- Screens, themes, languages, accessibility ---------------------------------------------------------------------


LOOKED_AT = [
    "/",
    "/?panel=difference&against=coursera-2018",
    "/?panel=files",
    "/?present=1&walk=tour&stop=6&open=4.4a",
    "/layers",
    "/layers?view=treemap",
    "/activations?preset=cifar-20&node=res3b_out",
    "/activations?preset=cifar-20&show=depth",
    "/activations?preset=cifar-20&node=res3b_out&pixel=res3b_out:0.0.3&surgery=drop:2b",
    "/explain?preset=cifar-20",
    "/train",
    "/train?run=recorded-plain-vs-residual",
    "/weights?preset=cifar-20&versus=random&weights=shapes",
]


@pytest.fixture(scope="module", params=LOOKED_AT)
def looked_at(request, visit_for_all):
    """A page that is loaded once for both colour schemes."""
    visitor = visit_for_all()
    page = visitor.open(request.param)
    if request.param == "/activations?preset=cifar-20&node=res3b_out":
        expect(page.locator(TILES)).to_have_count(4)
    elif request.param == "/":
        expect(selected(page)).to_be_attached()
    quiet(page)
    yield page
    visitor.leave()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_violation(looked_at, scheme):
    in_scheme(looked_at, scheme)
    results = Axe().run(looked_at)
    assert len(results.response["passes"]) >= 10  # there was something to look at
    serious = [
        (violation["id"], [(node["html"][:160], node["failureSummary"][:300]) for node in violation["nodes"]])
        for violation in results.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_the_look_for_violations_can_find_one(visit):
    page = visit().open("/layers")
    quiet(page)
    page.evaluate(
        """() => {
            const text = document.createElement("p");
            text.id = "unreadable";
            text.style = "position: fixed; top: 40%; left: 40%; z-index: 9999999; background: #ffffff; color: #eeeeee";
            text.textContent = "nobody can read this";
            document.querySelector("[data-testid=stApp]").append(text);
        }"""
    )
    found = Axe().run(page).response["violations"]
    assert any(
        "unreadable" in node["html"] for rule in found if rule["id"] == "color-contrast" for node in rule["nodes"]
    )


def test_a_phone_shows_the_picture_without_scrolling_sideways(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True).open()
    expect(selected(page)).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    node(page, "bn_conv1").tap()
    expect(inspector(page)).to_have_text("bn_conv1")


def without_its_end(line: WebSocketRoute) -> None:
    """Let a page hear all of a run but its end: it is at work for as long as one looks."""
    server = line.connect_to_server()

    def to_page(data: str | bytes) -> None:
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        has_ended = kind == "session_status_changed" and not message.session_status_changed.script_is_running
        if kind != "script_finished" and not has_ended:
            line.send(data)

    server.on_message(to_page)
    line.on_message(server.send)


def test_streamlits_word_that_the_page_is_at_work_covers_no_control_of_the_frame(chromium, server):
    page = chromium.new_page(locale="en-US")
    page.set_default_timeout(1000 * PATIENCE_S)
    page.route_web_socket("**/_stcore/stream", without_its_end)
    for width, more in ((390, ""), (900, ""), (1280, ""), (1280, "&present=1")):
        if width == 390 or more:
            page.goto(f"{server.url}/layers?preset=cifar-20{more}")
        page.set_viewport_size({"width": width, "height": 720})
        found = page.wait_for_function(
            """(width) => {
                const place = (name) => document.querySelector(name)?.getBoundingClientRect();
                const word = place("[data-testid=stStatusWidget]");
                if (innerWidth !== width || !word?.width || !place(".st-key-changes_toggle, .st-key-subject_present")?.width) return null;
                const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
                const controls = ".st-key-menus > *, [data-testid=stTopNavLink], [data-testid=stSidebarNavLink], "
                    + ".st-key-subject_parts, .st-key-subject_changes, [data-testid=stMainMenu]";
                const all = [...document.querySelectorAll(controls)].filter((part) => part.getBoundingClientRect().width);
                const covered = all.filter((part) => meets(word, part.getBoundingClientRect()));
                return { covered: covered.map((part) => part.className), seen: all.length };
            }""",
            arg=width,
        ).json_value()
        assert found["covered"] == [], width
        assert found["seen"] > len(PAGES)
    page.close()


def test_the_first_screen_holds_the_picture(visit):
    page = visit().open()
    expect(selected(page)).to_be_attached()
    settled(page)
    box = page.locator("svg[role=group]").bounding_box()
    assert box["width"] >= 0.54 * 1280
    assert box["y"] + box["height"] <= 720


def test_a_chinese_browser_reads_chinese_and_can_change(visit):
    page = visit(locale="zh-CN").open()
    expect(page.get_by_role("link", name="结构")).to_be_visible()
    open_menu(page.locator(".st-key-subject_preset button"))
    page.locator(".st-key-line_preset input").click()
    page.get_by_role("option", name="coursera-2018").click()
    expect(page.locator(".st-key-subject")).to_contain_text("23,600,006 个参数")
    open_menu(page.locator(".st-key-subject_language button"))
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("link", name="Architecture")).to_be_visible()
    expect(page).to_have_url(re.compile("lang=en"))


def test_the_camera_takes_a_picture(visit):
    """With Chromium's own test camera, which shows a moving pattern."""
    visitor = visit()
    visitor.context.grant_permissions(["camera"])
    page = visitor.open("/activations?preset=cifar-20")
    open_menu(page.get_by_role("button", name="Another picture"))
    page.locator(".st-key-page_camera_on label").click()
    page.wait_for_function("document.querySelector('.st-key-page_camera video')?.videoWidth > 0")
    quiet(page)
    page.locator("[data-testid=stCameraInputButton]").click()
    expect(page.locator(".st-key-subject")).to_contain_text("image: your own")
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
