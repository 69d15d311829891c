"""One network in training: built from its LayerGraph, stepped batch by batch, measured block by block. Keras only.

The step is Keras's own compiled `train_on_batch`, so it runs on TensorFlow, JAX and PyTorch alike. The norms of the
gradients are taken where the gradients are: in the optimiser, which writes them into a variable of its own.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from resnet_viz.analysis import NetworkSummary
from resnet_viz.datasets.sources import Bytes, FloatArray, Labels
from resnet_viz.model.build import build_model
from resnet_viz.model.compiled import compile_outputs
from resnet_viz.spec import LayerGraph
from resnet_viz.training.batches import as_floats
from resnet_viz.training.plan import OptimizerPlan, Plan

STEM, HEAD = "stem", "head"
_LOGITS = "logits"


class Step(NamedTuple):
    """What one update told.

    Attributes:
        loss: Mean cross-entropy of the batch, nats, before the update, with the batch's own statistics.
        accuracy: Share of the batch that was classified right.
        gradient_norms: Euclidean norm of the gradient of each group of `groups_of`.
    """

    loss: float
    accuracy: float
    gradient_norms: npt.NDArray[np.float32]


class Evaluation(NamedTuple):
    """How a network does on pictures in inference mode (moving statistics).

    Attributes:
        loss: Mean cross-entropy, nats.
        accuracy: Share classified right.
        predictions: The predicted class, per picture.
    """

    loss: float
    accuracy: float
    predictions: npt.NDArray[np.int64]


def groups_of(graph: LayerGraph) -> tuple[str, ...]:
    """Return the parts whose norms are told apart: the stem, every block, the head."""
    return STEM, *(block.name for block in graph.blocks), HEAD


class Trainer:
    """One network with its optimiser."""

    def __init__(self, summary: NetworkSummary, plan: Plan, *, batch: int, is_compiled_with_xla: bool = False) -> None:
        """Build the network and its optimiser.

        Args:
            summary: The network.
            plan: How it is trained.
            batch: Pictures per update.
            is_compiled_with_xla: Pays on GPUs; on CPUs it is slower than TensorFlow's plain graph.
        """
        graph = summary.graph
        whole = build_model(graph.spec)
        logits = whole.get_layer(f"fc{graph.spec.classes}").output
        # Whatever the precision of the products: the loss is taken of float32 logits.
        out = keras.layers.Activation("linear", dtype="float32", name=_LOGITS)(logits)
        self.graph, self.batch = graph, batch
        self.model = keras.Model(whole.input, out)
        self.groups = groups_of(graph)
        places = [self.groups.index(_group_of(graph, weight)) for weight in self.model.trainable_variables]
        self.optimizer = build_optimizer(plan.optimizer, places)
        self.optimizer.build(self.model.trainable_variables)
        self.model.compile(
            optimizer=self.optimizer,
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
            jit_compile=True if keras.backend.backend() == "jax" else is_compiled_with_xla,
        )
        # Dealt-out batches have no shape to build them from: built here, for one device and for several.
        labels, scores = np.zeros(1, np.int32), np.zeros((1, graph.spec.classes), np.float32)
        self.model.compute_loss(None, labels, ops.convert_to_tensor(scores))
        self.model.compute_metrics(None, labels, ops.convert_to_tensor(scores))
        self.model.reset_metrics()
        self.watched = tuple(dict.fromkeys(_stage_ends(graph)))
        self._forward: Any = None

    def step(self, x: Any, y: Any) -> Step:
        """Take one update on a batch."""
        results = self.model.train_on_batch(x, y, return_dict=True)
        norms = np.array(ops.convert_to_numpy(self.optimizer.gradient_norms.value))
        return Step(float(results["loss"]), float(results["accuracy"]), norms)

    @property
    def learning_rate(self) -> float:
        """The rate of the next update."""
        return float(ops.convert_to_numpy(self.optimizer.learning_rate))

    def weight_norms(self) -> dict[str, float]:
        """Return the Euclidean norm of all weights of each group, those of BatchNorm's moving statistics left out."""
        squares = dict.fromkeys(self.groups, 0.0)
        for weight in self.model.trainable_variables:
            array = ops.convert_to_numpy(weight.value).ravel().astype(np.float64)  # squares of large float32 overflow
            squares[_group_of(self.graph, weight)] += float(np.dot(array, array))
        return {name: math.sqrt(square) if math.isfinite(square) else math.nan for name, square in squares.items()}

    def is_finite(self) -> bool:
        """Whether every weight is a number, those included that a fused ReLU hides."""
        return all(np.isfinite(ops.convert_to_numpy(weight.value)).all() for weight in self.model.weights)

    def evaluate(self, images: Bytes, labels: Labels) -> Evaluation:
        """Return how the network does on uint8 pictures, in inference mode."""
        logits = self.logits(images)
        shifted = logits - logits.max(axis=1, keepdims=True)
        losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
        predictions = logits.argmax(axis=1)
        return Evaluation(float(losses.mean()), float((predictions == labels).mean()), predictions)

    def logits(self, images: Bytes) -> FloatArray:
        """Return float32 ``(n, classes)`` for uint8 pictures, in inference mode."""
        parts = range(0, len(images), self.batch)
        return np.concatenate([self._outputs(images[start : start + self.batch])[-1] for start in parts])

    def maps(self, image: Bytes) -> dict[str, FloatArray]:
        """Return what the end of each stage makes of one uint8 picture, ``(height, width, channels)`` by layer id."""
        outputs = self._outputs(image[np.newaxis])
        return {name: array[0] for name, array in zip(self.watched, outputs, strict=False)}

    def _outputs(self, images: Bytes) -> list[FloatArray]:
        """Return the watched maps and the logits of at most one batch; computed in whole batches, compiled once."""
        if self._forward is None:
            self._forward = compile_outputs(self.model, [*self.watched, _LOGITS], batch=self.batch)
        missing = self.batch - len(images)
        padded = np.pad(images, ((0, missing), (0, 0), (0, 0), (0, 0))) if missing else images
        return [array[: len(images)].astype(np.float32) for array in self._forward(as_floats(padded))]

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Return the network's arrays by ``layer/array``, as every weights file of ours names them, in Keras's layout."""
        return {weight.path: np.array(ops.convert_to_numpy(weight.value)) for weight in self.model.weights}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all that the next update depends on: ``weights/layer/array`` and ``optimizer/number``, copies."""
        kept = {f"weights/{name}": array for name, array in self.weights().items()}
        for number, variable in enumerate(self.optimizer.variables):
            kept[f"optimizer/{number:04d}"] = np.array(ops.convert_to_numpy(variable.value))
        return kept

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Put back what `arrays` returned."""
        for weight in self.model.weights:
            weight.assign(arrays[f"weights/{weight.path}"])
        for number, variable in enumerate(self.optimizer.variables):
            variable.assign(arrays[f"optimizer/{number:04d}"])

    def compile(self, x: Any, y: Any) -> None:
        """Trace and compile update and evaluation on a batch, and leave no trace in the weights."""
        before = self.arrays()
        self.step(x, y)
        self.restore(before)
        self.logits(np.zeros((1, *self.model.input_shape[1:]), np.uint8))


def build_optimizer(plan: OptimizerPlan, places: Sequence[int]) -> Any:
    """Return a Keras optimiser that also writes down the norm of the gradient by group.

    Args:
        plan: Which, and how fast.
        places: For each trainable variable, the number of its group; groups count from 0.
    """
    options: dict[str, Any] = {"learning_rate": _schedule(plan)}
    if plan.weight_decay:
        options["weight_decay"] = plan.weight_decay
    if plan.name == "sgd":
        options |= {"momentum": plan.momentum, "nesterov": plan.nesterov}
    kind = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW}[plan.name]
    optimizer = _measuring(kind)(**options)
    optimizer.places = tuple(places)
    if plan.weight_decay:
        # Scales and offsets of a normalisation have no size to shrink.
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return optimizer


def _measuring(kind: type[Any]) -> type[Any]:
    class Measuring(kind):  # type: ignore[misc]
        places: tuple[int, ...] = ()

        def build(self, variables: Any) -> None:
            super().build(variables)
            count = max(self.places, default=0) + 1
            self.gradient_norms = self.add_variable(
                (count,), dtype="float32", aggregation="mean", name="gradient_norms"
            )

        def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
            squares: list[Any] = [0.0] * self.gradient_norms.shape[0]
            for place, grad in zip(self.places, grads, strict=True):
                if grad is not None:
                    squares[place] += ops.sum(ops.square(ops.cast(grad, "float32")))
            self.gradient_norms.assign(ops.sqrt(ops.stack([ops.cast(s, "float32") for s in squares])))
            return super().apply(grads, trainable_variables)

    Measuring.__name__ = f"Measuring{kind.__name__}"
    return Measuring


def _schedule(plan: OptimizerPlan) -> Any:
    rate = plan.learning_rate
    if plan.schedule == "growing":
        return keras.optimizers.schedules.ExponentialDecay(rate, plan.decay_updates, plan.final_learning_rate / rate)
    if plan.schedule == "cosine":
        warm = plan.warmup_updates
        return keras.optimizers.schedules.CosineDecay(
            0.0 if warm else rate,
            max(1, plan.decay_updates - warm),
            warmup_target=rate if warm else None,
            warmup_steps=warm,
        )
    return rate


def _stage_ends(graph: LayerGraph) -> list[str]:
    """Return the last layer of every stage."""
    ends = {block.stage: block.out for block in graph.blocks}
    return list(ends.values())


def _group_of(graph: LayerGraph, variable: Any) -> str:
    node = graph.node(variable.path.partition("/")[0])
    if node.block:
        return f"{node.stage}{node.block}"
    return STEM if node.stage == 1 else HEAD


def splitter(strategy: Any) -> Any:
    """Return a function that deals a batch out to the replicas of a strategy; without one it hands it on as it is."""
    if strategy is None:
        return lambda array: array
    count = strategy.num_replicas_in_sync

    def split(array: npt.NDArray[Any]) -> Any:
        parts = np.array_split(array, count)
        return strategy.experimental_distribute_values_from_function(
            lambda context: ops.convert_to_tensor(parts[context.replica_id_in_sync_group])
        )

    return split
