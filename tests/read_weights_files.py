"""Weights files read as the server reads them: each in a forked process with the reader's own limits, measured there.

``python -m tests.read_weights_files COUNT SEED [FORMAT …]`` reads COUNT broken files of each format and prints one JSON object
by format: how many gave arrays, a sentence, or ended the process (which the server tells as a sentence too) and which, the
worst processor time and memory, how long all took and how much of that went into making the files, and what broke a
promise: an exception that nobody turned into a sentence.
``python -m tests.read_weights_files FOLDER`` reads the files of a folder and prints what became of each.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
from safetensors.numpy import save

import resnet_viz.weights.formats
from resnet_viz.weights.reader import LIMITS, answer
from tests.malformed_weights import MAKERS, SHAPES, malformed


def tried(data: bytes, work: Path) -> tuple[str, float, int]:
    """Return the outcome, processor seconds, and bytes of memory beside what the process had."""
    source, target, said, memory = (work / name for name in ("source", "target", "said", "memory"))
    source.write_bytes(data)
    for path in (target, said):
        path.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            memory.write_text(
                str(psutil.Process().memory_info().rss)
            )  # less than its parent's: libraries' pages come later
            LIMITS.apply()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            said.write_text(json.dumps(answer(source, target)))
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - what the reader lets through is what this looks for
            said.write_text(json.dumps({"error": repr(error)[:300]}))
            os._exit(1)
    _pid, status, used = os.wait4(child, 0)
    seconds, extra = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 - int(memory.read_text())
    if os.WIFSIGNALED(status):
        return "ended", seconds, extra
    found = json.loads(said.read_text())
    return found.get("error") or ("sentence" if found.get("sentence") else "arrays"), seconds, extra


def try_files(folder: Path) -> None:
    """Print what became of every file of a folder, in their order: outcome, sentence, processor seconds, extra bytes."""
    rows = []
    with tempfile.TemporaryDirectory() as work:
        tried(save({"conv1/kernel": np.ones(SHAPES[0], "f4")}), Path(work))  # what is loaded at the first use
        for path in sorted(folder.iterdir()):
            outcome, seconds, extra = tried(path.read_bytes(), Path(work))
            said = Path(work, "said")
            sentence = json.loads(said.read_text()).get("sentence", "") if said.exists() else ""
            rows.append([outcome, sentence, seconds, extra])
    sys.stdout.write(json.dumps(rows) + "\n")


def main(count: int, seed: int, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tried(save({"conv1/kernel": np.ones(SHAPES[0], "f4")}), Path(folder))  # what is loaded at the first use
        told = {name: trial(name, count, seed, Path(folder)) for name in names or MAKERS}
    sys.stdout.write(json.dumps(told) + "\n")


def trial(name: str, count: int, seed: int, work: Path) -> dict[str, object]:
    """Return what became of the files of one format."""
    outcomes, broken, ended = Counter(), [], []
    worst_s, worst_bytes, began, made_s = (0.0, -1), (0, -1), time.monotonic(), 0.0
    for index in range(count):
        making = time.process_time()
        data = malformed(name, index, seed)
        made_s += time.process_time() - making
        outcome, seconds, extra = tried(data, work)
        if outcome == "ended":
            ended.append(index)
        elif outcome not in ("arrays", "sentence"):
            broken.append([index, outcome])
            outcome = "error"
        outcomes[outcome] += 1
        worst_s, worst_bytes = max(worst_s, (seconds, index)), max(worst_bytes, (extra, index))
    told = {"count": count, "outcomes": outcomes, "ended": ended, "broken": broken[:20]}
    took = {"took_s": round(time.monotonic() - began), "made_s": round(made_s)}
    return told | {"worst_s": worst_s, "worst_bytes": worst_bytes} | took


if __name__ == "__main__":
    assert resnet_viz.weights.formats  # imported before the first fork, or every child would do it
    if len(sys.argv) == 2:
        try_files(Path(sys.argv[1]))
    else:
        main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
