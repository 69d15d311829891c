"""From `streamlit run` to the picture in a browser, against a trivial app; and when the worker is warm behind it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure, report, run
from playwright.sync_api import Browser, Error, sync_playwright

ROOT = Path(__file__).parents[2]
TRIVIAL = "import streamlit as st\nst.set_page_config(layout='wide')\nst.html('<p id=ready>ready</p>')\n"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
ROUNDS = 9


def first_picture_s(browser: Browser, script: Path, selector: str) -> tuple[float, float]:
    """Start a server and open it; return seconds to the selector, and to a click's answer (0 without nodes)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    env = os.environ | {"RESNET_VIZ_DATA": tempfile.mkdtemp(), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    page = browser.new_page()
    try:
        while True:
            try:
                page.goto(f"http://localhost:{port}", wait_until="commit")
                break
            except Error:  # not listening yet
                time.sleep(0.05)
        page.locator(selector).wait_for()
        shown = time.perf_counter() - began
        if selector == "#ready":
            return shown, 0.0
        clicked = time.perf_counter()
        page.locator("g.node[id='bn_conv1']").click()
        page.locator("h3", has_text="bn_conv1").wait_for()
        return shown, time.perf_counter() - clicked
    finally:
        page.close()
        process.terminate()
        process.wait()


def main() -> None:
    """Print the ratio of medians, rounds interleaved."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        trivial = Path(folder, "trivial.py")
        trivial.write_text(TRIVIAL, "utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        ours, theirs, clicks = [], [], []
        for _ in range(ROUNDS):
            shown, click = first_picture_s(browser, ROOT / "app.py", "g.node.selected, g.block.selected")
            ours.append(shown)
            clicks.append(click)
            theirs.append(first_picture_s(browser, trivial, "#ready")[0])
        browser.close()
    middle = ROUNDS // 2
    ours, theirs, clicks = sorted(ours), sorted(theirs), sorted(clicks)
    figure("first picture", f"{ours[middle]:.2f} s")
    figure("a trivial app's first text", f"{theirs[middle]:.2f} s")
    figure("click to inspector while the worker starts", f"{clicks[middle] * 1e3:.0f} ms")
    report("first picture / trivial app", ours[middle] / theirs[middle], 1.5, at_least=False)


if __name__ == "__main__":
    run(main)
