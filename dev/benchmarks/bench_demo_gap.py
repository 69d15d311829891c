"""Does the demo hold what it claims? Plain against residual at its number of updates, three seeds; goal: a gap >= 0.4.

Each seed is the terminal's own command in a process of its own; printed are the training accuracies, the gap, the updates
from which on it was at least 0.4, and the time to the conclusion beside what the demo says of two idle cores.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure, run

from resnet_viz.analysis.curves import by_network
from resnet_viz.training.conclusions import conclusion_of, last_accuracy
from resnet_viz.training.demos import demo
from resnet_viz.training.record import RunFolder

NAME, SEEDS, GOAL = "plain-vs-residual", (1, 2, 3), 0.4


def main() -> None:
    """Print one line a seed."""
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as work:
            folder = RunFolder(Path(work, "run"))
            command = [sys.executable, "-m", "resnet_viz", "train", "--demo", NAME, "--seed", str(seed)]
            began = time.perf_counter()
            subprocess.run([*command, "--out", str(folder.path)], check=True, capture_output=True)
            seconds = time.perf_counter() - began
            metrics = folder.read_metrics().metrics
            numbers = conclusion_of(folder.load(), metrics).numbers
            plain, residual = by_network(metrics).values()
            updates = [line["update"] for line in plain]
            short = [u for u in updates if last_accuracy(residual, u) - last_accuracy(plain, u) < GOAL]
            numbers["held after"] = max(short, default=0)
        found = json.dumps({name: round(value, 3) for name, value in numbers.items()})
        figure(
            f"seed {seed} (goal: a gap of {GOAL} or more)",
            f"{found}; {seconds:.0f} s, about {demo(NAME).about_s:.0f} on idle cores",
        )


if __name__ == "__main__":
    run(main)
