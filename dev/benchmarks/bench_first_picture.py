"""From `streamlit run` to the picture in a browser, against a trivial app; and when the worker is warm behind it."""

import tempfile
import time
from pathlib import Path

from browsing import chromium, open_soon, started
from figures import ROOT, figure, report, run
from playwright.sync_api import Browser

TRIVIAL = "import streamlit as st\nst.set_page_config(layout='wide')\nst.html('<p id=ready>ready</p>')\n"
ROUNDS = 9


def first_picture_s(browser: Browser, script: str | Path, selector: str) -> tuple[float, float]:
    """Start a server and open it; return seconds to the selector, and to a click's answer (0 without nodes)."""
    with started(ROOT, script) as (url, began):
        page = browser.new_page()
        open_soon(page, url)
        page.locator(selector).wait_for()
        shown = time.perf_counter() - began
        answered = 0.0
        if selector != "#ready":
            clicked = time.perf_counter()
            page.locator("g.node[id='bn_conv1']").click()
            page.locator("h3", has_text="bn_conv1").wait_for()
            answered = time.perf_counter() - clicked
        page.close()
        return shown, answered


def main() -> None:
    """Print the ratio of medians, rounds interleaved."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        trivial = Path(folder, "trivial.py")
        trivial.write_text(TRIVIAL, "utf-8")
        ours, theirs, clicks = [], [], []
        for _ in range(ROUNDS):
            shown, click = first_picture_s(browser, "app.py", "g.node.selected, g.block.selected")
            ours.append(shown)
            clicks.append(click)
            theirs.append(first_picture_s(browser, trivial, "#ready")[0])
    middle = ROUNDS // 2
    ours, theirs, clicks = sorted(ours), sorted(theirs), sorted(clicks)
    figure("first picture", f"{ours[middle]:.2f} s")
    figure("a trivial app's first text", f"{theirs[middle]:.2f} s")
    figure("click to inspector while the worker starts", f"{clicks[middle] * 1e3:.0f} ms")
    report("first picture / trivial app", ours[middle] / theirs[middle], 1.5, at_least=False)


if __name__ == "__main__":
    run(main)
