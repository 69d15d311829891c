"""From `streamlit run` to the first maps: `bench_first_maps.py [OTHER_CHECKOUT] [--frames FILE]`.

Cold, each time a new server with an empty data folder: once straight to Activations, and once as a visitor comes, who sees
the network and clicks Activations at once. With another checkout, both in turns, and the ratio of medians. With `--frames`
what the visitor saw: one picture of the moments at which the page changed most, with the seconds since `streamlit run`.
"""

import argparse
import base64
import io
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from browsing import MAPS, SIZE, chromium, open_soon, started
from figures import ROOT, figure, report, run
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page

PICTURE = "g.node.selected, g.block.selected"
# Of the picture of a visit: how many moments, in how many columns, pixels between them and for a line above.
_MOMENTS, _COLUMNS, _GAP, _LINE = 6, 3, 8, 28


def straight_s(browser: Browser, root: Path) -> float:
    """Return the seconds from `streamlit run` to maps for someone who opens Activations."""
    with started(root) as (url, began):
        page = browser.new_context(viewport=SIZE).new_page()
        page.set_default_timeout(180_000)
        open_soon(page, f"{url}/activations")
        page.locator(MAPS).wait_for()
        seconds = time.perf_counter() - began
        page.context.close()
        return seconds


def visit_s(browser: Browser, root: Path, watch: Callable[[Page, float], None] = lambda _page, _began: None) -> float:
    """Return the seconds from the network's picture, on which a visitor clicks Activations at once, to maps."""
    with started(root) as (url, began):
        page = browser.new_context(viewport=SIZE).new_page()
        page.set_default_timeout(180_000)
        watch(page, began)
        open_soon(page, url)
        page.locator(PICTURE).wait_for()
        seen = time.perf_counter()
        page.get_by_role("link", name="Activations").click()
        page.locator(MAPS).wait_for()
        seconds = time.perf_counter() - seen
        page.wait_for_timeout(300)  # the last frame
        page.context.close()
        return seconds


def filming(frames: list[tuple[float, Image.Image]]) -> Callable[[Page, float], None]:
    """Return what keeps every frame of a page with its time, s since `streamlit run`."""

    def watch(page: Page, began: float) -> None:
        session = page.context.new_cdp_session(page)

        def keep(frame: dict[str, object]) -> None:
            shown = Image.open(io.BytesIO(base64.b64decode(str(frame["data"])))).convert("RGB")
            frames.append((time.perf_counter() - began, shown))
            session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

        session.on("Page.screencastFrame", keep)
        session.send("Page.startScreencast", {"format": "jpeg", "quality": 60, "maxWidth": 640, "maxHeight": 360})

    return watch


def sheet(frames: list[tuple[float, Image.Image]]) -> Image.Image:
    """Return the last frame before each great change of the page, and the last of all, each with its time."""
    pixels = [np.asarray(shown, np.int16) for _s, shown in frames]
    changes = [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(pixels)]
    great = sorted(sorted(range(len(changes)), key=changes.__getitem__)[-_MOMENTS + 1 :])
    chosen = [frames[0], *(frames[place + 1] for place in great)]
    width, height = chosen[0][1].size
    rows = -(-len(chosen) // _COLUMNS)
    board = Image.new("RGB", (_COLUMNS * (width + _GAP), rows * (height + _LINE)), "white")
    draw, font = ImageDraw.Draw(board), ImageFont.load_default(18)
    for place, (seconds, shown) in enumerate(chosen):
        y, x = divmod(place, _COLUMNS)
        board.paste(shown, (x * (width + _GAP), y * (height + _LINE) + _LINE))
        draw.text((x * (width + _GAP) + 4, y * (height + _LINE) + 4), f"{seconds:.2f} s", "black", font)
    return board


def main() -> None:
    """Print the times and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, nargs="?", help="another checkout, such as the version before")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=Path, help="the picture of one visit, such as docs/first-maps.webp")
    options = parser.parse_args()
    roots = {"this": ROOT} | ({"other": options.other.resolve()} if options.other else {})
    straight: dict[str, list[float]] = {name: [] for name in roots}
    visits: dict[str, list[float]] = {name: [] for name in roots}
    with chromium() as browser:
        for _round in range(options.rounds):
            for name, root in roots.items():
                straight[name].append(straight_s(browser, root))
                visits[name].append(visit_s(browser, root))
        if options.frames:
            frames: list[tuple[float, Image.Image]] = []
            visit_s(browser, ROOT, filming(frames))
            sheet(frames).save(options.frames)
    for name in roots:
        which = "" if name == "this" else ", the other checkout"
        figure(
            f"`streamlit run` to the first maps on Activations, cold{which}",
            f"{statistics.median(straight[name]):.2f} s",
        )
        figure(f"from the network's picture, by a click, to maps{which}", f"{statistics.median(visits[name]):.2f} s")
    if options.other:
        ratio = statistics.median(straight["this"]) / statistics.median(straight["other"])
        report("first maps, this checkout / the other", ratio, 1 / 3, at_least=False)


if __name__ == "__main__":
    run(main)
