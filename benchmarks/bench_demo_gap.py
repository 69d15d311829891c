"""Does the demo hold what it claims? Plain against residual, 60 s of updates, three seeds; goal: a gap of at least 0.4.

Each seed is the terminal's own command in a process of its own; printed are the training accuracies, the gap, and the time
from the start of the process to its verdict beside the time the demo promises.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from resnet_viz.training.demos import demo
from resnet_viz.training.record import RunFolder
from resnet_viz.training.verdicts import verdict_of

NAME, SEEDS = "plain-vs-residual", (1, 2, 3)


def main() -> None:
    """Print one line a seed."""
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as work:
            folder = RunFolder(Path(work, "run"))
            command = [sys.executable, "-m", "resnet_viz", "train", "--demo", NAME, "--seed", str(seed)]
            began = time.perf_counter()
            subprocess.run([*command, "--out", str(folder.path)], check=True, capture_output=True)
            seconds = time.perf_counter() - began
            numbers = verdict_of(folder.load(), folder.read_metrics()[0]).numbers
        told = json.dumps({name: round(value, 3) for name, value in numbers.items()})
        print(
            f"seed {seed}: {told}; {seconds:.0f} s of {demo(NAME).keeps_s:.0f} promised (goal: gap >= 0.4)", flush=True
        )


if __name__ == "__main__":
    main()
