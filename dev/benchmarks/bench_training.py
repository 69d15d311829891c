"""Does our loop cost anything over a bare `model.fit`? Pictures a second of the course network and of ResNet-20.

One process, interleaved rounds, medians. The bare `fit` gets the same model, optimiser, batches and compilation (no XLA,
which is slower on CPUs), its data ready in memory. Goal: at least 0.95 of bare `fit`. PyTorch runs beside it where it is
installed (eager, channels last).
"""

import os
import statistics
import time
from itertools import islice

from figures import figure, report, run

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import importlib.util
from pathlib import Path

import keras
import numpy as np

from resnet_viz.datasets.plan import DataPlan
from resnet_viz.datasets.sources import open_source
from resnet_viz.training.batches import Batches, in_memory
from resnet_viz.training.device import find_device
from resnet_viz.training.plan import NetworkPlan, Plan
from resnet_viz.training.trainer import Trainer

ROUNDS = 5
CASES = {
    "course, 64 px, batch 32": (NetworkPlan(name="course", text="course,seed_policy=per_layer"), 64, 32, 6),
    "ResNet-20, 32 px, batch 64": (NetworkPlan(name="cifar-20", text="cifar-20"), 32, 64, 20),
}


def bare(trainer: Trainer) -> keras.Model:
    """Return the trainer's network with Keras's own optimiser, compiled for `fit`."""
    model = trainer.model
    model.compile(
        optimizer=keras.optimizers.SGD(0.02, momentum=0.9),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def main() -> None:
    """Print pictures a second and the ratio of each case."""
    figure("device", find_device("auto").text())
    for title, (network, size, batch, updates) in CASES.items():
        plan = Plan(networks=(network,), size_px=size, batch=batch, data=DataPlan(train=batch * updates), seconds=1.0)
        source = in_memory(open_source(plan.data, size, Path()), plan)
        batches = Batches(plan, source)
        (summary,) = plan.summaries(6).values()
        trainer = Trainer(summary, plan, batch=batch)
        model = bare(Trainer(summary, plan, batch=batch))
        x = np.concatenate([batches[n][0] for n in range(updates)])
        y = np.concatenate([batches[n][1] for n in range(updates)])
        trainer.compile(x[:batch], y[:batch])
        model.fit(x[: 2 * batch], y[: 2 * batch], batch_size=batch, shuffle=False, verbose=0)
        peers = {"ours": lambda: _ours(trainer, batches, updates), "fit": lambda: _fit(model, x, y, batch)}
        torch_step = _torch(size, batch) if "20" in title else None
        if torch_step:
            peers["torch eager"] = lambda: _repeat(torch_step, x, y, batch)
        times: dict[str, list[float]] = {name: [] for name in peers}
        for _round in range(ROUNDS):
            for name, train in peers.items():
                began = time.perf_counter()
                train()
                times[name].append(time.perf_counter() - began)
        speeds = {name: batch * updates / statistics.median(seconds) for name, seconds in times.items()}
        ratio = statistics.median(f / o for f, o in zip(times["fit"], times["ours"], strict=True))
        figure(f"{title}, pictures/s", ", ".join(f"{name} {speed:.0f}" for name, speed in speeds.items()))
        report(f"{title}, ours / fit", ratio, 0.95, at_least=True)


def _ours(trainer: Trainer, batches: Batches, updates: int) -> None:
    """Train and measure as a run does: batches made on the way, norms every eighth update."""
    for number, (x, y) in enumerate(islice(batches.prefetched(0), updates), start=1):
        trainer.step(x, y)
        if number % 8 == 0:
            trainer.weight_norms()


def _fit(model: keras.Model, x: np.ndarray, y: np.ndarray, batch: int) -> None:
    model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)


def _torch(size: int, batch: int):
    """Return one eager update of a ResNet-20 of the same shapes in PyTorch, or None where that is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    from torch_resnet import resnet20_step

    return resnet20_step(size, batch, device="cpu")


def _repeat(step, x: np.ndarray, y: np.ndarray, batch: int) -> None:
    for start in range(0, len(x), batch):
        step(x[start : start + batch], y[start : start + batch])


if __name__ == "__main__":
    run(main)
