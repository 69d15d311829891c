"""What the server and its looking worker hold over 500 different requests of a visitor, at 64 and at 224 px.

Each request is an address of its own (block, picture, surgery), taken as "back" takes one. What both processes share, such as
Python and NumPy, is counted in both: the sum is rather too large.
"""

import asyncio
import itertools
import random
import statistics
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import psutil
from figures import figure, report, run
from servers import OURS, Server, serving
from visitor import Visitor

from resnet_viz.images.samples import SAMPLES
from resnet_viz.spec import build_graph, preset
from resnet_viz.spec.surgery import parse_surgery
from resnet_viz.subject.links import to_params
from resnet_viz.subject.subject import Subject

REQUESTS, STEP = 500, 100
GOALS_MB = {64: 600, 224: 900}


def addresses(side: int) -> list[str]:
    """Return the addresses, without their page."""
    spec = preset("course", input_shape=(side, side, 3))
    graph = build_graph(spec)
    surgeries = [parse_surgery(text, graph, {}) for text in ("", "drop:3b", "drop:4c", "drop:4e", "drop:5b")]
    every = list(itertools.product((block.name for block in graph.blocks), SAMPLES, surgeries))
    return [
        urlencode(to_params(Subject(spec=spec, node=block, image=image, surgery=surgery)))
        for block, image, surgery in random.Random(0).sample(every, REQUESTS)
    ]


async def held_mb(server: Server, links: list[str]) -> list[tuple[float, float]]:
    """Return the memory of server and worker after every request."""
    visitor, found = Visitor(server.url), []
    await visitor.open(f"/activations?{links[0]}")
    (worker,) = (child for child in server.process.children() if "resnet_viz.worker" in " ".join(child.cmdline()))
    for link in links:
        await visitor.follow(link)
        found.append((server.memory_mb, psutil.Process(worker.pid).memory_info().rss / 1e6))
    await visitor.leave()
    return found


def main() -> None:
    """Print what is held after every hundred requests, and how flat it is."""
    for side, goal_mb in GOALS_MB.items():
        with tempfile.TemporaryDirectory() as folder, serving(OURS, Path(folder)) as server:
            found = asyncio.run(held_mb(server, addresses(side)))
        for end in range(STEP, REQUESTS + 1, STEP):
            ours, workers = (statistics.median(sizes) for sizes in zip(*found[end - STEP : end], strict=True))
            figure(f"{side} px, requests to {end}, medians", f"server {ours:.0f} MB, looking worker {workers:.0f} MB")
        sums = [sum(both) for both in found]
        last, before = statistics.median(sums[-STEP:]), statistics.median(sums[-2 * STEP : -STEP])
        report(f"{side} px, both after {REQUESTS} requests / {goal_mb} MB", last / goal_mb, 1, at_least=False)
        report(f"{side} px, the last {STEP} / the {STEP} before", last / before, 1.02, at_least=False)


if __name__ == "__main__":
    run(main)
