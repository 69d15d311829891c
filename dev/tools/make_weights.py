"""Make shipped weights of a run: python dev/tools/make_weights.py RUN_FOLDER NAME PRESET COMMAND.

Kernels and biases become float16, BatchNorm's arrays stay float32. The card's accuracy is measured with just these arrays
on fresh pictures of the run's kind, from a seed that no run uses.
"""

import datetime as dt
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from resnet_viz.datasets.shapes import CLASSES, Style, shapes
from resnet_viz.model.build import assign_weights, build_model
from resnet_viz.training.batches import as_floats
from resnet_viz.training.record import RunFolder
from resnet_viz.weights.catalogue import FOLDER

FRESH_SEED, FRESH_PICTURES = 2**40, 6_000
_BATCH = 200
_FLOAT32 = ("gamma", "beta", "moving_mean", "moving_variance")


def main(run: str, name: str, preset: str, command: str) -> None:
    """Write NAME.safetensors and its card NAME.json."""
    folder = RunFolder(Path(run))
    plan = folder.load().plan
    (network,) = plan.networks
    arrays = {
        path: array if path.endswith(_FLOAT32) else array.astype(np.float16)
        for path, array in load_file(folder.weights / f"{network.name}.safetensors").items()
    }
    data = save(arrays)
    spec = plan.specs(len(CLASSES))[network.name]
    model = build_model(spec)
    assign_weights(model, arrays)
    style = Style(plan.size_px, plan.data.difficulty, plan.data.clutter)
    right = 0
    for start in range(0, FRESH_PICTURES, _BATCH):
        images, labels = shapes(style, FRESH_SEED, range(start, start + _BATCH))
        said = model.predict_on_batch(as_floats(images)).argmax(axis=1)
        right += int((said == labels).sum())
    card = {
        "preset": preset,
        "input_shape": list(spec.input_shape),
        "classes": list(CLASSES),
        "data": f"generated shapes, difficulty {plan.data.difficulty:g}, {plan.data.clutter} blots",
        "command": command,
        "accuracy": right / FRESH_PICTURES,
        "pictures": FRESH_PICTURES,
        "normalisation": "unit",
        "sha256": hashlib.sha256(data).hexdigest(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(data)
    (FOLDER / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    print(json.dumps(card, indent=2), f"{len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
