"""Does the worker's memory stay flat? Resident bytes over 500 different requests of every kind, after a warm-up."""

from figures import figure, report, run
from worker_requests import requests, resident_bytes

from resnet_viz.spec import preset
from resnet_viz.worker.workers import Workers

# All functions compiled once, and the cache of maps full.
WARM_UP, REQUESTS, STEP = 150, 500, 100


def main() -> None:
    """Print the memory every hundred requests and its growth."""
    client = Workers()
    ask = requests(client, preset("course"))
    for _number in range(WARM_UP):
        ask()
    first = resident_bytes(client)
    figure(f"memory after {WARM_UP} requests", in_mib(first))
    for number in range(1, REQUESTS + 1):
        ask()
        if number % STEP == 0:
            figure(f"after {number} more", in_mib(resident_bytes(client)))
    last = resident_bytes(client)
    client.close()
    for engine, size in last.items():
        report(f"{engine}: memory after {REQUESTS} requests / before", size / first[engine], 1.02, at_least=False)


def in_mib(sizes: dict[str, int]) -> str:
    """Return the memory of each worker as a text."""
    return ", ".join(f"{engine} {size / 2**20:.0f} MiB" for engine, size in sizes.items())


if __name__ == "__main__":
    run(main)
