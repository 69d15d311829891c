"""The score of a class and its gradients, as every explanation asks for them: the logit, before the softmax."""

import copy
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.model.activation_model import ActivationModel
from resnet_viz.model.gradients import Scored, compile_gradient
from resnet_viz.model.partial_forward import run_graph
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.layers import Softmax
from resnet_viz.spec.reach import boundary, surgery_nodes
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

FloatArray = npt.NDArray[np.float32]

# Pictures in one pass: the kernels gain little from more, and a backward pass keeps every activation of each.
MAX_BATCH = 8
# Of kept activations: 3 pictures at 224 px.
MAX_BATCH_BYTES = 512 * 2**20
# A compiled head per block of a ResNet-50, and the two passes of the whole network.
_MOST_FUNCTIONS = 20


class Scores:
    """Logits and gradients of one network, with or without surgery.

    Functions of the unharmed network are compiled at first use and kept; after surgery logits and maps are
    walked eagerly, which answers at once.
    """

    def __init__(
        self, activation_model: ActivationModel, on_progress: Callable[[str], None] = lambda _step: None
    ) -> None:
        """Serve one network; `on_progress` hears the step compile."""
        self.activation_model, self.graph = activation_model, activation_model.summary.graph
        self.surgery = NO_SURGERY
        self.batch = max(1, min(MAX_BATCH, MAX_BATCH_BYTES // activation_model.summary.totals.activation_bytes))
        self._on_progress = on_progress
        self._functions: OrderedDict[tuple[Any, ...], Scored] = OrderedDict()

    def with_surgery(self, surgery: Surgery) -> "Scores":
        """Return the scores of the same network after a surgery."""
        view = copy.copy(self)
        view.surgery = surgery
        return view

    @property
    def logits_node(self) -> str:
        """The layer that gives the logits: the classifier, before its softmax if it has one."""
        last = self.graph.nodes[-1]
        return last.inputs[0] if isinstance(last.layer, Softmax) else last.id

    def direction(self, target: int) -> FloatArray:
        """Return the vector ``(classes,)`` whose product with the logits is the score of a class.

        Raises:
            SpecError: If there is no such class.
        """
        classes = self.graph.spec.classes
        if not 0 <= target < classes:
            raise SpecError(broken_rule("class", _("from 0 to {last}").format(last=classes - 1), target))
        return np.asarray(np.arange(classes) == target, np.float32)

    def logits(self, pictures: FloatArray) -> FloatArray:
        """Return logits ``(n, classes)`` of float32 pictures ``(n, height, width, channels)``."""
        node = self.logits_node
        if self.surgery:
            known = {self.graph.nodes[0].id: pictures}
            found = run_graph(self.activation_model.model, known, [node], graph=self.graph, surgery=self.surgery)
            logits: FloatArray = ops.convert_to_numpy(found[node])
            return logits
        return np.concatenate(
            [
                self.activation_model.output_function((node,), self.batch)(batch)[0][:count]
                for batch, count in _batches(pictures, self.batch)
            ]
        )

    def gradients(self, pictures: FloatArray, direction: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return scores ``(n,)`` and their gradients in the pictures ``(n, height, width, channels)``."""
        first, node = self.graph.nodes[0].id, self.logits_node
        size, surgery = self.batch if len(pictures) > 1 else 1, self.surgery

        def score(x: Any, towards: Any) -> Any:
            found = run_graph(self.activation_model.model, {first: x}, [node], graph=self.graph, surgery=surgery)
            return ops.sum(found[node] * towards, axis=-1)

        shapes = [(size, *pictures.shape[1:]), direction.shape]
        function = self._compiled(("input", size, surgery), score, shapes)
        parts = [[array[:count] for array in function(batch, direction)] for batch, count in _batches(pictures, size)]
        scores, gradients = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return scores, gradients

    def head_gradient(
        self, picture: FloatArray, node: str, direction: FloatArray, *, fresh: bool = False
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return the score, a layer's output ``(height, width, channels)``, and the score's gradient in it.

        Only what comes after the layer is computed; the layer itself and whatever bypasses it are kept maps.

        Args:
            picture: float32 ``(height, width, channels)``.
            node: The layer.
            direction: As `direction` gives it.
            fresh: Compute the maps anew, because the weights are others than the network's own for the moment.
        """
        beside = boundary(self.graph, node, [self.logits_node])
        maps = self.activation_model.activations(picture, [node, *beside], self.surgery, fresh=fresh)
        # What was done to the layer itself is in its map already.
        behind = self.surgery if surgery_nodes(self.graph, self.surgery) - {node} else NO_SURGERY

        def score(x: Any, towards: Any, *others: Any) -> Any:
            known = {node: x, **dict(zip(beside, others, strict=True))}
            found = run_graph(self.activation_model.model, known, [self.logits_node], graph=self.graph, surgery=behind)
            return ops.sum(found[self.logits_node] * towards, axis=-1)

        arrays = [maps[node][np.newaxis], direction, *(maps[name][np.newaxis] for name in beside)]
        function = self._compiled(("head", node, behind), score, [array.shape for array in arrays])
        scores, gradient = function(*arrays)
        return float(scores[0]), maps[node], gradient[0]

    def _compiled(self, key: tuple[Any, ...], score: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Scored:
        if key not in self._functions:
            self._on_progress("compile")
            self._functions[key] = compile_gradient(score, shapes)
            while len(self._functions) > _MOST_FUNCTIONS:
                self._functions.popitem(last=False)
        self._functions.move_to_end(key)
        return self._functions[key]


def build_scores(spec: ResNetSpec, weights: Mapping[str, FloatArray] | None) -> Scores:
    """Return the scores of a network, built now; weights as for `ActivationModel`."""
    return Scores(ActivationModel(spec, weights=weights))


def _batches(pictures: FloatArray, size: int) -> list[tuple[FloatArray, int]]:
    """Return batches of exactly `size`, the last one filled up with its last picture, and how many of each count."""
    found = []
    for start in range(0, len(pictures), size):
        batch = np.ascontiguousarray(pictures[start : start + size], np.float32)
        missing = size - len(batch)
        filled = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]) if missing else batch
        found.append((filled, len(batch)))
    return found
