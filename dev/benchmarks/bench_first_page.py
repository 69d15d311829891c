"""What a new visitor's first page costs the server, beside an app of 40 plain widgets with the same settings.

Visitors without a browser open either app in turns, one after the other; the processor's clock ticks in 10 ms, so the sums of
all visits are compared.
"""

import asyncio
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from figures import figure, report, run
from servers import OURS, PLAIN, Server, serving
from visitor import Visitor

WARM_UP, VISITS = 15, 120


async def open_once(server: Server) -> tuple[float, float]:
    """Return the server's processor time for a first page, and how long the visitor waited; seconds."""
    visitor, before = Visitor(server.url), server.processor_s
    waited = await visitor.open("/")
    await visitor.leave()
    return server.processor_s - before, waited


async def measure(servers: dict[str, Server]) -> dict[str, list[tuple[float, float]]]:
    """Return what each visit cost, by app."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for number in range(WARM_UP + VISITS):
        for name, server in servers.items():
            cost = await open_once(server)
            if number >= WARM_UP:
                found[name].append(cost)
    return found


def main() -> None:
    """Print the means of the processor's time, the medians of the waiting, and the ratio."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        apps = {"ours": OURS, "40 plain widgets": PLAIN}
        servers = {name: stack.enter_context(serving(app, Path(folder, app))) for name, app in apps.items()}
        found = asyncio.run(measure(servers))
    means = {}
    for name, visits in found.items():
        costs, waits = zip(*visits, strict=True)
        means[name] = statistics.mean(costs)
        figure(
            f"a first page, {name}", f"{means[name] * 1e3:.1f} ms of processor, {statistics.median(waits) * 1e3:.0f} ms"
        )
    report("processor, ours / 40 plain widgets", means["ours"] / means["40 plain widgets"], 1.4, at_least=False)


if __name__ == "__main__":
    run(main)
