"""Does the worker's memory stay flat? Resident bytes over 500 different requests of every kind, after a warm-up."""

from figures import figure, report, run
from worker_requests import requests, resident_bytes

from resnet_viz.spec import preset
from resnet_viz.worker.client import WorkerClient

# All functions compiled once, and the cache of maps full.
WARM_UP, REQUESTS, STEP = 150, 500, 100


def main() -> None:
    """Print the memory every hundred requests and its growth."""
    client = WorkerClient()
    ask = requests(client, preset("course"))
    for _number in range(WARM_UP):
        ask()
    first = resident_bytes(client)
    figure(f"memory after {WARM_UP} requests", f"{first / 2**20:.0f} MiB")
    for number in range(1, REQUESTS + 1):
        ask()
        if number % STEP == 0:
            figure(f"after {number} more", f"{resident_bytes(client) / 2**20:.0f} MiB")
    growth = resident_bytes(client) / first
    client.close()
    report(f"memory after {REQUESTS} different requests / before", growth, 1.02, at_least=False)


if __name__ == "__main__":
    run(main)
