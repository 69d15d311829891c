"""What the benchmarks in a browser share: Chromium, a server started cold, and the moment at which maps are on the page."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright
from servers import path_with

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
SIZE = {"width": 1280, "height": 720}
MAPS = ".st-key-maps canvas.mosaic[data-drawn]"

# Maps are new when they are drawn again and look different: what a reader of the page would say.
_WATCH = """() => {
    const mosaic = () => {
        for (const host of document.querySelectorAll('.st-key-maps *')) {
            const found = host.shadowRoot?.querySelector('canvas.mosaic[data-drawn]');
            if (found) return found;
        }
    };
    const look = () => mosaic()?.toDataURL();
    let before, watched, [drawn, seen] = [0, 0];
    // Encoding costs: only what was drawn since is looked at. The mark is a duration and may be the same twice.
    const marks = new MutationObserver(() => { drawn += 1; });
    const isDrawn = () => {
        const now = mosaic();
        if (now && now !== watched) {
            marks.disconnect();
            marks.observe(now, { attributes: true, attributeFilter: ["data-drawn"] });
            watched = now;
            drawn += 1;
        }
        const is = drawn !== seen;
        seen = drawn;
        return is;
    };
    window.ask = () => {
        before = look();
        isDrawn();
        window.askedAt = performance.now();
        window.answeredAt = undefined;
    };
    for (const kind of ['keydown', 'pointerdown'])
        document.addEventListener(kind, (event) => {
            if (kind === 'pointerdown' || ['Enter', 'ArrowLeft', 'ArrowRight'].includes(event.key)) window.ask();
        }, true);
    const watch = () => {
        if (window.askedAt && window.answeredAt === undefined) {
            const at = performance.now();
            if (isDrawn() && look() !== before) window.answeredAt = at;
        }
        requestAnimationFrame(watch);
    };
    watch();
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def started(root: Path, script: str | Path = "app.py") -> Iterator[tuple[str, float]]:
    """Start a checkout's app, or another script, as a person does, with an empty data folder; give its address and when that began."""
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
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"RESNET_VIZ_DATA": data, "PYTHONPATH": path_with(root)}
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield f"http://localhost:{port}", began
        finally:
            process.terminate()
            process.wait()


def open_soon(page: Page, url: str) -> None:
    """Open a page as soon as its server listens."""
    while True:
        try:
            page.goto(url, wait_until="commit")
        except Error:
            time.sleep(0.02)
        else:
            return


def watch_maps(page: Page) -> None:
    """Measure, from now on, from a key or a press to the frame that shows other maps."""
    page.evaluate(_WATCH)


def maps_ms(page: Page) -> float:
    """Return the time from the last key or press to the frame with the maps that came of it, ms."""
    page.wait_for_function("window.answeredAt !== undefined", timeout=180_000)
    return float(page.evaluate("window.answeredAt - window.askedAt"))
