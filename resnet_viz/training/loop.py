"""The networks of a run, trained in turns on the same batches: updated, measured, kept, resumed. Needs Keras."""

import contextlib
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from resnet_viz.datasets.sources import Source
from resnet_viz.files import write_whole
from resnet_viz.messages import gettext as _
from resnet_viz.training.batches import Batches
from resnet_viz.training.checkpoint import newest_checkpoint, save_checkpoint
from resnet_viz.training.control import STOPS, TICK_S, Command, Control
from resnet_viz.training.device import Device, used_memory_bytes, uses_xla
from resnet_viz.training.journal import Journal
from resnet_viz.training.record import RunRecord

if TYPE_CHECKING:
    from resnet_viz.training.trainer import Trainer

# Between checkpoints: long against what one costs, short against what a kill may cost.
CHECKPOINT_S = 10.0
CHECKPOINT_SHARE = 0.04
_INFERENCE_PICTURES = 384
# The pace is that of so many last updates, in which the looks at held-back pictures take their share; known after the first.
_PACE_UPDATES, _FIRST_UPDATES = 64, 3


@dataclass
class _Window:
    """What a network gave since the last measurement."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    norms: list[list[float]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, step: Any, seconds: float) -> None:
        self.losses.append(step.loss)
        self.accuracies.append(step.accuracy)
        self.norms.append([float(norm) for norm in step.gradient_norms])
        self.seconds += seconds


class Loop:
    """The networks of a run, trained in turns."""

    def __init__(self, journal: Journal, control: Control, device: Device, source: Source, batches: Batches) -> None:
        """Train nothing yet.

        Args:
            journal: What it reports to; its record holds the plan.
            control: What it listens to.
            device: What it computes on.
            source: The pictures.
            batches: The same, update by update.
        """
        self.journal, self.control, self.device = journal, control, device
        self.source, self.batches = source, batches
        self.record, self.folder, self.plan = journal.record, journal.folder, journal.record.plan
        self.trainers: dict[str, Trainer] = {}
        self.windows = {network.name: _Window() for network in self.plan.networks}
        self.lowest: dict[str, float] = {}
        self.metrics_bytes = 0
        self._saved, self._save_s = time.monotonic(), 0.0
        self._moments: deque[float] = deque(maxlen=_PACE_UPDATES + 1)
        self._split: Callable[[Any], Any] = lambda array: array

    @property
    def active(self) -> list[str]:
        """The networks that are still numbers."""
        return [name for name in self.trainers if name not in self.record.diverged]

    def prepare(self, strategy: Any) -> None:
        """Build and compile every network and take up the newest checkpoint."""
        from resnet_viz.training.trainer import Trainer, splitter  # noqa: PLC0415 - imports Keras

        journal, record, device = self.journal, self.record, self.device
        journal.begin_phase("build")
        for name, summary in self.plan.summaries(len(self.source.classes)).items():
            is_compiled = uses_xla(summary.graph, is_gpu=device.is_gpu, is_deterministic=device.is_deterministic)
            self.trainers[name] = Trainer(summary, self.plan, batch=record.batch, is_compiled_with_xla=is_compiled)
            record.parameters[name] = summary.totals.parameters
        self._split = splitter(strategy)
        journal.begin_phase("compile")
        first = tuple(map(self._split, self.batches[0]))
        for trainer in self.trainers.values():
            trainer.compile(*first)
        self._resume()

    def _resume(self) -> None:
        found = newest_checkpoint(self.folder.checkpoints)
        record = self.record
        if found is None:
            record.update, record.spent_s, record.diverged = 0, 0.0, {}
            self.folder.truncate(0)
            self._save()
            return
        for name, trainer in self.trainers.items():
            trainer.restore(found.arrays[name])
        record.update, record.spent_s = found.update, found.state["spent_s"]
        record.diverged, self.lowest = found.state["diverged"], found.state["lowest"]
        self.windows = {name: _Window(**values) for name, values in found.state["windows"].items()}
        self.metrics_bytes = found.state["metrics_bytes"]
        self.folder.truncate(self.metrics_bytes)

    def train(self) -> RunRecord:
        """Update until the budget is spent or someone stops it."""
        journal, record = self.journal, self.record
        record.state, record.ended, record.left_s = "running", "", None
        journal.begin_phase("train")
        with contextlib.closing(self.batches.prefetched(record.update)) as batches:
            while not self._is_spent():
                command = self.control.command()
                if command == "pause":
                    command = self._pause()
                if command in STOPS:
                    self._save()
                    return journal.close(STOPS[command])
                self._update(batches)
                if record.update % self.plan.measure_every == 0:
                    self._measure()
                self._save_if_due()
                self._foresee()
                journal.publish(often=True)
        return self._finish()

    def _is_spent(self) -> bool:
        record, plan = self.record, self.plan
        return (
            not self.active
            or bool(plan.seconds and record.spent_s >= plan.seconds)
            or bool(plan.updates and record.update >= plan.updates)
            or bool(plan.stop_at_rise and any(self._has_risen(name) for name in self.active))
        )

    def _foresee(self) -> None:
        """Tell how long it will take, by whichever budget is spent first."""
        self._moments.append(time.monotonic())
        record, plan = self.record, self.plan
        if len(self._moments) > _FIRST_UPDATES:
            pace = (self._moments[-1] - self._moments[0]) / (len(self._moments) - 1)
            left = [float(plan.updates - record.update)] if plan.updates else []
            if plan.seconds and record.spent_s:
                left.append((plan.seconds - record.spent_s) * record.update / record.spent_s)
            record.left_s = round(max(0.0, min(left)) * pace, 1)

    def _has_risen(self, name: str) -> bool:
        """Whether the loss is the plan's multiple of its lowest: the end of a learning-rate finder."""
        losses = self.windows[name].losses
        return bool(losses) and losses[-1] > self.plan.stop_at_rise * self.lowest.get(name, math.inf)

    def _update(self, batches: Iterator[Any]) -> None:
        record = self.record
        x, y = map(self._split, next(batches))
        for name in self.active:
            began = time.perf_counter()
            step = self.trainers[name].step(x, y)
            seconds = time.perf_counter() - began
            record.spent_s += seconds
            if not (math.isfinite(step.loss) and np.isfinite(step.gradient_norms).all()):
                self._diverge(name)
                continue
            self.windows[name].add(step, seconds)
            self.lowest[name] = min(self.lowest.get(name, math.inf), step.loss)
        record.update += 1

    def _diverge(self, name: str) -> None:
        """Stop one network, back at its last good weights; the others go on."""
        record = self.record
        record.diverged[name] = record.update + 1
        found = newest_checkpoint(self.folder.checkpoints)
        if found is not None:
            self.trainers[name].restore(found.arrays[name])
        self.journal.note(
            _(
                "{name}: at update {n} the loss, a gradient or a weight was no finite number any more. The network went back to its last good weights and stopped. Try a learning rate below {rate:g}."
            ).format(name=name, n=record.update + 1, rate=self.plan.optimizer.learning_rate)
        )

    def _measure(self) -> None:
        record, plan = self.record, self.plan
        evaluates = (record.update // plan.measure_every) % plan.evaluate_every == 0
        lines = []
        for name in self.active:
            weight_norms = self.trainers[name].weight_norms()
            if not all(map(math.isfinite, weight_norms.values())):
                self._diverge(name)
                continue
            lines.append(self._line(name, weight_norms, self._evaluated(name) if evaluates else {}))
            self.windows[name] = _Window()
        self.metrics_bytes = self.folder.append(lines)
        if evaluates:
            self._watch()

    def _line(self, name: str, weight_norms: dict[str, float], evaluated: dict[str, float]) -> dict[str, Any]:
        trainer, window, record = self.trainers[name], self.windows[name], self.record
        norms = np.mean(window.norms, axis=0) if window.norms else np.zeros(len(trainer.groups))
        per_epoch = self.batches.per_epoch
        return {
            "network": name,
            "update": record.update,
            "epoch": round(record.update / per_epoch, 4) if per_epoch else None,
            "seconds": round(record.spent_s, 3),
            "loss": float(np.mean(window.losses)),
            "training_accuracy": float(np.mean(window.accuracies)),
            "learning_rate": trainer.learning_rate,
            "images_per_s": round(len(window.losses) * record.batch / window.seconds, 1) if window.seconds else None,
            "gradient_norms": dict(zip(trainer.groups, map(float, norms), strict=True)),
            "weight_norms": weight_norms,
            "memory_bytes": used_memory_bytes(self.device),
            **evaluated,
        }

    def _evaluated(self, name: str) -> dict[str, float]:
        """Return how a network does in inference mode, on held-back pictures and on some it trains on."""
        trainer = self.trainers[name]
        held_back = trainer.evaluate(*self.source.validation())
        trained = trainer.evaluate(*self._training_sample())
        return {
            "validation_loss": held_back.loss,
            "validation_accuracy": held_back.accuracy,
            "inference_loss": trained.loss,
            "inference_accuracy": trained.accuracy,
        }

    def _training_sample(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
        count = min(_INFERENCE_PICTURES, self.source.train_count or _INFERENCE_PICTURES)
        return self.source.train(np.arange(count))

    def _watch(self) -> None:
        image = self.source.validation()[0][0]
        self.folder.save_frame(self.record.update, {name: self.trainers[name].maps(image) for name in self.active})

    def _pause(self) -> Command:
        journal, record = self.journal, self.record
        self._save()
        journal.end_phase()
        record.state = "paused"
        self._moments.clear()
        journal.publish()
        while (command := self.control.command()) == "pause":
            time.sleep(TICK_S)
        record.state = "running"
        journal.begin_phase("train")
        return command

    def _save_if_due(self) -> None:
        if time.monotonic() - self._saved > max(CHECKPOINT_S, self._save_s / CHECKPOINT_SHARE):
            self._save()

    def _save(self) -> None:
        """Keep a checkpoint of finite weights; a network that is none of that is stopped first."""
        began = time.monotonic()
        for name in self.active:
            if not self.trainers[name].is_finite():
                self._diverge(name)
        state = {
            "spent_s": self.record.spent_s,
            "diverged": self.record.diverged,
            "lowest": self.lowest,
            "windows": {name: vars(window) for name, window in self.windows.items()},
            "metrics_bytes": self.metrics_bytes,
        }
        arrays = {name: trainer.arrays() for name, trainer in self.trainers.items()}
        self.folder.sync()
        save_checkpoint(self.folder.checkpoints, self.record.update, arrays, state)
        self._saved = time.monotonic()
        self._save_s = self._saved - began

    def _finish(self) -> RunRecord:
        record = self.record
        self._save()
        self.journal.begin_phase("evaluate")
        labels = self.source.validation()[1]
        for name, trainer in self.trainers.items():
            held_back = trainer.evaluate(*self.source.validation())
            trained = trainer.evaluate(*self._training_sample())
            record.final[name] = {
                "validation_loss": held_back.loss,
                "validation_accuracy": held_back.accuracy,
                "inference_loss": trained.loss,
                "inference_accuracy": trained.accuracy,
                "validation_pictures": len(labels),
                "confusion": _confusion(labels, held_back.predictions, len(record.classes)),
            }
            self.folder.weights.mkdir(exist_ok=True)
            write_whole(self.folder.weights / f"{name}.safetensors", save(trainer.weights()))
        return self.journal.close("done")


def _confusion(labels: npt.NDArray[np.int32], predictions: npt.NDArray[np.int64], classes: int) -> list[list[int]]:
    """Return counts by (true class, said class)."""
    table = np.zeros((classes, classes), int)
    np.add.at(table, (labels, predictions), 1)
    return [[int(count) for count in row] for row in table]
