"""The page of the weights as somebody with a checkpoint uses it: dropped, taken, and followed channel by channel."""

import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from resnet_viz.analysis import network
from resnet_viz.spec import preset
from tests.weights_files import random_arrays, safetensors, state_dict, torchvision

from .waits import quiet

NETWORK = "preset=torch-v1.5&width=0.05&input=64"
CHECKPOINT = safetensors(state_dict(random_arrays(network(replace(preset("torch-v1.5"), width=0.05))), torchvision))


def drop(page: Page, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator(".st-key-weights_file input[type=file]").set_input_files(file)


def is_in_activations(page: Page, node: str, channel: int) -> None:
    """See that a layer's channel is shown, with the file's weights; and go back."""
    expect(page).to_have_url(re.compile(rf"/activations\?.*node={node}&.*weights=file.*channel={channel}(&|$)"))
    expect(page.locator(".st-key-subject")).to_contain_text("mine.safetensors")
    expect(page.locator(".hero, .large").filter(visible=True).first).to_contain_text(f"Channel {channel}")
    quiet(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/weights"))
    expect(page.locator(".portrait")).to_be_visible()  # the address is there before the run begins that draws the page
    quiet(page)


def test_each_square_and_each_kernel_leads_to_its_channel_in_activations_by_pointer_and_by_keys(visit):
    page = visit().open("/weights?node=res3b_branch2b&" + NETWORK)
    drop(page, "mine.safetensors", CHECKPOINT)
    expect(page.locator(".st-key-offer")).to_be_visible()
    quiet(page)
    page.get_by_text("PyTorch means", exact=True).filter(visible=True).first.click()
    page.get_by_role("button", name="Take this network").filter(visible=True).first.click()
    expect(page).to_have_url(re.compile("weights=file"))
    quiet(page)
    squares = page.locator(".norm canvas.squares")
    expect(squares).to_have_count(4)
    said = page.locator(".norm .said")
    squares.nth(3).click(position={"x": 22 * 4 + 11, "y": 11})  # the fifth, in the last of four sheets
    expect(said).to_contain_text("Channel 4:")
    said.get_by_role("button").click()
    is_in_activations(page, "bn3b_branch2b", 4)
    for key in ("Home", "ArrowRight", "ArrowRight"):
        squares.first.press(key)
    expect(said).to_contain_text("Channel 2:")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    is_in_activations(page, "bn3b_branch2b", 2)
    page.locator(".tile").nth(1).click()
    page.locator(".tile").nth(1).press("ArrowRight")
    expect(page.locator(".kernels .large b")).to_have_text("Kernel 2")
    page.locator(".tile").nth(2).press("Tab")
    page.keyboard.press("Enter")
    is_in_activations(page, "conv1", 2)
    expect(page.locator(".kernels .large b")).to_have_text("Kernel 2")  # what was chosen is there at the return


def test_a_refusal_stands_until_another_file_takes_its_place(visit):
    page = visit().open("/weights?" + NETWORK)
    told = page.locator("[data-testid=stAlert]")
    drop(page, "mine.pth", b"\x80\x02}q\0.")
    expect(told).to_contain_text("a pickle")
    quiet(page)
    page.get_by_role("combobox", name="The weights beside them").click()
    page.get_by_role("option", name="random, seed 0").click()
    expect(page).to_have_url(re.compile("versus="))
    quiet(page)
    expect(told).to_contain_text("a pickle")
    drop(page, "page.h5", b"<!DOCTYPE html><html>")
    expect(told).to_contain_text("a web page")
    drop(page, "mine.safetensors", CHECKPOINT)
    expect(page.locator(".st-key-offer")).to_be_visible()
    expect(told).to_have_count(0)


def test_where_a_file_is_dropped_the_words_are_the_pages_language(visit):
    page = visit().open("/weights?lang=zh&" + NETWORK)
    place = page.locator(".st-key-weights_file [data-testid=stFileUploaderDropzone]")
    expect(place.get_by_role("button", name="选择文件")).to_be_visible()
    quiet(page)
    english = re.compile("Upload|Drag|Drop|Browse|Limit|per file", re.IGNORECASE)
    assert not english.search(told := place.aria_snapshot().replace("file upload", "")), told
    assert "最多 256 MB" in told
    place.evaluate(
        """place => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["1"], "mine.h5"));
            for (const kind of ["dragenter", "dragover"])
                place.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true }));
        }"""
    )
    expect(place.get_by_text(re.compile("drop|drag", re.IGNORECASE))).to_have_count(1)  # Streamlit's own is there …
    assert not english.search(told := place.aria_snapshot().replace("file upload", "")), told  # … for nobody
    assert "把文件放在这里" in told
