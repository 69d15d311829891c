"""How fast the explorer answers: a control to the new picture, a click to the inspector, the first load of a page.

In the same run, taking turns: what Keras needs from the same specification to its own picture (`keras.utils.plot_model`)
and to its own table (`model.summary()`). Times of ours are taken inside the page, from the key or the pointer to the
frame in which the answer is drawn. `plot_model` needs Graphviz's `dot` program and pydot; ours needs neither, so without
`dot` all else is measured, and the table says what it lacks.
"""

import io
import shutil
import statistics
import tempfile
import time
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import keras
from figures import figure, report, run
from playwright.sync_api import Page, sync_playwright
from servers import OURS, serving

from resnet_viz.model.build import build_model
from resnet_viz.spec import PRESETS

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
ROUNDS = 30
PEER_ROUNDS = 5
GOAL_MS = 300

# From an event to the frame after the page has changed: the picture's element, or the inspector's title.
_WATCH = """() => {
    const host = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('svg[role=group]'));
    const drawn = () => requestAnimationFrame(() => (window.answeredAt ??= performance.now()));
    for (const kind of ['keydown', 'pointerdown'])
        document.addEventListener(kind, (event) => {
            if (kind === 'keydown' && event.key !== 'Enter') return;
            window.askedAt = performance.now();
            window.answeredAt = undefined;
        }, true);
    new MutationObserver(drawn).observe(host.shadowRoot.querySelector('.view'), { childList: true });
    window.watchTitle = () => {
        const title = document.querySelector('h3').textContent;
        const observer = new MutationObserver(() => {
            if (document.querySelector('h3')?.textContent !== title) { observer.disconnect(); drawn(); }
        });
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    };
}"""


def answer_ms(page: Page) -> float:
    """Return the time from the last event to its answer, ms."""
    page.wait_for_function("window.answeredAt !== undefined")
    return float(page.evaluate("window.answeredAt - window.askedAt"))


def control_ms(page: Page, blocks: int) -> float:
    """Return the time from Enter in a control to the new picture of the whole network, ms."""
    field = page.locator(".st-key-blocks_1 input")
    field.fill(str(blocks))
    page.wait_for_timeout(150)
    field.press("Enter")
    return answer_ms(page)


def click_ms(page: Page, block: str) -> float:
    """Return the time from a click on a block to its inspector, ms."""
    page.evaluate("window.watchTitle()")
    page.locator(f"g.block[data-block='{block}'] .reach").first.click()
    return answer_ms(page)


def peers_ms(folder: str) -> dict[str, float]:
    """Return what Keras needs for the same network, ms."""
    spec = PRESETS["course"]
    spec = replace(spec, stages=(spec.stages[0], replace(spec.stages[1], blocks=5), *spec.stages[2:]))
    began = time.perf_counter()
    model = build_model(spec)
    built = time.perf_counter()
    if shutil.which("dot"):
        keras.utils.plot_model(model, to_file=str(Path(folder, "model.png")), show_shapes=True)
    drawn = time.perf_counter()
    with redirect_stdout(io.StringIO()):
        model.summary()
    told = time.perf_counter()
    times = {
        "build": (built - began) * 1e3,
        "plot_model": (drawn - built) * 1e3,
        "summary": (told - drawn) * 1e3,
    }
    keras.utils.clear_session()
    return times


def main() -> None:
    """Print the times and their ratios."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(OURS, Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        measure(browser, server.url, folder)
        browser.close()


def measure(browser: object, url: str, folder: str) -> None:
    """Measure everything against one server, turns taken."""
    loads, controls, clicks, peers = [], [], [], []
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()  # type: ignore[attr-defined]
    page.goto(f"{url}/?open=2.3.4.5")
    page.locator("g.node.selected, g.block.selected").wait_for()
    page.locator(".st-key-changes_toggle button").click()
    page.wait_for_timeout(12_000)  # the worker warms up behind the first page
    page.get_by_role("button", name="Fit (0)").click()
    page.evaluate(_WATCH)
    for index in range(ROUNDS):
        controls.append(control_ms(page, 3 + index % 3))
        page.wait_for_timeout(250)
        clicks.append(click_ms(page, ("2b", "4c", "5b")[index % 3]))
        page.wait_for_timeout(250)
        if index % (ROUNDS // PEER_ROUNDS) == 0:
            peers.append(peers_ms(folder))
            fresh = browser.new_context(viewport={"width": 1280, "height": 720})  # type: ignore[attr-defined]
            other = fresh.new_page()
            began = time.perf_counter()
            other.goto(url)
            other.locator("g.node.selected, g.block.selected").wait_for()
            loads.append((time.perf_counter() - began) * 1e3)
            fresh.close()
    show(controls[2:], clicks[2:], loads, peers)


def show(controls: list[float], clicks: list[float], loads: list[float], peers: list[dict[str, float]]) -> None:
    """Give the table its figures, ms."""
    p95, slow = (statistics.quantiles(times, n=20)[-1] for times in (controls, clicks))
    control, click = statistics.median(controls), statistics.median(clicks)
    figure("control to picture, every block drawn", f"median {control:.0f} ms, p95 {p95:.0f} ms")
    figure("click to inspector", f"median {click:.0f} ms, p95 {slow:.0f} ms")
    figure("first load in a fresh browser, server warm", f"median {statistics.median(loads):.0f} ms")
    build, plot, summary = (
        statistics.median(peer[name] for peer in peers) for name in ("build", "plot_model", "summary")
    )
    drawn = f"plot_model {plot:.0f} ms" if shutil.which("dot") else "plot_model not run: this machine has no `dot`"
    figure("Keras", f"build {build:.0f} ms, {drawn}, model.summary() {summary:.0f} ms")
    report("control to picture, p95 / 300 ms", p95 / GOAL_MS, 1, at_least=False)
    if shutil.which("dot"):
        report("build and plot_model / control to picture", (build + plot) / control, 1, at_least=True)
    report("build and model.summary() / click to inspector", (build + summary) / click, 1, at_least=True)


if __name__ == "__main__":
    run(main)
