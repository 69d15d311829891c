"""What a page costs against another checkout: `python dev/benchmarks/two_checkouts.py OTHER_CHECKOUT`.

Each page is opened cold by a new visitor without a browser, on both servers in turns, after a round that does not count;
medians of the server's processor time, of the time to the complete page, and the widgets that the page has; then the servers'
memory, at their start and after all this. Pages that the other checkout lacks are opened on neither.
"""

import argparse
import asyncio
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from servers import OURS, ROOT, Server, serving
from visitor import Visitor

PAGES = ("/", "/layers", "/activations", "/explain", "/train", "/weights", "/check")


@dataclass
class Opened:
    """What opening one page cost, time after time."""

    processor_s: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    widgets: int = 0

    def text(self) -> str:
        """Return the medians."""
        cost, wait = statistics.median(self.processor_s), statistics.median(self.seconds)
        return f"{cost * 1e3:.0f} ms of processor, {wait * 1e3:.0f} ms, {self.widgets} widgets"


async def open_once(server: Server, page: str, opened: Opened) -> None:
    """Open a page as a new visitor and note what it cost."""
    visitor, before = Visitor(server.url), server.processor_s
    opened.seconds.append(await visitor.open(page))
    opened.processor_s.append(server.processor_s - before)
    opened.widgets = len(visitor.widgets)
    await visitor.leave()


async def measure(servers: dict[str, Server], pages: tuple[str, ...], rounds: int) -> None:
    """Open every page on every server in turns, and print medians and ratios."""
    started = {name: server.memory_mb for name, server in servers.items()}
    found = {(page, name): Opened() for page in pages for name in servers}
    for page in pages:
        for server in servers.values():
            await open_once(server, page, Opened())
    for _round in range(rounds):
        for page in pages:
            for name, server in servers.items():
                await open_once(server, page, found[page, name])
    for page in pages:
        here, other = (found[page, name] for name in servers)
        ratio = statistics.median(here.processor_s) / statistics.median(other.processor_s)
        print(f"{page}: here {here.text()}; there {other.text()}; here / there {ratio:.2f} of the processor")
    for name, server in servers.items():
        print(f"{name}: memory {started[name]:.0f} MB at its start, {server.memory_mb:.0f} MB after all pages")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        roots = {"here": ROOT, "there": options.other.resolve()}
        servers = {
            name: stack.enter_context(serving(OURS, Path(folder) / name, root=root)) for name, root in roots.items()
        }
        pages = tuple(page for page in PAGES if page == "/" or (roots["there"] / "pages" / f"{page[1:]}.py").exists())
        asyncio.run(measure(servers, pages, options.rounds))


if __name__ == "__main__":
    main()
