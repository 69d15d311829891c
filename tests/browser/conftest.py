"""A real server and a real Chromium; a missing Chromium fails, it never skips."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .waits import PATIENCE_S, eventually, quiet

ROOT = Path(__file__).parents[2]
RUN_APP = (sys.executable, "-m", "streamlit", "run", "app.py")
expect.set_options(timeout=PATIENCE_S * 1000)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run "
    "--use-fake-device-for-media-stream"
)
# Streamlit's own, on every cold deep link: it looks for its health beside the page before it looks at the root.
KNOWN_404 = ("_stcore/health", "_stcore/host-config")


def pytest_collection_modifyitems(items):
    """Mark everything here as a browser test."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """A running app."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def worker_pid(self) -> int | None:
        """The model worker among the server's children."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                parent = int((path.parent / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.process.pid and b"resnet_viz.worker" in path.read_bytes():
                    return int(path.parent.name)
            except (OSError, ValueError):
                continue
        return None


def start_server(data: Path, *, app: Sequence[str] = RUN_APP, folder: Path = ROOT, **environment: str) -> Server:
    """Start the app as a user does and wait until it listens; no page is asked for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*app, "--server.port", str(port), "--server.headless", "true"]
    env = os.environ | {"RESNET_VIZ_DATA": str(data)} | environment
    data.mkdir(parents=True, exist_ok=True)
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    url = f"http://localhost:{port}"

    def listens() -> bool:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {(data / 'server.log').read_text('utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    eventually(listens, "the server listens")
    return Server(url, process, data / "server.log")


def stop_server(server: Server) -> None:
    """End the app as Ctrl-C does."""
    server.process.terminate()
    try:
        server.process.wait(60)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The app that most tests share; whatever it would fetch from elsewhere is not there."""
    running = start_server(tmp_path_factory.mktemp("data"), RESNET_VIZ_IMAGENET_URL="http://127.0.0.1:9")
    yield running
    stop_server(running)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail("Browser tests need Chromium: run `make test`, which installs it, or `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A browser window that remembers what went wrong in it."""

    context: BrowserContext
    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    blocked: str | None = None
    """Part of an address that this window refuses to load; the browser complains of it, and rightly."""

    def broken_pictures(self) -> list[str]:
        """Return pictures that failed to load and are still on the page.

        A picture that a newer run replaced before this browser had fetched it is gone from server and page alike.
        """
        if self.page.is_closed():
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

    def leave(self) -> None:
        """Close the window once its page has finished: what it still loads would be refused and complained of."""
        quiet(self.page)
        self.context.close()

    def block(self, part: str) -> None:
        """Let nothing in whose address has this part."""
        self.blocked = part
        self.page.route(lambda url: part in url, lambda route: route.abort())


@pytest.fixture
def visit(chromium, server) -> Iterator:
    """Return a function that opens a fresh window; at the end no console error and no external request may be left."""
    yield from windows(chromium, server)


@pytest.fixture(scope="module")
def visit_for_all(chromium, server) -> Iterator:
    """As `visit`, for windows that several tests look at."""
    yield from windows(chromium, server)


def windows(chromium: Browser, server: Server) -> Iterator:
    """Give a function that opens windows, then close them and say what went wrong in them."""
    visitors: list[Visitor] = []

    def open_window(at: Server = server, **options) -> Visitor:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 720}, "locale": "en-US"} | options))
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        visitor = Visitor(context, page, at.url)

        def on_console(message):
            place = message.location.get("url", "")
            lost = re.search(r"Image source error - (\S+/media/\S+)", message.text)
            if lost or ("/media/" in place and "404" in message.text):
                visitor.gone.append(lost[1] if lost else place)
            elif visitor.blocked and visitor.blocked in place:
                return
            elif message.type == "error" and not place.endswith(KNOWN_404):
                visitor.problems.append(f"console: {message.text} ({place})")

        def on_request(request):
            if not request.url.startswith((at.url, at.url.replace("http", "ws"), "data:", "blob:")):
                visitor.problems.append(f"external: {request.url}")

        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: visitor.problems.append(f"error: {error}"))
        visitors.append(visitor)
        return visitor

    yield open_window
    for visitor in visitors:
        visitor.problems += visitor.broken_pictures()
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
