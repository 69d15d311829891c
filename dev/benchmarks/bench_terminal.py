"""Maps of a layer from the terminal: `bench_terminal.py [OTHER_CHECKOUT]`.

Each turn is a fresh process, `python -m resnet_viz activations PICTURE --node LAYER`; with another checkout they take turns, and
medians are compared.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import ROOT, figure, report, run
from servers import path_with

ROUNDS, NODE, GOAL = 7, "res3b_out", 4.0


def seconds(root: Path, folder: Path) -> float:
    """Return what a process of a checkout takes, from its start to its end, with the maps written to a file."""
    picture = ROOT / "assets" / "samples" / "cat.jpg"
    command = [sys.executable, "-m", "resnet_viz", "activations", picture, "--node", NODE, "--out", folder / "maps.npz"]
    environment = os.environ | {"PYTHONPATH": path_with(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
    began = time.perf_counter()
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, nargs="?", help="another checkout, such as the version before")
    other = parser.parse_args().other
    roots = {"this checkout": ROOT} | ({"the other": other.resolve()} if other else {})
    times: dict[str, list[float]] = {name: [] for name in roots}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS + 1):
            for name, root in roots.items():
                spent = seconds(root, Path(folder))
                if turn:  # the first fills the disk's cache
                    times[name].append(spent)
    for name, found in times.items():
        figure(f"`activations PICTURE --node {NODE}`, {name}", f"{statistics.median(found):.2f} s")
    if other:
        ratio = statistics.median(times["the other"]) / statistics.median(times["this checkout"])
        report("the other / this checkout", ratio, GOAL, at_least=True)


if __name__ == "__main__":
    run(main)
