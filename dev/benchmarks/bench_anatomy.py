"""What does the way through the worker cost? A block's five tensors, round trip, against ONNX Runtime's bare forward."""

import numpy as np
from bare import Bare
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.spec import preset
from resnet_viz.worker.client import WorkerClient
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.warm import Warm

# A new picture each time, as many as fill the worker's cache of maps: its memory is then in use, as after some minutes.
ROUNDS, WARM_UP = 100, 12
GOALS = {64: 1.3, 224: 1.3}


def main() -> None:
    """Print a ratio per input size and block."""
    client = WorkerClient()
    random = np.random.default_rng(0)
    for side, goal in GOALS.items():
        spec = preset("course", input_shape=(side, side, 3))
        summary = analyse(spec)
        graph = summary.graph
        client.ask(Warm(Network(spec)))
        forward = Bare(summary)

        def fresh(shape: tuple[int, int, int] = spec.input_shape) -> np.ndarray:
            return random.uniform(size=shape).astype(np.float32)

        for name in ("2a", "3b", "5c"):
            block = graph.block(name)
            nodes = list(dict.fromkeys(block[4:]))
            times = medians_ms(
                {
                    "bare": lambda: forward(fresh()),
                    "round trip": lambda: client.ask(Activations(Network(spec), fresh(), nodes)),
                },
                rounds=ROUNDS,
                warm_up=WARM_UP,
            )
            kept = fresh()
            again = medians_ms({"again": lambda: client.ask(Activations(Network(spec), kept, nodes))}, rounds=10)[
                "again"
            ]
            ratio = times["round trip"] / times["bare"]
            figure(
                f"{side} px, block {name}",
                f"forward {times['bare']:.1f} ms, round trip {times['round trip']:.1f} ms, "
                f"the same picture again {again:.1f} ms",
            )
            report(f"round trip / bare forward, {side} px, {name}", ratio, goal, at_least=False)
    client.close()


if __name__ == "__main__":
    run(main)
