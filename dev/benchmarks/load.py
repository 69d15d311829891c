"""A class at the door: first pages, people acting, pictures of their own, and what is left when they have gone.

`make load` runs our app and an app of 40 plain widgets with the same settings, in turns, and prints both.
"""

import argparse
import asyncio
import colorsys
import datetime as dt
import io
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from people import PAGES, Waits, act, leave, opened
from PIL import Image
from servers import OURS, PLAIN, Server, serving
from visitor import RefusedError, Visitor

# JPEG, in which small pictures travel, moves a plain colour by less.
_SAME = 12
# A demo that trains until everything is measured.
_TRAINING = "/train?demo=plain-vs-residual&plan=updates%3D100000"


@dataclass
class Report:
    """What was measured, and whether all was well."""

    is_quiet: bool = False
    is_well: bool = True

    def say(self, line: str) -> None:
        """Print a line."""
        if not self.is_quiet:
            print(line, flush=True)

    def judge(self, line: str, *, well: bool) -> None:
        """Print a line that can fail."""
        self.is_well &= well
        self.say(f"{line}: {'good' if well else 'NOT GOOD'}")


async def first_pages(servers: dict[str, Server], count: int, most: float, report: Report) -> None:
    """Let `count` people open the link together, at each app in turn."""
    costs = []
    for name, server in servers.items():
        waits, before = Waits(), server.processor_s
        visitors = await opened(server.url, count, waits)
        cost = (server.processor_s - before) / count
        report.judge(
            f"{name}: {count} first pages at once: {waits.text()}, {cost * 1e3:.0f} ms of the server's processor each",
            well=not waits.refusals,
        )
        costs.append(cost)
        _tell(waits, report)
        await leave(visitors)
    report.judge(
        f"ours / plain: {costs[0] / costs[1]:.1f} of the processor for a first page", well=costs[0] <= most * costs[1]
    )


async def acting(servers: dict[str, Server], people: int, seconds: float, report: Report) -> None:
    """Let people act on three pages, each every one to four seconds, at each app in two turns."""
    waits = {name: Waits() for name in servers}
    cost = dict.fromkeys(servers, 0.0)
    for turn in range(2):
        for name, server in servers.items():
            visitors = await opened(server.url, people, Waits())
            before, until = server.processor_s, time.monotonic() + seconds / 2
            await asyncio.gather(
                *(
                    act(visitor, until, waits[name], random.Random(1000 * turn + n), is_plain=name == "plain")
                    for n, visitor in enumerate(visitors)
                )
            )
            cost[name] += (server.processor_s - before) / seconds
            report.say(f"{name}: memory with {people} people acting {server.memory_mb:.0f} MB")
            await leave(visitors)
    for name in servers:
        report.judge(
            f"{name}: {people} people acting every 1 to 4 s for {seconds:.0f} s: {waits[name].text()}, "
            f"{cost[name]:.0%} of a processor",
            well=bool(waits[name].seconds) and not waits[name].refusals,
        )
        _tell(waits[name], report)


async def own_pictures(server: Server, count: int, report: Report) -> None:
    """Let everyone upload a picture of one colour and look at what their page shows, all at once."""
    visitors = await opened(server.url, count, Waits(), ("/activations?preset=cifar-20",))
    wrong: list[str] = []

    async def show_own(number: int, visitor: Visitor) -> None:
        color = color_of(number, count)
        try:
            await visitor.change("another_picture", value=True)
            await visitor.upload("page_upload", "mine.png", png(color))
            for _look in range(2):
                seen = await seen_color(visitor)
                if max(abs(a - b) for a, b in zip(seen, color, strict=True)) > _SAME:
                    wrong.append(f"visitor {number} sent {color} and saw {seen}")
                await visitor.change("block", random.choice(visitor.options("block")))
        except (RefusedError, OSError, TimeoutError, IndexError) as error:
            wrong.append(f"visitor {number}: {error!r}")

    await asyncio.gather(*(show_own(number, visitor) for number, visitor in enumerate(visitors)))
    report.say(f"ours: memory with {count} pictures {server.memory_mb:.0f} MB")
    report.judge(f"ours: {count} people, each with a picture of their own: {len(wrong)} saw another", well=not wrong)
    for line in wrong[:5]:
        report.say(f"  {line}")
    await leave(visitors)


def color_of(number: int, count: int) -> tuple[int, int, int]:
    """Return a colour that no other of `count` visitors comes near."""
    ring, rings = number % 4, 4
    hue = (number // rings) / max(1, -(-count // rings))
    red, green, blue = colorsys.hsv_to_rgb(hue, 1.0 if ring % 2 else 0.6, 1.0 if ring < 2 else 0.6)
    return round(255 * red), round(255 * green), round(255 * blue)


def png(color: tuple[int, int, int]) -> bytes:
    """Return a picture of that colour."""
    out = io.BytesIO()
    Image.new("RGB", (48, 48), color).save(out, "PNG")
    return out.getvalue()


async def seen_color(visitor: Visitor) -> tuple[int, int, int]:
    """Return the mean colour of the picture that the page shows as the network's input."""
    answer = await visitor.get(visitor.images[0])
    if not answer.ok:
        raise RefusedError(f"picture: {answer.status_code}")
    mean = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).mean(axis=(0, 1))
    return tuple(round(float(value)) for value in mean)  # type: ignore[return-value]


async def warm_up(servers: dict[str, Server], seconds: float) -> None:
    """Open every page once, so that what is measured is a server at work, its caches full, and not its start."""
    for name, server in servers.items():
        links = ("/",) if name == "plain" else tuple(f"/{page}" for page in PAGES)
        waits = Waits()
        visitors = await opened(server.url, 3 * len(links), waits, links)
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(
                act(visitor, until, waits, random.Random(n), is_plain=name == "plain", pace=0.1)
                for n, visitor in enumerate(visitors)
            )
        )
        await leave(visitors)
        if waits.refusals:
            sys.exit(f"{name} does not answer: {waits.refusals[0]}")


async def train(server: Server) -> Visitor:
    """Let somebody start a demo on the Train page, and stay there."""
    visitor = Visitor(server.url)
    await visitor.open(_TRAINING)
    await visitor.change("train_start", None)
    return visitor


async def measure(options: argparse.Namespace, servers: dict[str, Server], report: Report) -> None:
    """Do everything in turn."""
    await warm_up(servers, options.warm)
    if options.pictures:  # the same as later: what the server keeps of a picture it keeps for all who send it
        await own_pictures(servers["ours"], options.pictures, Report(is_quiet=True))
    await settle(servers, options.ttl)
    before = {name: server.memory_mb for name, server in servers.items()}
    watchers = [await train(servers["ours"])] if options.training else []
    for count in options.first:
        await first_pages(servers, count, options.cost_ratio, report)
    if options.people:
        await acting(servers, options.people, options.seconds, report)
    if options.pictures:
        await own_pictures(servers["ours"], options.pictures, report)
    if watchers:
        await watchers[0].go("layers")
        report.judge("a demo trained until the end", well=watchers[0].has("job_light"))
    await leave(watchers)
    await settle(servers, options.ttl)
    for name, server in servers.items():
        after = server.memory_mb
        report.judge(
            f"{name}: memory before {before[name]:.0f} MB, after they left {after:.0f} MB ({after / before[name] - 1:+.1%})",
            well=name != "ours" or options.training or after <= options.left_share * before[name],
        )


async def settle(servers: dict[str, Server], ttl_s: int) -> None:
    """Wait until the server forgets who has left; it looks when the next visitor leaves."""
    await asyncio.sleep(ttl_s + 1)
    for server in servers.values():
        await leave(await opened(server.url, 1, Waits()))
    await asyncio.sleep(1)


def _tell(waits: Waits, report: Report) -> None:
    for line in waits.refusals[:5]:
        report.say(f"  {line[:200]}")


def main() -> None:
    """Print the figures; the exit code says whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, nargs="*", default=[30, 100], help="people who open the link together")
    parser.add_argument("--people", type=int, default=30, help="people acting")
    parser.add_argument("--seconds", type=float, default=240.0, help="how long they act")
    parser.add_argument("--pictures", type=int, default=100, help="people with a picture of their own")
    parser.add_argument("--ttl", type=int, default=120, help="seconds that a server keeps those who left; shipped: 120")
    parser.add_argument("--warm", type=float, default=60.0, help="seconds of acting that do not count")
    parser.add_argument("--cost-ratio", type=float, default=3.0, help="first page of ours / plain, at most")
    parser.add_argument("--left-share", type=float, default=1.1, help="memory after / before, at most")
    parser.add_argument("--training", action="store_true", help="while a demo trains")
    options = parser.parse_args()
    report = Report()
    report.say(
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, {'while a demo trains' if options.training else 'quiet'}"
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = f"--server.disconnectedSessionTTL={options.ttl}"
        servers = {
            name: stack.enter_context(serving(app, Path(folder) / name, settings))
            for name, app in (("ours", OURS), ("plain", PLAIN))
        }
        asyncio.run(measure(options, servers, report))
    sys.exit(not report.is_well)


if __name__ == "__main__":
    main()
