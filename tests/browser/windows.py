"""Browser windows: each visitor gets an empty one, in which somebody may have been before."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request

from tests.patience import PATIENCE_S

from .waits import quiet

# Streamlit's own, on every cold deep link: it looks for its health beside the page before it looks at the root.
KNOWN_404 = ("_stcore/health", "_stcore/host-config")
_USUAL = {"viewport": {"width": 1280, "height": 720}, "locale": "en-US"}
_MOST_FREE = 6


class Windows:
    """Windows that are used again: browser cache, compiled scripts and process stay, nothing of a visitor does.

    A page costs 2.7 s of processor in a new window and 1.0 s in a used one (two shared cores, 2026-11-26). What needs a
    cold cache asks a server of its own: another port is another place.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._options: dict[Page, dict] = {}
        self._free: list[Page] = []

    def take(self, **options) -> Page:
        """Return an empty window, a new one if none with these options is free."""
        options = _USUAL | options
        page = next((page for page in self._free if self._options[page] == options), None)
        if page:
            self._free.remove(page)
            return page
        context = self._chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        self._options[page] = options
        return page

    def give_back(self, page: Page) -> None:
        """Forget who was in a window, and keep it for the next visitor."""
        if page.is_closed():
            return
        try:
            self._empty(page)
        except Error:  # whatever a test left it in
            page.context.close()
            return
        self._free.append(page)
        if len(self._free) > _MOST_FREE:
            self._free.pop(0).context.close()

    def _empty(self, page: Page) -> None:
        context = page.context
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
        for other in context.pages:
            if other != page:
                other.close()
        context.clear_cookies()
        context.clear_permissions()
        options = self._options[page]  # what a test emulated goes; what the window was asked for with stays
        page.emulate_media(
            color_scheme=options.get("color_scheme", "light"),
            reduced_motion=options.get("reduced_motion", "no-preference"),
        )
        page.set_viewport_size(options["viewport"])
        page.mouse.move(-10, -10)  # over nothing, as in a new window


@dataclass
class Visitor:
    """A person in a window of their own, that remembers what went wrong in it."""

    windows: Windows
    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    blocked: str | None = None
    """Part of an address that this window refuses to load; the browser complains of it, and rightly."""

    def __post_init__(self) -> None:
        self._heard = {"console": self._on_console, "request": self._on_request, "pageerror": self._on_error}
        for event, hear in self._heard.items():
            self.page.on(event, hear)

    @property
    def context(self) -> BrowserContext:
        """Cookies and permissions of this visitor."""
        return self.page.context

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        lost = re.search(r"Image source error - (\S+/media/\S+)", message.text)
        if lost or ("/media/" in place and "404" in message.text):
            self.gone.append(lost[1] if lost else place)
        elif self.blocked and self.blocked in place:
            return
        elif message.type == "error" and not place.endswith(KNOWN_404):
            self.problems.append(f"console: {message.text} ({place})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:")):
            self.problems.append(f"external: {request.url}")

    def _on_error(self, error: Error) -> None:
        self.problems.append(f"error: {error}")

    def broken_pictures(self) -> list[str]:
        """Return pictures that failed to load and are still on the page.

        A picture that a newer run replaced before this browser had fetched it is gone from server and page alike.
        """
        if not self.gone or self.page.is_closed():
            return []
        shown = set(self.page.locator("img").evaluate_all("all => all.map((image) => image.src)"))
        return [f"broken picture: {url}" for url in self.gone if url in shown]

    def open(self, link: str = "/") -> Page:
        """Open a link cold and wait for the page's frame."""
        self.page.goto(self.url + link)
        self.page.locator(".st-key-subject").wait_for()
        return self.page

    def open_changes(self, link: str = "/") -> Page:
        """Open a link cold, and the controls that change the network."""
        page = self.open(link)
        page.locator(".st-key-changes_toggle button").click()
        page.locator(".st-key-changes_undo").wait_for()
        return page

    def finish(self) -> None:
        """Leave as the page stands, after a last look at it."""
        if not self._heard:
            return
        self.problems += self.broken_pictures()
        for event, hear in self._heard.items():
            self.page.remove_listener(event, hear)
        self._heard = {}
        self.windows.give_back(self.page)

    def leave(self) -> None:
        """Leave once the page has finished: what it still loads would be refused and complained of."""
        quiet(self.page)
        self.finish()

    def block(self, part: str) -> None:
        """Let nothing in whose address has this part."""
        self.blocked = part
        self.page.route(lambda url: part in url, lambda route: route.abort())
