"""A changed field, a cut block, another seed: how soon the new network's maps are on the page. `bench_live.py [OTHER_CHECKOUT]`.

Every change makes a network that the server has not seen. Times are taken in the page, from the key to the frame; with
another checkout, both servers in turns, and the ratio of medians.
"""

import argparse
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from browsing import MAPS, SIZE, chromium, maps_ms, open_soon, started, watch_maps
from figures import ROOT, figure, report, run
from playwright.sync_api import Browser, Page

GOAL_MS, SEED_GOAL_MS = 800, 1500
_BLOCKS = (4, 5, 6, 7, 8, 9)


def changes() -> Iterator[tuple[str, int]]:
    """Give fields and values before block 4b, so that its maps change: one field at a time and no network twice."""
    last = None
    for turn, outer in enumerate((5, 6, 7, 8, 9, 3)):
        yield "blocks_1", outer
        for inner in _BLOCKS if turn % 2 == 0 else reversed(_BLOCKS):
            if inner != last:  # where the way turns round the field holds it already
                yield "blocks_0", inner
            last = inner


def opened(browser: Browser, url: str) -> Page:
    """Return Activations of the first network at 64 px with its maps drawn and the controls of the network open."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.set_default_timeout(180_000)
    open_soon(page, f"{url}/activations?weights=random&node=4b")
    page.locator(MAPS).wait_for()
    page.locator(".st-key-changes_toggle button").click()
    page.locator(".st-key-blocks_0 input").wait_for()
    page.wait_for_timeout(3000)  # what loads behind the first page
    watch_maps(page)
    return page


def changed_ms(page: Page, key: str, value: int) -> float:
    """Return the time from Enter in a number to the new network's maps, ms."""
    field = page.locator(f".st-key-{key} input")
    field.fill(str(value))
    page.wait_for_timeout(100)
    field.press("Enter")
    return maps_ms(page)


def seed_ms(page: Page) -> float:
    """Return the time from a step of the slider to the maps of that random start, ms."""
    page.locator(".st-key-spec_seeds input[type=range]").press("ArrowRight")
    return maps_ms(page)


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    """Print the times and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, nargs="?", help="another checkout, such as the version before")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--rounds-there", type=int, default=8)
    options = parser.parse_args()
    here: list[float] = []
    there: list[float] = []
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        page = opened(browser, stack.enter_context(started(ROOT))[0])
        old = opened(browser, stack.enter_context(started(options.other.resolve()))[0]) if options.other else None
        for turn, (key, value) in zip(range(options.rounds), changes(), strict=False):
            here.append(changed_ms(page, key, value))
            if old and turn < options.rounds_there:
                there.append(changed_ms(old, key, value))
            page.wait_for_timeout(300)
        seeds = []
        for _step in range(min(20, options.rounds)):
            seeds.append(seed_ms(page))
            page.wait_for_timeout(300)
    figure("changed field to the new network's maps, 64 px: median", f"{statistics.median(here):.0f} ms")
    report("the same, p95 / 800 ms", p95(here) / GOAL_MS, 1, at_least=False)
    figure("another seed to its maps: median", f"{statistics.median(seeds):.0f} ms")
    report("the same, p95 / 1.5 s", p95(seeds) / SEED_GOAL_MS, 1, at_least=False)
    if there:
        figure("changed field to maps, the other checkout: median", f"{statistics.median(there):.0f} ms")
        report("the other checkout / this one", statistics.median(there) / statistics.median(here), 5, at_least=True)


if __name__ == "__main__":
    run(main)
