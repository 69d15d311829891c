"""Record the runs that ship for replay: python dev/tools/record_runs.py [DEMO …].

Each demo is run as it is on this machine; its record and its measurements are kept, numbers rounded to five digits, and
a few frames of the watched picture; weights and checkpoints are not.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from resnet_viz.paths import ASSETS
from resnet_viz.training.demos import ORDER
from resnet_viz.training.record import RunFolder

FOLDER = ASSETS / "runs"
_FRAMES = 8


def rounded(value: Any) -> Any:
    """Return numbers with five significant digits, whatever they lie in."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def record(name: str) -> None:
    """Run a demo and keep what a replay needs."""
    with tempfile.TemporaryDirectory() as work:
        made = RunFolder(Path(work, "run"))
        # A process each, as on the page: one life of a backend, one run.
        command = [sys.executable, "-m", "resnet_viz", "train", "--demo", name, "--seed", "1", "--out", str(made.path)]
        subprocess.run(command, check=True)
        kept = RunFolder(FOLDER / name)
        shutil.rmtree(kept.path, ignore_errors=True)
        kept.save(made.load())
        lines = [json.dumps(rounded(line)) for line in made.read_metrics()[0]]
        kept.metrics.write_text("\n".join(lines) + "\n", "ascii")
        frames = made.frames()
        kept.watched.mkdir()
        for update in frames[:: max(1, len(frames) // _FRAMES)] + frames[-1:]:
            shutil.copy(made.watched / f"{update:08d}.npz", kept.watched)


if __name__ == "__main__":
    for demo in sys.argv[1:] or ORDER:
        record(demo)
