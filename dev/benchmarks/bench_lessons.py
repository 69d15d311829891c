"""Lessons: from an answer to its evidence, stop by stop; and what a page costs the server with a lesson open, against without."""

import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from browsing import SIZE, chromium
from figures import figure, report, run
from playwright.sync_api import Browser, Page
from servers import OURS, Server, serving

from resnet_viz.lessons.walks import Stop, shipped_walks

VIEW = {"preset": "course", "node": "3b", "open": "3.3b"}
CLICKED = ("res3b_branch2a", "res3b_branch2b")
CLICKS, ROUNDS = 12, 3
_DONE = """() => {
    const told = document.querySelector('.st-key-walk_predicted');
    const app = document.querySelector('[data-testid=stApp]');
    return told && !told.querySelector('button') && !told.innerText.includes('Now it is measured')
        && app.dataset.testScriptState === 'notRunning';
}"""
_STILL = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_PATIENCE_MS = 120_000


def needs_training_or_gradients(stop: Stop) -> bool:
    """Whether a stop waits for what takes long by its nature: Keras starts for a gradient."""
    return dict(stop.params).get("method") == "integrated-gradients"


def evidence_s(page: Page, url: str, name: str, number: int, stop: Stop) -> float | None:
    """Answer a stop anyhow; return seconds to its evidence, None where a click in a map has to come first."""
    page.goto(f"{url}/?{urlencode({'walk': name, 'stop': number})}")
    submit = page.locator(".st-key-lesson_submit button")
    submit.wait_for(timeout=_PATIENCE_MS)
    page.wait_for_function(_STILL)
    kind = stop.ask.kind if stop.ask else ""
    if kind in ("number", "words"):
        page.locator(".st-key-walk_predicted input").fill("1")
    elif kind == "choice":
        page.locator(".st-key-walk_predicted label:has(input[type=radio])").first.click()
    if submit.is_disabled():
        return None
    began = time.perf_counter()
    submit.click()
    page.wait_for_function(_DONE, timeout=_PATIENCE_MS)
    return time.perf_counter() - began


def every_stop(browser: Browser, server: Server) -> dict[str, float]:
    """Walk all lessons as one visitor; return seconds to the evidence by stop."""
    page = browser.new_page(viewport=SIZE)
    found = {}
    for name, walk in shipped_walks().items():
        for number, stop in enumerate(walk.stops, start=1):
            if stop.ask is None or needs_training_or_gradients(stop):
                continue
            seconds = evidence_s(page, server.url, name, number, stop)
            if seconds is not None:
                found[f"{name} {number}"] = seconds
    page.close()
    return found


def processor_ms(browser: Browser, server: Server, more: dict[str, str]) -> float:
    """Return the server's processor time for a click in the picture, ms."""
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{server.url}/?{urlencode(VIEW | more)}")
    page.locator(f"g.node[id='{CLICKED[0]}']").wait_for()
    page.wait_for_function(_STILL)
    before = server.processor_s
    for number in range(CLICKS):
        layer = CLICKED[number % 2]
        page.locator(f"g.node[id='{layer}']").click()
        page.locator(f"g.node.selected[id='{layer}']").wait_for()
        page.wait_for_function(_STILL)
    used = server.processor_s - before
    page.close()
    return 1e3 * used / CLICKS


def main() -> None:
    """Print the times of all stops, then the two costs, taken in turns."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, serving(OURS, Path(folder)) as server:
        times = every_stop(browser, server)
        ordered = sorted(times.values())
        slowest = sorted(times, key=lambda stop: times[stop])[-3:]
        figure("answer to evidence, median", f"{statistics.median(ordered):.2f} s over {len(ordered)} stops")
        figure("answer to evidence, p95", f"{ordered[int(0.95 * (len(ordered) - 1))]:.2f} s")
        figure("the slowest", ", ".join(f"{stop} {times[stop]:.1f} s" for stop in reversed(slowest)))
        lesson = {"walk": "shortcut", "stop": "2"}
        pairs = [[processor_ms(browser, server, more) for more in (lesson, {})] for _round in range(ROUNDS)]
        with_lesson, without = (statistics.median(column) for column in zip(*pairs, strict=True))
        figure("a click in the picture", f"{with_lesson:.0f} ms of processor with a lesson, {without:.0f} ms without")
        report("a page with a lesson open / without", with_lesson / without, 1.15, at_least=False)


if __name__ == "__main__":
    run(main)
