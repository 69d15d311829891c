"""Looking through the worker: its first maps against Keras's, a warm round trip against bare ONNX Runtime, its memory.

What one block costs on the way is `bench_anatomy.py`, ten people at once `bench_crowd.py`, the engine alone `bench_engine.py`.
"""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import psutil
from bare import Bare
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations

COLD_ROUNDS, REQUESTS = 3, 500
# As many new pictures first as fill the worker's cache of maps: its memory is then in use, as after some minutes.
ROUNDS, WARM_UP = 60, 12
# Where its memory comes to lie decides a tenth of what a process takes: several, and the median of their ratios.
PROCESSES = 7
FIRST_GOALS = {64: 8.0, 224: 6.0}
KERAS = """
import sys
import numpy as np
from resnet_viz.model.build import build_model
from resnet_viz.model.compiled import compile_outputs
from resnet_viz.spec import build_graph, preset
spec = preset("course", input_shape=(int(sys.argv[1]),) * 2 + (3,))
run = compile_outputs(build_model(spec), [node.id for node in build_graph(spec).nodes[1:]])
print(len(run(np.zeros((1, *spec.input_shape), np.float32))))
"""


def picture_of(spec: ResNetSpec, seed: int) -> np.ndarray:
    """Return a picture of noise."""
    return np.random.default_rng(seed).uniform(size=spec.input_shape).astype(np.float32)


def first_maps_s(spec: ResNetSpec) -> dict[str, float]:
    """Return seconds from the start of a worker to its first maps, and those of a process with Keras alone."""
    began = time.perf_counter()
    client = WorkerClient()
    client.ask(Activations(Network(spec), picture_of(spec, 0), ["conv1"]))  # all layers are computed, one crosses
    ours = time.perf_counter() - began
    client.close()
    began = time.perf_counter()
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", KERAS, str(spec.input_shape[0])]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return {"worker": ours, "Keras": time.perf_counter() - began}


def main() -> None:
    """Print the figures at 64 and 224 px."""
    for side, goal in FIRST_GOALS.items():
        spec = preset("course", input_shape=(side, side, 3))
        rounds = [first_maps_s(spec) for _round in range(COLD_ROUNDS)]
        first = {name: statistics.median(times[name] for times in rounds) for name in rounds[0]}
        figure(f"first maps of all layers, {side} px", ", ".join(f"{name} {s:.2f} s" for name, s in first.items()))
        report(f"first maps, Keras / worker, {side} px", first["Keras"] / first["worker"], goal, at_least=True)
        show_warm(spec)
        show_memory(spec)


def warm_ratio(spec: ResNetSpec) -> float:
    """Return what a fresh worker takes for all layers, once warm, beside a session of this process made at the same time."""
    client, summary = WorkerClient(), analyse(spec)
    alone = Bare(summary, [node.id for node in summary.graph.nodes[1:]])
    seeds = iter(range(10**6))
    times = medians_ms(
        {
            "bare": lambda: alone(picture_of(spec, next(seeds))),
            "worker": lambda: client.ask(Activations(Network(spec), picture_of(spec, next(seeds)), ["conv1"])),
        },
        rounds=ROUNDS,
        warm_up=WARM_UP,
    )
    client.close()
    return times["worker"] / times["bare"]


def show_warm(spec: ResNetSpec) -> None:
    """Print what a running worker costs beside bare ONNX Runtime."""
    ratios = sorted(warm_ratio(spec) for _process in range(PROCESSES))
    side, middle = spec.input_shape[0], statistics.median(ratios)
    figure(f"all layers, warm, {PROCESSES} workers, {side} px", f"{ratios[0]:.2f}× to {ratios[-1]:.2f}×")
    report(f"all layers, warm, worker / bare, {side} px", middle, 1.15, at_least=False)


def show_memory(spec: ResNetSpec) -> None:
    """Print what the worker holds after many requests."""
    client, outs, side = WorkerClient(), [block.out for block in analyse(spec).graph.blocks], spec.input_shape[0]
    for number in range(REQUESTS):
        node = outs[number % len(outs)]
        surgery = f"silence:{node}:{number % 64}" if number % 3 == 0 else ""
        client.ask(Activations(Network(spec, None, surgery), picture_of(spec, number), outs[-3:]))
    held = psutil.Process(client.pid).memory_info().rss / 1e6
    figure(f"looking worker after {REQUESTS} requests, {side} px", f"{held:.0f} MB")
    client.close()


if __name__ == "__main__":
    run(main)
