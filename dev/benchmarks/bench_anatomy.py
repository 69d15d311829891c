"""What does the way through the worker cost? A block's five tensors, round trip, against ONNX Runtime's bare forward."""

import statistics
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from bare import Bare
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.warm import Warm

# A new picture each time, as many as fill the worker's cache of maps: its memory is then in use, as after some minutes.
ROUNDS, WARM_UP = 40, 12
# Where a worker's memory comes to lie decides a tenth of what it takes: several, and the median of their ratios.
PROCESSES = 5
GOALS = {64: 1.3, 224: 1.3}
BLOCKS = ("2a", "3b", "5c")


def times_of(spec: ResNetSpec) -> Mapping[str, Mapping[str, float]]:
    """Return what a fresh worker and a bare session of this process take, ms, by block."""
    summary, random = analyse(spec), np.random.default_rng(0)
    client, alone = WorkerClient(), Bare(summary)
    client.ask(Warm(Network(spec)))

    def fresh() -> np.ndarray:
        return random.uniform(size=spec.input_shape).astype(np.float32)

    found = {}
    for name in BLOCKS:
        nodes, kept = list(dict.fromkeys(summary.graph.block(name)[4:])), fresh()
        new = {
            "bare": lambda: alone(fresh()),
            "round trip": lambda nodes=nodes: client.ask(Activations(Network(spec), fresh(), nodes)),
        }
        known = {"again": lambda nodes=nodes, kept=kept: client.ask(Activations(Network(spec), kept, nodes))}
        found[name] = medians_ms(new, rounds=ROUNDS, warm_up=WARM_UP) | medians_ms(known, rounds=10)
    client.close()
    return found


def main() -> None:
    """Print a ratio per input size and block."""
    for side, goal in GOALS.items():
        times = defaultdict(list)
        for _process in range(PROCESSES):
            for name, found in times_of(preset("course", input_shape=(side, side, 3))).items():
                times[name].append(found)
        for name, rounds in times.items():
            bare, trip, again = (statistics.median(found[key] for found in rounds) for key in rounds[0])
            told = f"forward {bare:.1f} ms, round trip {trip:.1f} ms, the same picture again {again:.1f} ms"
            figure(f"{side} px, block {name}, {PROCESSES} workers", told)
            ratio = statistics.median(found["round trip"] / found["bare"] for found in rounds)
            report(f"round trip / bare forward, {side} px, {name}", ratio, goal, at_least=False)


if __name__ == "__main__":
    run(main)
