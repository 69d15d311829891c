"""Would the map look the same if the network knew nothing? Weights are made random from the top down, and the map anew.

References:
    Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292: cascading randomisation. A map that does not
    change says nothing about what was learned. Deviation: we go by the head and the stages, not layer by layer, and set
    BatchNorm to its start (γ 1, β 0, mean 0, variance 1).
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from resnet_viz.engine.inference import InferenceModel
from resnet_viz.results import Sanity
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import Conv, Dense
from resnet_viz.weights.start import starting_kernel

FloatArray = npt.NDArray[np.float32]
M = TypeVar("M", bound=InferenceModel)

SEED = 2018
"""Of the random weights; layer by layer one more, so that no two kernels are twins."""


def stages_from_the_top(graph: LayerGraph) -> list[int]:
    """Return the steps of the randomisation: the head (0), then the stages downwards."""
    return [0, *sorted({node.stage for node in graph.nodes if node.stage}, reverse=True)]


def randomised(network: M) -> Iterator[tuple[int, M]]:
    """Yield (stage, network): with the head random (0), then the last stage too, and so on down to the stem (1)."""
    other: dict[str, FloatArray] = {}
    for stage in stages_from_the_top(network.graph):
        other |= _random_arrays(network, stage)
        yield stage, network.with_arrays(other)


def checked(network: M, map_of: Callable[[M], FloatArray]) -> Sanity:
    """Return the maps of a network that is made random from the top down, and their rank correlations to its own.

    Args:
        network: As it learned.
        map_of: Returns the map of a network.
    """
    own = map_of(network)
    stages, maps, correlations = [], [own], [1.0]
    for stage, other in randomised(network):
        stages.append(stage)
        maps.append(map_of(other))
        correlations.append(rank_correlation(own, maps[-1]))
    # NaN is no JSON: a map that is the same everywhere correlates with nothing.
    return Sanity(stages, np.stack(maps), [None if np.isnan(value) else value for value in correlations])


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


def _random_arrays(network: InferenceModel, stage: int) -> dict[str, FloatArray]:
    """Return the arrays of a stage as if nothing had been learned."""
    places = {node.id: place for place, node in enumerate(network.graph.nodes) if node.stage == stage}
    found = {}
    for name, array in network.arrays.items():
        node, _slash, kind = name.rpartition("/")
        if node in places:
            layer = network.graph.by_id[node].layer
            if kind == "kernel" and isinstance(layer, (Conv, Dense)):
                found[name] = starting_kernel(layer.kernel_initializer, SEED + places[node], array.shape)
            else:
                found[name] = np.full(array.shape, 1.0 if kind in ("gamma", "moving_variance") else 0.0, np.float32)
    return found
