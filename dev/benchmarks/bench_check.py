"""The page Check: from the press to the verdict, first with nothing fetched, then fetched before, then started before."""

import statistics

from browsing import SIZE, chromium, open_soon, started
from figures import ROOT, figure, report, run
from playwright.sync_api import Browser, BrowserContext, Page

from resnet_viz.check import examples
from resnet_viz.server.check_files import packed_files

WARM = 40
GOAL_MS = 300.0

# Measured in the page: from the press to the attribute that says the verdict, and one frame more.
_PRESS = """(code) => new Promise((done) => {
    const host = [...document.querySelectorAll('*')].find((one) => one.shadowRoot?.querySelector('.check'));
    const page = (host?.shadowRoot ?? document).querySelector('.check');
    const region = page.querySelector('[role=status]');
    const field = page.querySelector('textarea');
    field.value = code;
    field.dispatchEvent(new Event('input'));
    const began = performance.now();
    new MutationObserver((_all, observer) => {
        if (!region.dataset.verdict) return;
        observer.disconnect();
        requestAnimationFrame(() => done(performance.now() - began));
    }).observe(region, { attributes: true, attributeFilter: ['data-verdict'] });
    page.querySelector('.press').click();
})"""


def opened(context: BrowserContext, url: str) -> Page:
    """Return the page, ready to be pressed."""
    page = context.new_page()
    page.set_default_timeout(180_000)
    open_soon(page, f"{url}/check")
    page.locator(".check .press").wait_for()
    return page


def checks(browser: Browser, url: str) -> tuple[float, float, list[float]]:
    """Return ms of the first check in a new browser, of the first one on a page opened again, and of those after it."""
    code = examples("en")["mistake"]
    context = browser.new_context(viewport=SIZE)
    cold = opened(context, url).evaluate(_PRESS, code)
    page = opened(context, url)
    again = page.evaluate(_PRESS, code)
    warm = [page.evaluate(_PRESS, f"{code}\n# {number}\n") for number in range(WARM)]
    context.close()
    return cold, again, warm


def main() -> None:
    """Measure in a Chromium of its own."""
    size = sum(len(file.data) for file in packed_files().values()) / 1e6
    figure("fetched once, over the wire", f"{size:.1f} MB")
    with started(ROOT) as (url, _began), chromium() as browser:
        cold, again, warm = checks(browser, url)
    figure("first check, nothing fetched", f"{cold / 1000:.1f} s")
    figure("first check, fetched before", f"{again / 1000:.1f} s")
    figure("a check after it, median", f"{statistics.median(warm):.0f} ms")
    p95 = statistics.quantiles(warm, n=20)[-1]
    figure("a check after it, 95 of 100", f"{p95:.0f} ms")
    report("95 of 100 / 300 ms", p95 / GOAL_MS, 1, at_least=False)


if __name__ == "__main__":
    run(main)
