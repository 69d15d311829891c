"""Maps in the browser, surgery, explanations, and the file taken home."""

import re
import statistics
from collections import defaultdict

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from resnet_viz.analysis import analyse
from resnet_viz.spec import preset
from resnet_viz.viz.block_view import Focus, signals
from resnet_viz.viz.takehome import About, takehome_html

from .waits import open_menu, quiet

MOSAIC = ".st-key-maps canvas.mosaic"
LARGE = ".st-key-maps canvas.view"
SMALL = "/activations?preset=cifar-20&node=res3b_out"


def sent_frames(page: Page) -> list[object]:
    """Return a list that grows with every message the page sends to the server."""
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: frames.append(data)))  # noqa: PLW0108 - Playwright marks what it is given
    return frames


def ready(page: Page) -> None:
    expect(page.locator(".st-key-maps canvas.cells")).to_have_count(4)
    quiet(page)


def setting(page: Page, name: str):
    return page.locator(f".st-key-maps select[aria-label='{name}']")


def test_two_thousand_channels_sort_scale_and_grow_within_a_frame_and_without_a_word_to_the_server(visit):
    visitor = visit()
    frames = sent_frames(visitor.page)
    page = visitor.open("/activations?node=res5c_out&image=shapes")
    ready(page)
    expect(page.locator(MOSAIC)).to_have_attribute("aria-label", re.compile("2,048 channels"))
    before = len(frames)
    times: dict[str, list[float]] = defaultdict(list)

    def drawn(what: str) -> None:
        times[what].append(float(page.locator(MOSAIC).get_attribute("data-drawn")))

    page.locator(".st-key-maps .more summary").click()
    own = page.locator(".st-key-maps .more input[type=checkbox]")
    slider = page.locator(".st-key-maps .more input[type=range]")
    for _round in range(3):
        for order in ("by number", "most zeros first", "most alike first", "strongest first"):
            setting(page, "sorted by").select_option(label=order)
            drawn(order)
        for is_own in (True, False):
            own.set_checked(is_own)
            drawn(f"own scale: {is_own}")
        for size in ("3", "0"):
            slider.fill(size)
            drawn(f"size {size}")
    own.check()
    setting(page, "colours").select_option(label="cividis")
    page.keyboard.press("Escape")
    page.locator(MOSAIC).click(position={"x": 40, "y": 60})
    page.locator(".st-key-maps input.opacity").fill("40")
    expect(page).to_have_url(re.compile(r"channel=\d+"))
    quiet(page)
    page.locator(".st-key-block button").first.click()
    expect(page.locator(MOSAIC)).to_have_attribute("aria-label", re.compile("256 channels"))
    quiet(page)
    assert len(frames) == before + 2  # of all these, the server heard of the channel, for the link, and of the block
    # The usual draw, and of every kind the one of three that was least disturbed.
    assert statistics.median(time for kind in times.values() for time in kind) < 16, times
    assert max(min(kind) for kind in times.values()) < 16, times


def test_what_the_pointer_says_is_what_the_arrays_say(visit):
    page = visit().open(SMALL)
    ready(page)
    with page.expect_download() as download:
        open_menu(page.get_by_role("button", name="Files"))
        page.get_by_role("button", name="Arrays (.npz)").click()
    with np.load(download.value.path(), allow_pickle=False) as arrays:
        maps = arrays["res3b_out"]
    page.keyboard.press("Escape")
    said = set()
    for x, y in ((30, 20), (200, 90), (330, 150)):
        page.locator(MOSAIC).hover(position={"x": x, "y": y})
        text = page.locator(".st-key-maps .tip").inner_text()
        channel, row, column, value = re.fullmatch(r"channel (\d+) \[(\d+), (\d+)\] = (\S+)", text).groups()
        found = float(value.replace("−", "-"))
        assert found == pytest.approx(float(maps[int(row), int(column), int(channel)]), rel=6e-3, abs=1e-6)
        said.add((channel, row, column))
    assert len(said) == 3


def test_channels_by_keyboard_and_one_of_them_large(visit):
    page = visit().open(SMALL)
    ready(page)
    title = page.locator(".st-key-maps .title")
    setting(page, "sorted by").select_option(label="by number")
    page.locator(MOSAIC).focus()
    page.keyboard.press("Home")
    expect(title).to_have_text("Channel 0 of res3b_out")
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("Channel 1 of res3b_out")
    page.keyboard.press("End")
    expect(title).to_have_text("Channel 31 of res3b_out")
    page.keyboard.press("Enter")
    assert page.locator(LARGE).evaluate("c => c.getRootNode().activeElement === c")
    page.keyboard.press("ArrowRight")
    side = analyse(preset("cifar-20")).by_id["res3b_out"].field.height.size
    expect(page.locator(".st-key-maps .value")).to_contain_text(
        re.compile(rf"row 8, column 8: .*sees {side}×{side} px")
    )


def test_what_is_no_number_is_marked_and_the_mark_is_named(chromium, tmp_path):
    """In the file to take home, which is the same component with maps of our choice."""
    summary = analyse(preset("cifar-20"))
    block = summary.graph.block_of("res3b_out")
    random = np.random.default_rng(0)
    found = {
        name: random.uniform(0.1, 1, summary.by_id[name].output_shape).astype(np.float32)
        for name in signals(block).values()
    }
    found["res3b_out"][8:12, 4:8, 0] = np.nan
    found["res3b_out"][0, 0, 0] = np.inf
    path = tmp_path / "home.html"
    about = About("cifar-20", "", "", "", "", "")
    path.write_bytes(
        takehome_html(summary, Focus(block, "res3b_out"), found, np.full((32, 32, 3), 90, np.uint8), about)
    )
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    mosaic, large = page.locator("#maps canvas.mosaic"), page.locator("#maps canvas.view")
    expect(mosaic).to_have_attribute("aria-label", re.compile("17 values that are no numbers .*, in magenta"))
    page.locator("#maps select[aria-label='sorted by']").select_option(label="by number")
    mosaic.focus()
    page.keyboard.press("Home")
    expect(page.locator("#maps .range")).to_contain_text("17 values that are no numbers (NaN, ∞), in magenta")
    marked = """(canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) count += data[i] === 255 && data[i + 1] === 0 && data[i + 2] === 255;
      return count;
    }"""
    assert mosaic.evaluate(marked) == 17
    cell = (
        large.evaluate("c => c.width") / 32 * 2
    ) ** 2  # px of the canvas; a cell of this layer is two of the picture's
    for opacity, smooth in (("100", False), ("20", False), ("20", True)):
        page.locator("#maps input.opacity").fill(opacity)
        page.locator("#maps input.smooth").set_checked(smooth)
        assert large.evaluate(marked) == pytest.approx(16.5 * cell, rel=0.05)
    context.close()


def test_a_cell_is_clicked_for_its_sum_and_the_sum_is_a_link(visit):
    page = visit().open(SMALL)
    ready(page)
    page.locator(LARGE).click(position={"x": 3, "y": 3})
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("How did res3b_out, row 0, column 0, channel")
    expect(dialog).to_contain_text("of them inside the picture, the rest is padding")
    expect(dialog.locator("table.steps tr")).to_have_count(5)
    expect(page).to_have_url(re.compile("pixel=res3b_out"))
    expect(dialog.locator(".sum .page")).to_have_count(8)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("pixel="))
    again = visit().open(f"{SMALL}&pixel=res3b_out:2.3.4")
    expect(again.get_by_role("dialog")).to_contain_text("row 2, column 3, channel 4")


def test_the_maps_cross_once(visit):
    """A rerun that changes nothing about them refers to what the browser has; a cell's sum is a small answer."""
    visitor, sizes = visit(), []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
    page = visitor.open("/activations?image=shapes&node=res3b_out")
    ready(page)
    whole = sum(sizes)
    page.locator(LARGE).click(position={"x": 60, "y": 60})
    expect(page.get_by_role("dialog")).to_contain_text("How did res3b_out")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    quiet(page)
    assert max(sizes) > 4 * 2 * 8 * 8 * 512  # float16 of four signals, the output among them
    assert sum(sizes) - whole < 200_000


def test_a_channel_is_switched_off_among_the_maps_and_on_again(visit):
    page = visit().open("/activations?image=shapes&node=res3b_out")
    ready(page)
    table = page.locator("table.prediction")
    expect(table).to_contain_text("star")
    page.locator(".st-key-maps .silence").click()
    expect(page.locator(".st-key-surgery_done")).to_contain_text(re.compile(r"channel \d+ of res3b_out switched off"))
    expect(table).to_contain_text("→")
    expect(page.locator(".st-key-maps .silence")).to_have_text("Switch this channel on again")
    expect(page.locator(".st-key-maps .title")).to_contain_text("(switched off)")
    page.locator(".st-key-maps .silence").click()
    expect(page.locator(".st-key-surgery_done")).to_have_count(0)
    expect(table).not_to_contain_text("→")


def test_a_layer_is_chosen_among_the_maps(visit):
    page = visit().open(SMALL)
    ready(page)
    setting(page, "Layer").select_option("conv1")
    expect(page.locator(MOSAIC)).to_have_attribute("aria-label", re.compile("16 channels of conv1"))
    expect(page).to_have_url(re.compile("node=conv1"))


def test_occlusion_says_how_far_it_is_and_is_cancelled(visit):
    page = visit().open("/explain?method=occlusion&how=patch%3D4%3Bstride%3D1&image=shapes")
    progress = page.locator("[data-testid=stProgress]")
    expect(progress).to_contain_text("Computing")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("Cancelled")
    open_menu(page.get_by_role("button", name="Settings"))
    page.locator(".st-key-how_patch input").click()
    page.get_by_role("option", name="32", exact=True).click()
    page.locator(".st-key-how_stride input").click()
    page.get_by_role("option", name="16", exact=True).click()
    expect(page.locator(".st-key-explained canvas.view")).to_be_visible()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("9 places were covered")


def test_would_it_look_the_same_if_it_knew_nothing(visit):
    page = visit().open("/explain?image=shapes&node=res3b_out&method=gradcam")
    page.get_by_role("button", name="Make the weights random").click()
    maps = page.locator("[class*=st-key-maps_sanity] img")
    expect(maps).to_have_count(7)
    expect(page.locator(".st-key-sanity")).to_contain_text("head random")


def test_the_view_taken_home_folds_sorts_hovers_and_enlarges_without_a_network(visit, chromium, tmp_path):
    page = visit().open("/activations?node=res3b_out&image=shapes")
    ready(page)
    with page.expect_download() as download:
        open_menu(page.get_by_role("button", name="Files"))
        page.get_by_role("button", name="Take it home (HTML)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.stat().st_size <= 5_000_000
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, offline=True)
    home, problems = context.new_page(), []
    home.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    home.on("pageerror", lambda error: problems.append(str(error)))
    home.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "blob:", "data:")) else problems.append(request.url),
    )
    home.goto(path.as_uri())
    expect(home.locator("g.node[id='bn3b_branch2a']")).to_be_attached()
    assert home.evaluate("document.documentElement.scrollWidth") <= 390
    expect(home.locator("body")).to_contain_text("prediction: star")
    home.locator(".fold[data-group='3b']").dispatch_event("click")
    expect(home.locator("g.node[id='bn3b_branch2a']")).to_have_count(0)
    expect(home.locator("#maps canvas.cells")).to_have_count(4)
    home.locator("#maps select[aria-label='sorted by']").select_option(label="strongest first")
    home.locator("#maps canvas.mosaic").tap(position={"x": 8, "y": 8})
    expect(home.locator("#maps .range")).to_contain_text("strength: number 1 of 512")
    home.locator("#maps canvas.mosaic").hover(position={"x": 8, "y": 8})
    expect(home.locator("#maps .tip")).to_contain_text("channel")
    head = home.get_by_role("button", name="parameters", exact=True)
    head.click()
    expect(home.locator("#layers tbody tr").first).to_contain_text("2,359,808")
    home.locator("#layers tbody tr").first.click()
    expect(home.locator("g.node.selected")).to_have_count(1)
    context.close()
    assert problems == []
