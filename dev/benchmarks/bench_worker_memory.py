"""Does the worker's memory stay flat? Resident bytes over 500 different requests of every kind, after a warm-up.

Looked at after every request: what is kept at one moment depends on what was asked last. The medians of hundreds are compared,
and what the memory swings by is told beside them.
"""

import statistics
from collections.abc import Callable

from figures import figure, report, run
from worker_requests import requests, resident_bytes

from resnet_viz.spec import preset
from resnet_viz.worker.request import Engine
from resnet_viz.worker.workers import Workers

# All functions compiled once, and the caches of maps and sessions full: what fills a bound is no leak.
WARM_UP, REQUESTS, STEP = 300, 500, 100


def main() -> None:
    """Print the memory every hundred requests and its growth."""
    client = Workers()
    ask = requests(client, preset("course"))
    for _number in range(WARM_UP - STEP):
        ask()
    hundreds = [hundred(client, ask) for _number in range(1 + REQUESTS // STEP)]
    client.close()
    for number, seen in enumerate(hundreds):
        what = (
            f"median of the {STEP} requests to {number * STEP} more" if number else f"median of the {STEP} to {WARM_UP}"
        )
        figure(what, in_mib(seen))
    first, last = hundreds[0], hundreds[-1]
    for engine, sizes in last.items():
        growth = statistics.median(sizes) / statistics.median(first[engine])
        report(f"{engine}: memory after {REQUESTS} requests / before", growth, 1.02, at_least=False)


def hundred(client: Workers, ask: Callable[[], None]) -> dict[Engine, list[int]]:
    """Return the memory of each worker after each of the next requests."""
    seen: dict[Engine, list[int]] = {}
    for _number in range(STEP):
        ask()
        for engine, size in resident_bytes(client).items():
            seen.setdefault(engine, []).append(size)
    return seen


def in_mib(seen: dict[Engine, list[int]]) -> str:
    """Return the memory of each worker as a text: the median, and from the least to the most."""
    return ", ".join(
        f"{engine} {statistics.median(sizes) / 2**20:.0f} MiB ({min(sizes) / 2**20:.0f} to {max(sizes) / 2**20:.0f})"
        for engine, sizes in seen.items()
    )


if __name__ == "__main__":
    run(main)
