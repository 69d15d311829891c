"""A real server and a real Chromium; a missing Chromium fails, it never skips."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from resnet_viz.lessons.walks import PAGES
from tests.patience import PATIENCE_S

from .waits import eventually, quiet
from .windows import Visitor, Windows

ROOT = Path(__file__).parents[2]
RUN_APP = (sys.executable, "-m", "streamlit", "run", "app.py")
expect.set_options(timeout=PATIENCE_S * 1000)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run "
    "--use-fake-device-for-media-stream"
)


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
        """The worker that looks, among the server's children."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                parent = int((path.parent / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.process.pid and b"resnet_viz.worker\0looking" in path.read_bytes():
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


def very_first_request(page: Page, fresh: Server, link: str, said: str) -> None:
    """Open a deep link as the first thing a server is asked for; beside `pages/` Streamlit would run the bare page then."""
    page.goto(fresh.url + link)
    expect(page.locator("[data-testid=stMain]")).to_contain_text(said)
    expect(page.locator("[data-testid=stTopNavLink]")).to_have_count(len(PAGES))
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    quiet(page)


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


@pytest.fixture(scope="session")
def windows(chromium) -> Windows:
    """The windows of this browser."""
    return Windows(chromium)


@pytest.fixture
def visit(windows, server) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens an empty window; at the end no console error and no external request may be left."""
    yield from _visits(windows, server)


@pytest.fixture(scope="module")
def visit_for_all(windows, server) -> Iterator[Callable[..., Visitor]]:
    """As `visit`, for windows that several tests look at."""
    yield from _visits(windows, server)


def _visits(windows: Windows, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Give a function that lets visitors in, then see them out and say what went wrong."""
    visitors: list[Visitor] = []

    def let_in(at: Server = server, **options) -> Visitor:
        visitors.append(Visitor(windows, windows.take(**options), at.url))
        return visitors[-1]

    yield let_in
    for visitor in visitors:
        visitor.finish()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
