"""A network with its gradients: maps and logits as `InferenceModel` gives them, gradients by Keras."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from resnet_viz.analysis import NetworkSummary
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.model.build import assign_weights, build_model
from resnet_viz.model.gradients import Scored, compile_gradient, pullbacks
from resnet_viz.model.partial_forward import run_graph
from resnet_viz.spec.reach import boundary, is_closed, logits_node, surgery_nodes
from resnet_viz.spec.surgery import NO_SURGERY

FloatArray = npt.NDArray[np.float32]

# A compiled head per block of a ResNet-50, and the two passes of the whole network.
_MOST_FUNCTIONS = 20


class GradientModel(InferenceModel):
    """One network with weights, perhaps after a surgery. Not safe to use from several threads."""

    def __init__(
        self,
        summary: NetworkSummary,
        arrays: Mapping[str, FloatArray],
        *,
        on_progress: Callable[[str], None] = lambda _step: None,
    ) -> None:
        """Prepare a network; Keras builds it when the first gradient is asked for.

        Args:
            summary: The network.
            arrays: All its arrays by ``layer/array``.
            on_progress: Hears the steps build and compile.
        """
        super().__init__(summary, arrays)
        self._built = _Built(summary, on_progress)

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes; Keras has arrays of its own."""
        return super().nbytes + 4 * self.summary.totals.parameters

    @property
    def model(self) -> keras.Model:
        """The Keras model, with this network's arrays in it."""
        return self._built.holding(self.arrays)

    def gradients(self, pictures: FloatArray, direction: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return scores ``(n,)`` and their gradients in the pictures ``(n, height, width, channels)``."""
        first, node, graph = self.graph.nodes[0].id, logits_node(self.graph), self.graph
        size, surgery, model = self.batch if len(pictures) > 1 else 1, self.surgery, self.model

        def score(x: Any, towards: Any) -> Any:
            found = run_graph(model, {first: x}, [node], graph=graph, surgery=surgery)
            return ops.sum(found[node] * towards, axis=-1)

        shapes = [(size, *pictures.shape[1:]), direction.shape]
        function = self._built.compiled(("input", size, surgery), score, shapes)
        parts = [[array[:count] for array in function(batch, direction)] for batch, count in _batches(pictures, size)]
        scores, gradients = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return scores, gradients

    def head_gradient(
        self, picture: FloatArray, node: str, direction: FloatArray
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return the score, a layer's output ``(height, width, channels)``, and the score's gradient in it.

        Only what comes after the layer is computed by Keras; the layer itself and whatever bypasses it are maps.

        Args:
            picture: float32 ``(height, width, channels)``.
            node: A layer that the score depends on.
            direction: As `direction` gives it.
        """
        if is_closed(self.graph, node):
            return super().head_gradient(picture, node, direction)
        graph, last = self.graph, logits_node(self.graph)
        beside = boundary(graph, node, [last])
        maps = self.activations(picture, [node, *beside])
        # What was done to the layer itself is in its map already.
        behind = self.surgery if surgery_nodes(graph, self.surgery) - {node} else NO_SURGERY
        model = self.model

        def score(x: Any, towards: Any, *others: Any) -> Any:
            known = {node: x, **dict(zip(beside, others, strict=True))}
            found = run_graph(model, known, [last], graph=graph, surgery=behind)
            return ops.sum(found[last] * towards, axis=-1)

        arrays = [maps[node][np.newaxis], direction, *(maps[name][np.newaxis] for name in beside)]
        function = self._built.compiled(("head", node, behind), score, [array.shape for array in arrays])
        scores, gradient = function(*(np.ascontiguousarray(array) for array in arrays))
        return float(scores[0]), maps[node], gradient[0]

    def pullbacks(self, picture: FloatArray, nodes: Sequence[str], seeds: Sequence[FloatArray]) -> Iterator[FloatArray]:
        """Yield, for layer after layer, the gradient of ⟨output, seed⟩ in the picture ``(1, height, width, channels)``.

        Args:
            picture: float32 ``(height, width, channels)``.
            nodes: Layers; one may come several times.
            seeds: One for each, of its output's shape with a batch axis.
        """
        first, model = self.graph.nodes[0].id, self.model

        def outputs(x: Any) -> list[Any]:
            found = run_graph(model, {first: x}, nodes, graph=self.graph, surgery=self.surgery)
            return [found[name] for name in nodes]

        return pullbacks(outputs, picture[np.newaxis], seeds)


class _Built:
    """A network in Keras, shared by all its variants: it holds the arrays of the one that asked last."""

    def __init__(self, summary: NetworkSummary, on_progress: Callable[[str], None]) -> None:
        self._summary, self._on_progress = summary, on_progress
        self._model: keras.Model | None = None
        self._held: dict[str, int] = {}
        self._functions: OrderedDict[tuple[Any, ...], Scored] = OrderedDict()

    def holding(self, arrays: Mapping[str, FloatArray]) -> keras.Model:
        """Return the model with these arrays in it; only those that differ from the last ones are written."""
        if self._model is None:
            self._on_progress("build")
            self._model = build_model(self._summary.graph.spec)
            self._held = {}
        # Arrays are never written to, so whatever lies where it lay is the same.
        places = {name: array.ctypes.data for name, array in arrays.items()}
        assign_weights(self._model, {n: a for n, a in arrays.items() if self._held.get(n) != places[n]})
        self._held, self._arrays = places, arrays
        return self._model

    def compiled(self, key: tuple[Any, ...], score: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Scored:
        """Return the compiled gradient of a score; compiled at first use, the last ones are kept."""
        if key not in self._functions:
            self._on_progress("compile")
            self._functions[key] = compile_gradient(score, shapes)
            while len(self._functions) > _MOST_FUNCTIONS:
                self._functions.popitem(last=False)
        self._functions.move_to_end(key)
        return self._functions[key]


def _batches(pictures: FloatArray, size: int) -> list[tuple[FloatArray, int]]:
    """Return batches of exactly `size`, the last one filled up with its last picture, and how many of each count."""
    found = []
    for start in range(0, len(pictures), size):
        batch = np.ascontiguousarray(pictures[start : start + size], np.float32)
        missing = size - len(batch)
        filled = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]) if missing else batch
        found.append((filled, len(batch)))
    return found
