"""A cell's sum is played where it can be seen: three kernels at three widths, by their boxes."""

import re

import pytest
from playwright.sync_api import expect

SIZES = ((390, 844), (1280, 720), (1920, 1080))
BOXES = """() => {
    const host = [...document.querySelectorAll("[role=dialog] [data-testid*=BidiComponent]")]
        .map((own) => own.shadowRoot ?? own).find((own) => own.querySelector(".sum"));
    const box = (own) => { const b = own.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
    const sum = host.querySelector(".sum");
    return {
        dialog: box(document.querySelector("[role=dialog]")),
        all: [...sum.querySelectorAll("*")].filter((own) => own.offsetParent).map(box),
        now: [...sum.querySelectorAll(".cell.now")].map(box),
        cells: [...sum.querySelectorAll(".cell")].map((own) => own.getBoundingClientRect().width),
        text: sum.querySelector(".line").textContent,
    };
}"""


@pytest.mark.parametrize(
    "cell, lead",
    [
        ("conv1:10.10.3", "7×7×3 = 147 products: red, green, blue."),
        ("res2a_branch2b:4.4.3", "3×3×64 = 576 products. The channels that count most come first."),
        ("res2a_branch2a:4.4.3", "1×1×64 = 64 products. The channels that count most come first."),
    ],
)
def test_the_product_that_is_played_is_in_sight(visit, cell, lead):
    node = cell.partition(":")[0]
    page = visit().open(f"/activations?preset=course&node={node}&pixel={cell}")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".sum .line")).to_have_text(lead)
    dialog.locator(".sum .play").click()
    expect(dialog.locator(".sum .line")).to_contain_text("Sum so far")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        # As large as the width allows: the cells follow it.
        page.wait_for_function(f"() => ({BOXES})().all.every(([l, , r]) => l >= 0 && r <= {width})")
        found = page.evaluate(BOXES)
        left, _top, right, _bottom = found["dialog"]
        assert all(box[0] >= left - 1 and box[2] <= right + 1 for box in found["all"])
        assert len(found["now"]) == 3
        assert all(box[1] >= 0 and box[3] <= height for box in found["now"])
        assert min(found["cells"]) >= 11
    for last in dialog.locator(".sum .page:visible").all()[-1:]:
        last.click()
    dialog.locator(".sum .cell").last.click()  # a click goes to its product
    expect(dialog.locator(".sum .line")).to_contain_text(re.compile(r"product (\d+) of \1\D"))
    expect(dialog.locator(".sum .play")).to_have_text("Play again")
    expect(dialog.locator(".sum .foot")).to_contain_text("Result: ")
