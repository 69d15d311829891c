"""Training on a GPU: bf16 at 64 and 224 px, a sweep of batches, against torch.compile in channels last and bf16.

One command, one card, one run:  KERAS_BACKEND=jax python dev/benchmarks/bench_training_gpu.py   (or torch, or tensorflow)

Prints, for each size and batch, pictures a second of our loop and of PyTorch (compiled and eager), their ratio (goal:
not slower than PyTorch), and which share of the card's measured matrix peak our loop reaches: the peak is the best of
several large bf16 products on the same card in the same run; a training update counts as three forward passes of 2 FLOPs
per multiply-accumulate. Without a GPU it says so and ends.

A whole run with a max-pool in its network, from the demo to its weights, on the same card:

    KERAS_BACKEND=jax python -m resnet_viz train --demo course-on-shapes --device gpu
"""

import importlib.util
import os
import statistics
import sys
import time
from itertools import cycle

from figures import figure, run

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

from resnet_viz.datasets.plan import DataPlan
from resnet_viz.datasets.sources import open_source
from resnet_viz.errors import BackendMissingError
from resnet_viz.training.batches import Batches, in_memory
from resnet_viz.training.device import find_device, use_precision, uses_xla
from resnet_viz.training.plan import NetworkPlan, Plan
from resnet_viz.training.trainer import Trainer

BATCHES = {64: (64, 256, 1024), 224: (32, 128, 256)}
UPDATES, WARM, ROUNDS = 20, 3, 3
_SIDES = (4096, 8192, 16384)


def seconds_per_update(step, batches) -> float:
    """Return the median over rounds of the seconds an update takes, the device waited for at each round's end."""
    feed = cycle(batches)
    for _number in range(WARM):
        step(*next(feed))
    found = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        for _number in range(UPDATES):
            step(*next(feed))
        _wait()
        found.append((time.perf_counter() - began) / UPDATES)
    return statistics.median(found)


def _wait() -> None:
    if importlib.util.find_spec("torch"):
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()


def matrix_peak() -> float:
    """Return the best FLOPs a second of square bf16 products, by PyTorch, else by JAX."""
    if importlib.util.find_spec("torch"):
        import torch

        def product(side: int):
            a = torch.randn(side, side, device="cuda", dtype=torch.bfloat16)
            return lambda: a @ a

        wait = torch.cuda.synchronize
    else:
        import jax
        import jax.numpy as jnp

        def product(side: int):
            a = jnp.ones((side, side), jnp.bfloat16)
            multiply = jax.jit(lambda m: m @ m)
            return lambda: multiply(a).block_until_ready()

        def wait() -> None:
            return

    best = 0.0
    for side in _SIDES:
        multiply = product(side)
        for _number in range(3):
            multiply()
        wait()
        began = time.perf_counter()
        for _number in range(10):
            multiply()
        wait()
        best = max(best, 2 * side**3 * 10 / (time.perf_counter() - began))
    return best


def main() -> None:
    """Print the table."""
    try:
        device = find_device("gpu")
    except BackendMissingError as error:
        print(f"No GPU to measure on: {error}")
        sys.exit(0)
    figure("device", f"{device.text()}; precision {use_precision('auto', device)}")
    peak = matrix_peak()
    figure("measured matrix peak, bf16", f"{peak / 1e12:.0f} TFLOP/s")
    for side, sizes in BATCHES.items():
        for batch in sizes:
            network = NetworkPlan(name="course", text="course,seed_policy=per_layer")
            plan = Plan(networks=(network,), size_px=side, batch=batch, data=DataPlan(train=2 * batch), seconds=1.0)
            source = Batches(plan, in_memory(open_source(plan.data, side, Path()), plan))
            pictures = [source[number] for number in range(2)]
            (summary,) = plan.summaries(6).values()
            is_compiled = device.backend.startswith("tensorflow") and uses_xla(
                summary.graph, is_gpu=True, is_deterministic=device.is_deterministic
            )
            trainer = Trainer(summary, plan, batch=batch, is_compiled_with_xla=is_compiled)
            ours = batch / seconds_per_update(trainer.step, pictures)
            share = ours * 3 * 2 * summary.totals.macs / peak
            found = f"ours {ours:,.0f} pictures/s, {share:.1%} of the matrix peak"
            if importlib.util.find_spec("torch"):
                from torch_resnet import course, update_step

                for name, compiled in (("torch.compile", True), ("torch eager", False)):
                    step = update_step(course(side=side), device="cuda", bfloat16=True, compiled=compiled)
                    theirs = batch / seconds_per_update(step, pictures)
                    found += f"; {name} {theirs:,.0f}, ours / it {ours / theirs:.2f}"
            figure(f"{side} px, batch {batch}", found)


if __name__ == "__main__":
    run(main)
