"""A mix of everything the workers answer, each request another one; shared by the benchmark and the test of its memory."""

from collections.abc import Callable
from itertools import count

import numpy as np
import psutil

from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.spec import ResNetSpec, build_graph
from resnet_viz.worker.request import Engine, Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.depth import Depth
from resnet_viz.worker.requests.explain import Explain
from resnet_viz.worker.requests.pixel import Pixel
from resnet_viz.worker.requests.sanity import CheckSanity
from resnet_viz.worker.workers import Workers


def requests(client: Workers, spec: ResNetSpec) -> Callable[[], None]:
    """Return a function that asks the next question: maps, surgery, explanations, one cell, depth, in turn."""
    graph, numbers = build_graph(spec), count()
    outs = [block.out for block in graph.blocks]
    black, white = np.zeros(spec.input_shape, np.float32), np.ones(spec.input_shape, np.float32)

    def ask() -> None:
        number = next(numbers)
        random = np.random.default_rng(number)
        picture = random.uniform(size=spec.input_shape).astype(np.float32)
        ends = {"picture": picture, "black": black, "white": white}
        whole, node = Network(spec), outs[number % len(outs)]
        channels = "+".join(map(str, random.choice(16, size=3, replace=False)))
        block = graph.blocks[number % len(outs)].name
        operated = Network(spec, surgery=f"drop:{block},silence:{node}:{channels}")
        target = number % spec.classes
        kind = number % 8
        if kind == 0:
            client.ask(Activations(whole, picture, outs[-3:]))
        elif kind == 1:
            client.ask(Activations(operated, picture, outs[-3:]))
        elif kind == 2:
            client.ask(Explain(whole, ends, AttributionRequest("gradcam", node, target, {})))
        elif kind == 3:
            settings = {"steps": "16"}
            client.ask(Explain(whole, ends, AttributionRequest("integrated-gradients", node, target, settings)))
        elif kind == 4:
            settings = {"patch": "16", "stride": "16"}
            client.ask(Explain(operated, ends, AttributionRequest("occlusion", node, target, settings)))
        elif kind == 5:
            client.ask(Pixel(whole, picture, node, (0, 0, number % 16)))
        elif kind == 6:
            client.ask(Depth(whole, picture[np.newaxis], "batch" if number % 16 == 6 else "moving"))
        else:
            client.ask(CheckSanity(whole, ends, AttributionRequest("gradcam", outs[-1], target, {})))

    return ask


def resident_bytes(workers: Workers) -> dict[Engine, int]:
    """Return the resident memory of each worker that runs."""
    pids = {engine: client.pid for engine, client in workers.clients.items()}
    return {engine: psutil.Process(pid).memory_info().rss for engine, pid in pids.items() if pid}
