"""Ten people click at once: p95 of an answer and throughput against one person, through the same worker."""

import threading
import time

import numpy as np
from figures import figure, report, run

from resnet_viz.spec import build_graph, preset
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.warm import Warm

PEOPLE, CLICKS = 10, 12
# Of throughput, by side: as performance asks of eight callers at once.
GOALS = {64: 1.4, 224: 1.1}


def main() -> None:
    """Print both for a block's five signals of a picture of one's own, a new one at every click."""
    client = WorkerClient()
    for side, goal in GOALS.items():
        spec = preset("course", input_shape=(side, side, 3))
        block = build_graph(spec).block("3b")
        nodes = list(dict.fromkeys(block[4:]))
        client.ask(Warm(Network(spec)))

        def click(seed: int, spec=spec, nodes=nodes) -> float:
            picture = np.random.default_rng(seed).uniform(size=spec.input_shape).astype(np.float32)
            began = time.perf_counter()
            client.ask(Activations(Network(spec), picture, nodes))
            return time.perf_counter() - began

        for seed in range(10):
            click(seed)
        alone, crowd = [], []
        for round_number in range(3):
            began = time.perf_counter()
            times = [click(1000 * round_number + seed) for seed in range(CLICKS)]
            alone.append((times, CLICKS / (time.perf_counter() - began)))
            waits: list[float] = []
            threads = [
                threading.Thread(
                    target=lambda person=person: waits.extend(
                        click(10**6 * (person + 1) + 1000 * round_number + seed) for seed in range(CLICKS)
                    )
                )
                for person in range(PEOPLE)
            ]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            crowd.append((waits, PEOPLE * CLICKS / (time.perf_counter() - began)))
        p95 = [float(np.percentile(np.concatenate([times for times, _rate in part]), 95)) for part in (alone, crowd)]
        rates = [float(np.median([rate for _times, rate in part])) for part in (alone, crowd)]
        for who, wait, rate in zip(("one person", "ten"), p95, rates, strict=True):
            figure(f"{who}, {side} px", f"p95 {wait * 1e3:.0f} ms, {rate:.1f}/s")
        report(f"throughput of ten / of one, {side} px", rates[1] / rates[0], goal, at_least=True)
        title = f"p95 of ten / what ten of one person's answers take, {side} px"
        report(title, p95[1] * rates[0] / PEOPLE, 1.1, at_least=False)
    client.close()


if __name__ == "__main__":
    run(main)
