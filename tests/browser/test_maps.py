"""The page of activations: one block, one channel, one scale, at every width; what is cut looks cut."""

import re

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.viz.block_words import strength_sentence

from .waits import quiet

MAPS = ".st-key-maps"
CELLS = f"{MAPS} canvas.cells"
MOSAIC = f"{MAPS} canvas.mosaic"


def ready(page: Page, tiles: int = 4) -> None:
    expect(page.locator(CELLS)).to_have_count(tiles)
    quiet(page)


def words_of(page: Page, part: str) -> list[str]:
    return page.locator(f"{MAPS} {part}").all_inner_texts()


def channel_everywhere(page: Page) -> set[str]:
    """Return the channels that lead, number, strip and large map name: one, if all is well."""
    lead = re.fullmatch(r"Channel (\d+) of block \w+", words_of(page, ".hero .lead")[0])[1]
    number = page.locator(f"{MAPS} .hero input").input_value()
    strip = {
        label.rpartition(" ")[2] for label in page.locator(CELLS).evaluate_all("all => all.map((c) => c.ariaLabel)")
    }
    large = re.match(r"Channel (\d+) of ", words_of(page, ".title")[0])[1]
    return {lead, number, large, *strip}


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    return [item.bounding_box() for item in page.locator(f"{MAPS} {selector}").all()]


def test_the_first_screen_is_one_block_one_channel_one_scale(visit):
    visitor, sizes = visit(), []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
    page = visitor.open("/activations")
    ready(page)

    # All of it is of block 3b and of one channel, on the first screen.
    expect(page.locator(".st-key-block button[data-selected]")).to_have_text("3b")
    expect(page.locator(MOSAIC)).to_have_attribute("aria-label", re.compile("512 channels of res3b_out"))
    assert words_of(page, ".name b") + words_of(page, ".joint") == ["x", "F(x)", "sum", "output", "+", "=", "→"]
    (first,) = channel_everywhere(page)
    expect(page.locator(".why")).to_contain_text("strongest together")
    tiles = boxes(page, "canvas.cells")
    assert min(min(box["width"], box["height"]) for box in tiles) >= 200
    assert len({box["y"] for box in tiles}) == 1
    mosaic, mark = boxes(page, "canvas.mosaic")[0], boxes(page, ".sheet .mark")[0]
    assert max(box["y"] + box["height"] for box in tiles) < mosaic["y"]
    assert mosaic["y"] + mark["height"] <= 720  # the gallery's first row

    # One scale about 0, the same beside the strip, the gallery and the large map.
    high, zero, low = words_of(page, ".bound .ends span")
    assert (zero, low) == ("0", f"−{high}")
    assert words_of(page, ".scale .end") == [low, high] * 2

    # One cell under the pointer is marked in all four, and its numbers are the sum that the titles write.
    page.locator(CELLS).nth(1).hover(position={"x": 90, "y": 115})
    x, branch, total, output = (float(text.replace("−", "-")) for text in words_of(page, ".name .number"))
    assert total == pytest.approx(x + branch, abs=0.02)
    assert output == pytest.approx(max(0, total), abs=0.001)
    corners = [
        (spot["x"] - tile["x"], spot["y"] - tile["y"]) for spot, tile in zip(boxes(page, ".spot"), tiles, strict=True)
    ]
    assert corners == [pytest.approx(corners[0], abs=1)] * 4
    page.mouse.move(5, 5)
    expect(page.locator(f"{MAPS} .spot:visible")).to_have_count(0)

    # A channel chosen anywhere is chosen everywhere, at once; the link follows, and the maps do not cross again.
    crossed = sum(sizes)
    page.locator(MOSAIC).click(position={"x": 200, "y": 60})
    (chosen,) = channel_everywhere(page)
    assert chosen != first
    expect(page).to_have_url(re.compile(f"channel={chosen}"))
    said = set()
    page.locator(f"{MAPS} .strip").focus()
    for _step in range(6):
        page.keyboard.press("ArrowRight")
        (channel,) = channel_everywhere(page)
        sentence = words_of(page, ".said")[0]
        if ratio := re.search(r"shortcut \(([\d.]+)\)", sentence):
            assert sentence.startswith(f"Channel {channel}: {strength_sentence(float(ratio[1]), 1)}")
        said.add((channel, sentence))
    assert len(said) == 6
    shadow = page.locator(f"{MAPS} .strip").evaluate("strip => getComputedStyle(strip).boxShadow")
    assert shadow != "none"
    expect(page).to_have_url(re.compile(f"channel={channel}"))
    page.locator(f"{MAPS} .hero input").fill("7")
    page.keyboard.press("Enter")
    assert channel_everywhere(page) == {"7"}
    expect(page).to_have_url(re.compile("channel=7"))
    quiet(page)
    assert channel_everywhere(page) == {"7"}
    assert sum(sizes) - crossed < 100_000


def test_sixteen_channels_stand_in_the_same_places_and_another_block_takes_all_along(visit):
    page = visit().open("/activations?channel=7")
    ready(page)

    # Same channels in the same places, all of their strengths, with headings.
    page.get_by_role("button", name="16", exact=True).click()
    labels = page.locator(CELLS).evaluate_all("all => all.map((c) => c.ariaLabel.split('channel ')[1])")
    assert len(set(labels)) == 1
    assert len(labels[0].split(", ")) == 16
    assert "7" in labels[0].split(", ")
    rows = page.locator(f"{MAPS} button.row")
    expect(rows).to_have_count(16)
    assert sorted(rows.locator(".number").all_inner_texts()) == sorted(labels[0].split(", "))
    assert words_of(page, ".strengths .whole") == ["Strength, channel by channel"]
    assert {" ".join(head.split()) for head in words_of(page, ".row.head")} == {"channel F(x) shortcut set to 0"}
    heights = rows.evaluate_all("all => all.map((row) => row.getBoundingClientRect().height)")
    assert min(heights) >= 16
    colors = [
        page.locator(f"{MAPS} button.row .strength.{kind}").first.evaluate(
            "bar => getComputedStyle(bar).backgroundColor"
        )
        for kind in ("branch", "shortcut")
    ]
    assert colors == ["rgb(201, 184, 0)", "rgb(213, 94, 0)"]

    # A chip of another block takes all of it along; another stage has channels of its own.
    page.locator(".st-key-block button", has_text="5b").click()
    expect(page).to_have_url(re.compile("node=5b"))
    expect(page.locator(f"{MAPS} .hero .lead")).to_have_text("The 16 strongest channels of block 5b")
    expect(page).not_to_have_url(re.compile("channel="))
    page.get_by_role("button", name="one channel").click()
    assert len(channel_everywhere(page)) == 1
    expect(page.locator(f"{MAPS} .title")).to_contain_text("of res5b_out")


def test_the_strip_grows_with_the_window_and_stands_two_by_two_on_a_phone(visit):
    page = visit(viewport={"width": 1920, "height": 1080}).open("/activations?node=res3a_out&channel=353")
    ready(page)
    assert channel_everywhere(page) == {"353"}
    assert words_of(page, ".name b")[0] == "projection(x)"
    assert boxes(page, "canvas.cells")[0]["width"] >= 320
    assert boxes(page, "canvas.mosaic")[0]["y"] < 900
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(f"{MAPS} .maps.narrow")).to_be_attached()
    tiles = boxes(page, "canvas.cells")
    assert len({round(box["y"]) for box in tiles}) == 2
    assert len({round(box["x"]) for box in tiles}) == 2
    assert min(box["width"] for box in tiles) >= 140
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sheet, mosaic = boxes(page, ".gallery")[0], boxes(page, "canvas.mosaic")[0]
    assert mosaic["width"] == pytest.approx(sheet["width"], abs=2)
    picture = page.locator(".st-key-pictured img").bounding_box()
    assert picture["width"] <= 120


def test_on_a_projector_the_maps_grow_with_the_text(visit):
    page = visit().open("/activations?present=1")
    ready(page)
    tiles = boxes(page, "canvas.cells")
    assert min(box["width"] for box in tiles) >= 240
    assert max(box["y"] + box["height"] for box in tiles) <= 720


def test_a_cut_shortcut_and_a_channel_switched_off_look_so(visit):
    page = visit().open("/activations?surgery=cut:3b,silence:res3b_out:5&channel=5&node=res3b_out")
    ready(page)
    cut = page.locator(f"{MAPS} .tile.shortcut")
    expect(cut).to_have_class(re.compile("off"))
    expect(cut).to_contain_text("cut")
    assert words_of(page, ".joint") == ["✂", "=", "→"]
    assert "The shortcut is cut: only F(x) goes on." in words_of(page, ".words .whole")[0]
    assert "shortcut (" not in words_of(page, ".words .said")[0]
    expect(page.locator(f"{MAPS} button.row .strength.shortcut")).to_have_class(re.compile("off"))
    expect(page.locator(f"{MAPS} .silence")).to_have_text("Switch this channel on again")
    expect(page.locator(f"{MAPS} .tile.output .cut")).to_have_text("switched off")
    table, column = page.locator("table.prediction"), page.locator(".st-key-pictured")
    assert table.bounding_box()["width"] <= column.bounding_box()["width"] + 1
    crossed = page.locator(CELLS).last.evaluate(
        "c => [...c.getContext('2d').getImageData(c.width / 2, 10, 1, 1).data].slice(0, 3).join()"
    )
    assert crossed == "85,89,95"
    page.locator(".st-key-aspect button", has_text="Along depth").click()
    expect(page.locator(".st-key-depth_ratio").get_by_text("cut", exact=True)).to_have_count(1)
    names = page.locator(".st-key-depth_mean .xtick").all_text_contents()
    assert names[:3] == ["2a", "2b", "2c"]
    expect(page.locator(".modebar")).to_have_count(0)
    expect(page.locator("[data-testid=stMain]")).to_contain_text(re.compile(r"weaker than the shortcut in \d+ of 16"))


def test_a_plain_block_has_no_arc_and_other_words_and_two_answers_have_one_scale(visit):
    page = visit().open("/activations?preset=cifar-plain-20&node=res3b_out")
    ready(page, 2)
    assert words_of(page, ".name b") == ["F(x)", "output"]
    assert words_of(page, ".joint") == ["→"]
    assert "no shortcut" in words_of(page, ".words .whole")[0]
    expect(page.locator(f"{MAPS} .strength.shortcut")).to_have_count(0)
    page.locator(".st-key-aspect button", has_text="Compare").click()
    compared = page.locator(".st-key-compared")
    expect(compared.locator("canvas.cells")).to_have_count(3)
    expect(compared.locator(".bound")).to_have_count(1)
    expect(page.locator("[data-testid=stMain]")).to_contain_text("Compare the network above (A) with")


@pytest.mark.parametrize("layer", ["conv1", "res3b_branch2a"])
def test_another_layer_moves_the_focus_and_says_where_it_stands(visit, layer):
    page = visit().open("/activations?node=res3b_out&channel=445")
    ready(page)
    page.locator(f"{MAPS} select[aria-label='Layer']").select_option(layer)
    expect(page.locator(f"{MAPS} .title")).to_contain_text(f"of {layer}")
    quiet(page)
    assert len(channel_everywhere(page)) == 1
    block, said = ("2a", "conv1 is in no block") if layer == "conv1" else ("3b", "inside F(x)")
    expect(page.locator(".st-key-block button[data-selected]")).to_have_text(block)
    expect(page.locator(f"{MAPS} .hero .lead")).to_contain_text(f"of block {block}")
    expect(page.locator(f"{MAPS} .caption")).to_contain_text(said)
