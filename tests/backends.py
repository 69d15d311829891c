"""What two backends must agree about: forward passes, gradients, updates. `python -m tests.backends FOLDER` prints it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.analysis import analyse
from resnet_viz.attribution.effective_field import effective_fields
from resnet_viz.attribution.grad_cam import grad_cam
from resnet_viz.attribution.integrated_gradients import integrated_gradients
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.spec.changes import with_changes
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import Plan, with_settings
from resnet_viz.training.record import RunFolder, RunRecord
from resnet_viz.weights.fit import expected_arrays

FORWARD = ("course", "torch-v1.5", "cifar-20", "v2")
"""Between them every padding, every shortcut and both orders of a block."""

# Each shape costs a compilation in JAX. One initializer for all: the arrays are replaced before anything is computed.
_NARROW = {"stages": "2", "width": "0.25", "kernel_initializer": "glorot_uniform"}


def small(name: str, side: int) -> ResNetSpec:
    """Return a preset of two stages with two blocks each: one that changes the size and one that keeps it."""
    spec = preset(name, input_shape=(side, side, 3), classes=6)
    return with_changes(spec, _NARROW | {"stages.2.blocks": "2", "stages.3.blocks": "2"})


def own_arrays(spec: ResNetSpec) -> dict[str, np.ndarray]:
    """Return arrays for a network, the same under every backend."""
    random = np.random.default_rng(5)
    return {
        name: random.uniform(0.01, 0.05, shape).astype("float32")
        for name, shape in expected_arrays(analyse(spec)).items()
    }


def forward(name: str) -> list[float]:
    """Return a network's first values and its logits, all of noise."""
    from resnet_viz.model.build import build_model
    from resnet_viz.model.compiled import compile_outputs

    spec = small(name, 64)
    model, arrays = build_model(spec), own_arrays(spec)
    for weight in model.weights:
        weight.assign(arrays[weight.path])
    picture = np.random.default_rng(6).uniform(size=(1, 64, 64, 3)).astype("float32")
    first, last = compile_outputs(model, ["conv1", "fc6"])(picture)
    return [float(model.count_params()), *map(float, first.ravel()[:3]), *map(float, last.ravel())]


def gradients() -> list[float]:
    """Return what each kind of question that needs a gradient says of noise."""
    from resnet_viz.model.gradient_model import GradientModel

    spec = small("cifar-20", 16)
    network = GradientModel(analyse(spec), own_arrays(spec))
    picture = np.random.default_rng(7).uniform(size=(16, 16, 3)).astype("float32")
    cam = grad_cam(network, picture, "res3b_out", 3)
    way = integrated_gradients(network, picture, picture * 0, 3, 8)
    field = next(effective_fields(network, picture, ["res2b_out"]))
    return [cam.score, *map(float, cam.values.ravel()[:3]), *map(float, way.values.ravel()[:3]), field.side_px]


def plan() -> Plan:
    """Return a run of two updates of one small network with shortcuts."""
    text = "cifar-20,width=0.25,stages=2,stages.2.blocks=1,stages.3.blocks=1"
    settings = {"size_px": "12", "updates": "2", "measure_every": "1", "evaluate_every": "3", "networks.residual": text}
    return with_settings(demo("overfit-ten").plan, settings)


def folder_of(path: Path) -> RunFolder:
    """Return the folder of that run, begun if it is not yet."""
    folder = RunFolder(path)
    if not folder.exists:
        folder.save(RunRecord(plan()))
    return folder


def train(path: Path) -> dict[str, Any]:
    """Train the run in a folder and return what was measured, update by update."""
    from resnet_viz.training.session import Session

    folder = folder_of(path)
    record = Session(folder, store=path, wanted="cpu").run()
    return {"device": record.device, "metrics": folder.read_metrics().metrics}


def answers(path: Path) -> dict[str, Any]:
    """Return everything that is compared."""
    return {"forward": {name: forward(name) for name in FORWARD}, "gradients": gradients(), "training": train(path)}


if __name__ == "__main__":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    print(json.dumps(answers(Path(sys.argv[1]))))
