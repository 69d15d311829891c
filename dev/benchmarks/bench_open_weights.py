"""Opening ResNet-50's weights in each format, beside a bare read and Keras's own loader; and what refusing each attack costs."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from figures import ROOT, figure, report, run

from resnet_viz.analysis import network
from resnet_viz.exports.file import write_file
from resnet_viz.exports.keras_files import write_pair
from resnet_viz.spec import preset
from resnet_viz.weights.handing_on import write_as
from tests import attack_files
from tests import weights_files as made

ROUNDS = 3
_READ = {
    "safetensors": "from safetensors.numpy import load_file; load_file(path)",
    "npz": "import numpy; file = numpy.load(path); [file[name] for name in file]",
    "h5": "import h5py; file = h5py.File(path); file.visititems(lambda _name, item: item[()] if hasattr(item, 'shape') else None)",
    "onnx": "import onnx.numpy_helper; [onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer]",
}
_OURS = """
import sys
from resnet_viz.weights import reader
sys.argv[1:] = [{source!r}, {target!r}, "en"]
reader.main()
"""


class Cost(NamedTuple):
    """Of a process: processor seconds, and memory at its highest."""

    seconds: float
    megabytes: float


def cost_of(code: str) -> Cost:
    """Run code in a process of its own and return what it cost."""
    ends = "\nimport time; print(time.process_time()); print(open('/proc/self/status').read())"
    said = subprocess.run(
        [sys.executable, "-c", code + ends], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    seconds = next(line for line in said.splitlines() if re.fullmatch(r"\d+\.\d+", line))
    (peak,) = re.findall(r"VmHWM:\s+(\d+)", said)
    return Cost(float(seconds), int(peak) * 1024 / 1e6)


def typical(costs: list[Cost]) -> Cost:
    """Return the medians."""
    return Cost(*map(median, zip(*costs, strict=True)))


def text(cost: Cost) -> str:
    """Return a cost as a cell."""
    return f"{cost.seconds:.2f} s, {cost.megabytes:.0f} MB"


def files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Write ResNet-50 in each format; return where, and how a library reads it bare."""
    summary = network(preset("torch-v1.5"))
    arrays = made.random_arrays(summary)
    found = {
        "safetensors, torchvision": (folder / "a.safetensors", "safetensors"),
        ".npz": (folder / "a.npz", "npz"),
        "HDF5 of Keras 1 and 2": (folder / "a.h5", "h5"),
        ".weights.h5 of Keras 3": (folder / "a.weights.h5", "h5"),
        "ONNX": (folder / "a.onnx", "onnx"),
        "ONNX, folded": (folder / "b.onnx", "onnx"),
    }
    write_as("torchvision", summary, arrays, found["safetensors, torchvision"][0], {})
    found[".npz"][0].write_bytes(made.npz(arrays))
    found["HDF5 of Keras 1 and 2"][0].write_bytes(made.h5(arrays))
    write_file(summary, arrays, {}, found["ONNX"][0])
    write_file(summary, arrays, {}, found["ONNX, folded"][0], folds=True)
    write_pair(summary, arrays, folder / "a.py", {"preset": "torch-v1.5", "weights": "random"})
    return found


def open_each(folder: Path) -> None:
    """Print what it costs to open each format: ours in its throw-away process, a library's bare read, Keras's loader."""
    keras = []
    for name, (path, read) in files(folder).items():
        ours, bare = [], []
        for _round in range(ROUNDS):
            ours.append(cost_of(_OURS.format(source=str(path), target=str(folder / "out"))))
            bare.append(cost_of(f"path = {str(path)!r}\n{_READ[read]}"))
            if path.name == "a.weights.h5":
                keras.append(cost_of(f"import runpy; runpy.run_path({str(folder / 'a.py')!r})"))
        figure(
            f"{name}: recognised, checked and written anew; a bare read",
            f"{text(typical(ours))}; {text(typical(bare))}",
        )
        if path.name == "a.weights.h5":
            theirs, own = typical(keras), typical(ours)
            figure(f"{name}: Keras builds the network and loads it", text(theirs))
            report("processor time, ours / Keras", own.seconds / theirs.seconds, 1, at_least=False)
            report("memory, ours / Keras", own.megabytes / theirs.megabytes, 1, at_least=False)


def refuse_each(folder: Path) -> None:
    """Print what the attacks cost in the process that reads them; the worst of them against what was promised."""
    attack_files.main(folder / "attacks")
    command = [sys.executable, "-W", "ignore", "-m", "tests.read_weights_files", str(folder / "attacks")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = dict(zip(attack_files.ATTACKS, json.loads(done.stdout), strict=True))
    slow, large = (max(rows, key=lambda name, index=index: rows[name][index]) for index in (2, 3))
    seconds, extra = rows[slow][2], rows[large][3]
    figure("attacks: median", f"{median(row[2] for row in rows.values()) * 1000:.0f} ms of {len(rows)}")
    report(f"the slowest ({slow}: {seconds:.2f} s) / 2 s", seconds / 2, 1, at_least=False)
    report(f"the largest ({large}: {extra / 1e6:.0f} MB) / 300 MB", extra / 300e6, 1, at_least=False)


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as folder:
        open_each(Path(folder))
        refuse_each(Path(folder))


if __name__ == "__main__":
    run(main)
