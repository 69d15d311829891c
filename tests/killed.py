"""Runs in processes of their own, that a test may kill. They are forked from one that has imported Keras: 6 s saved each."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["resnet_viz.training.trainer", __name__])


def begun(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Begin a piece of work in a process of its own."""
    process = _SERVER.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def train(path: str) -> None:
    """Train the run in a folder, with checkpoints far more often than in life, so that kills fall into them too."""
    from pathlib import Path

    from resnet_viz.training import loop
    from resnet_viz.training.device import choose_device
    from resnet_viz.training.record import RunFolder
    from resnet_viz.training.session import Session

    loop.CHECKPOINT_S, loop.CHECKPOINT_SHARE = 0.05, 1e9
    choose_device("cpu")
    Session(RunFolder(Path(path)), store=Path(path), wanted="cpu").run()


def mirrored(path: str, settings: dict[str, str], told: Any) -> None:
    """Send how one device and two virtual ones train the same network, without BatchNorm: each takes its half's statistics."""
    from pathlib import Path

    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    from resnet_viz.datasets.sources import open_source
    from resnet_viz.training.batches import Batches
    from resnet_viz.training.demos import demo
    from resnet_viz.training.plan import with_settings
    from resnet_viz.training.trainer import Trainer, splitter

    plan = with_settings(demo("plain-vs-residual").plan, settings)
    batches = Batches(plan, open_source(plan.data, 12, Path(path)))
    summary = plan.summaries(6)["residual"]
    x, y = batches[0]
    one = Trainer(summary, plan, batch=12)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        two = Trainer(summary, plan, batch=12)
    split = splitter(strategy)
    dealt = [len(part) for part in strategy.experimental_local_results(split(x))]
    steps = {
        "one": [one.step(x, y).loss for _ in range(3)],
        "two": [two.step(split(x), split(y)).loss for _ in range(3)],
    }
    told.send({"dealt": dealt} | steps)
