"""States to wait for: none of them is a number of seconds, so a busy machine only takes longer."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Locator, Page

from tests.patience import PATIENCE_S

_QUIET = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const unfinished = "[data-testid=stStatusWidget], [data-testid=stSkeleton], [data-stale=true]";
    return app?.dataset.testScriptState === "notRunning" && app.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector(unfinished);
}"""

# Frames: on a busy machine they come later, for the flight as for this. And as long as the picture's frame takes to look twice
# how high it may be (LOOK_MS in dev/frontend/graph/frame.js): before that it stands still in a height that it does not keep.
_STANDS_STILL = """() => new Promise((done) => {
    const graph = [...document.querySelectorAll("[data-testid*=BidiComponent]")]
        .map((host) => (host.shadowRoot ?? host).querySelector("svg[role=group]"));
    const camera = () => graph.find((svg) => svg)?.getAttribute("viewBox");
    let [last, frames, since] = [camera(), 0, performance.now()];
    const look = () => {
        if (camera() === last) frames += 1;
        else [last, frames, since] = [camera(), 0, performance.now()];
        if (frames < 30 || performance.now() - since < 800) requestAnimationFrame(look);
        else done(last);
    };
    requestAnimationFrame(look);
})"""


_HAS_STOOD = """async element => {
    const frame = () => new Promise(requestAnimationFrame);
    const place = () => { const { x, y } = element.getBoundingClientRect(); return `${x} ${y}`; };
    let [last, frames] = ["", 0];
    while (frames < 15) {
        await frame();
        frames = place() === last ? frames + 1 : 0;
        last = place();
    }
}"""


def quiet(page: Page) -> None:
    """Wait until the page's script has finished and all of it is drawn."""
    page.wait_for_function(_QUIET)


def settled(page: Page) -> str:
    """Return the camera's place once it stands still."""
    return page.evaluate(_STANDS_STILL)


def unmoved(target: Locator) -> Locator:
    """Return an element once it has stood still: a press and its release on what still unfolds are on two things."""
    target.evaluate(_HAS_STOOD)
    return target


def open_menu(button: Locator) -> None:
    """Open a menu and see that it stays open: a run that knew it closed, on its way at the click, closes it again."""
    menu = button.first

    def stays_open() -> bool:
        quiet(menu.page)
        if menu.get_attribute("aria-expanded") != "true":
            menu.click()
            quiet(unmoved(menu).page)
        return menu.get_attribute("aria-expanded") == "true"

    eventually(stays_open, "the menu is open")


@contextlib.contextmanager
def seen(page: Page, state: str) -> Iterator[None]:
    """See to it that a state comes of what is done here, and be it over before anybody looks: the page itself watches.

    Args:
        page: Where; it is not loaded anew meanwhile.
        state: JavaScript, a function that says whether it is there.
    """
    page.evaluate(
        f"""() => {{
            window.hasSeen = false;
            const look = () => {{ window.hasSeen ||= Boolean(({state})()); window.hasSeen || requestAnimationFrame(look); }};
            look();
        }}"""
    )
    yield
    page.wait_for_function("() => window.hasSeen")


def in_scheme(page: Page, scheme: str) -> None:
    """Put on the light or the dark theme and wait until the page wears it."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme", arg=scheme
    )


def eventually(look: Callable[[], Any], what: str) -> Any:
    """Return what a look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_S} s: {what}")
