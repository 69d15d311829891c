"""From the start of a process to the maps of every layer of one picture: ONNX Runtime against Keras, random weights.

Each turn is a fresh process that imports, draws or builds, prepares, and runs once; they take turns, and medians count. The
processor's time is printed too: on a busy machine it says more than the clock.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from figures import figure, report, run

ROUNDS = 5
GOALS = {64: 8.0, 224: 6.0}


def by_onnx(side: int) -> list[np.ndarray]:
    """Return every layer's output by the engine for looking."""
    from resnet_viz.analysis import analyse
    from resnet_viz.engine.arrays import laid_out
    from resnet_viz.engine.session import Session, channels_first
    from resnet_viz.engine.write import write
    from resnet_viz.spec import preset
    from resnet_viz.weights.start import starting_arrays

    summary = analyse(preset("course", input_shape=(side, side, 3)))
    nodes = [node.id for node in summary.graph.nodes[1:]]
    session = Session(write(summary, laid_out(starting_arrays(summary)), nodes))
    return list(session.run({"input": channels_first(picture(side))}).values())


def by_keras(side: int) -> list[np.ndarray]:
    """Return every layer's output by the compiled Keras function."""
    from resnet_viz.model.build import build_model
    from resnet_viz.model.compiled import compile_outputs
    from resnet_viz.spec import build_graph, preset

    spec = preset("course", input_shape=(side, side, 3))
    nodes = [node.id for node in build_graph(spec).nodes[1:]]
    return compile_outputs(build_model(spec), nodes)(picture(side))


ENGINES: dict[str, Callable[[int], list[np.ndarray]]] = {"ONNX Runtime": by_onnx, "Keras": by_keras}


def picture(side: int) -> np.ndarray:
    """Return one picture, the same for both."""
    return np.random.default_rng(0).uniform(size=(1, side, side, 3)).astype(np.float32)


def peak_mb() -> float:
    """Return the most memory that this process has held, MB (Linux, macOS)."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def one_process(engine: str, side: int) -> tuple[float, float, str]:
    """Return seconds from the start of a process to its maps, the processor's seconds of them, and what it tells."""
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    began = time.perf_counter()
    command = [sys.executable, __file__, engine, str(side)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as child:
        processor, said = child.stdout.readline().strip().split(maxsplit=1)
        return time.perf_counter() - began, float(processor), said


def main() -> None:
    """Print both engines' medians and their ratio at 64 and 224 px."""
    for side, goal in GOALS.items():
        seconds: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        processor: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        said = dict.fromkeys(ENGINES, "")
        for turn in range(ROUNDS + 1):
            for engine in ENGINES:
                spent, worked, said[engine] = one_process(engine, side)
                if turn:  # the first fills the disk's cache
                    seconds[engine].append(spent)
                    processor[engine].append(worked)
        for engine, times in seconds.items():
            figure(
                f"{side} px, {engine}",
                f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f}), "
                f"processor {statistics.median(processor[engine]):.2f} s, {said[engine]}",
            )
        title = f"process start to all maps, Keras / ONNX Runtime, {side} px"
        report(title, ratio(seconds), goal, at_least=True)
        figure(f"{title}, the processor's time", f"{ratio(processor):.1f}×")


def ratio(figures: dict[str, list[float]]) -> float:
    """Return Keras's median in units of the engine's."""
    return statistics.median(figures["Keras"]) / statistics.median(figures["ONNX Runtime"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        outputs = ENGINES[sys.argv[1]](int(sys.argv[2]))
        print(f"{time.process_time():.2f} {peak_mb():.0f} MB, answer {outputs[-1].max():.6f}", flush=True)
    else:
        run(main)
