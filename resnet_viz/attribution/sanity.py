"""Would the map look the same if the network knew nothing? Weights are made random from the top down, and the map anew.

References:
    Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292: cascading randomisation. A map that does not
    change says nothing about what was learned. Deviation: we go by the head and the stages, not layer by layer, and set
    BatchNorm to its start (γ 1, β 0, mean 0, variance 1).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops

from resnet_viz.model.activation_model import ActivationModel
from resnet_viz.model.build import keras_layer
from resnet_viz.results import Attribution
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import Conv, Dense

FloatArray = npt.NDArray[np.float32]

SEED = 2018
"""Of the random weights; layer by layer one more, so that no two kernels are twins."""


def stages_from_the_top(graph: LayerGraph) -> list[int]:
    """Return the steps of the randomisation: the head (0), then the stages downwards."""
    return [0, *sorted({node.stage for node in graph.nodes if node.stage}, reverse=True)]


def randomised_maps(
    activation_model: ActivationModel, explain: Callable[[], Attribution]
) -> Iterator[tuple[int, Attribution]]:
    """Yield (stage, attribution): with the head random (0), then the last stage too, and so on down to the stem (1).

    Args:
        activation_model: The network; it has its own weights again when the iterator ends, however it ends.
        explain: Makes the attribution anew, without looking into any cache; may raise to cancel.
    """
    with _own_weights_afterwards(activation_model):
        for stage in stages_from_the_top(activation_model.summary.graph):
            _randomise(activation_model, stage)
            yield stage, explain()


def rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Return Spearman's rank correlation of two maps; NaN if one of them is the same everywhere.

    Equal values share the mean of their ranks.
    """
    first, second = _ranks(one.ravel()), _ranks(other.ravel())
    first, second = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / size if size else float("nan")


def _ranks(values: FloatArray) -> npt.NDArray[np.float64]:
    _sorted, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2.0)[inverse]


def _randomise(activation_model: ActivationModel, stage: int) -> None:
    for place, node in enumerate(activation_model.summary.graph.nodes):
        if node.stage != stage:
            continue
        layer = activation_model.model.get_layer(node.id)
        if isinstance(node.layer, (Conv, Dense)):
            other = keras_layer(node.layer._replace(seed=SEED + place), node.id)
            layer.kernel.assign(other.kernel_initializer(layer.kernel.shape, layer.kernel.dtype))
            if layer.bias is not None:
                layer.bias.assign(ops.zeros_like(layer.bias))
        else:
            for variable in layer.weights:
                start = ops.ones_like if variable.name in ("gamma", "moving_variance") else ops.zeros_like
                variable.assign(start(variable))


@contextmanager
def _own_weights_afterwards(activation_model: ActivationModel) -> Iterator[None]:
    kept: list[tuple[Any, Any]] = [(variable, np.array(variable)) for variable in activation_model.model.weights]
    try:
        yield
    finally:
        for variable, values in kept:
            variable.assign(values)
