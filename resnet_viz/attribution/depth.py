"""The state of the signal along depth: mean, deviation, sparsity and silent channels of every layer, for one picture.

References:
    He et al. 2015, arXiv:1512.03385, figure 7: standard deviations of layer responses after BatchNorm. Deviation: every
    layer is measured, and by which statistics BatchNorm normalises is the caller's choice.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from resnet_viz.engine.inference import InferenceModel
from resnet_viz.measures import map_statistics, norm
from resnet_viz.results import LayerState

FloatArray = npt.NDArray[np.float32]


def depth_profile(
    network: InferenceModel,
    pictures: FloatArray,
    mode: str = "moving",
    on_share: Callable[[float], None] = lambda _share: None,
) -> list[LayerState]:
    """Return the state of every layer for the first picture, in order of computation.

    Args:
        network: The network, after a surgery or not.
        pictures: float32 ``(n, height, width, channels)``, preprocessed. All of them make the batch in mode ``batch``.
        mode: BatchNorm by its moving statistics, or by those of the batch.
        on_share: Hears the share that is done; may raise to cancel.
    """
    graph = network.graph
    adds = {block.add: block for block in graph.blocks if block.add and block.shortcut}
    waiting = {name for block in adds.values() for name in (block.branch, block.shortcut)}
    norms: dict[str, float] = {}
    states = []
    names = [node.id for node in graph.nodes[1:]]
    if mode == "batch":
        outputs = network.normalised_by_batch(pictures)
    else:
        outputs = network.activations(np.ascontiguousarray(pictures[0]), names)
    for place, name in enumerate(names):
        maps = outputs.pop(name)  # let go one by one
        if name in waiting:
            norms[name] = norm(maps)
        ratio = None
        if name in adds:
            branch, side = norms[adds[name].branch], norms[str(adds[name].shortcut)]
            ratio = branch / side if side else None
        states.append(_state(name, maps, ratio))
        on_share((place + 1) / len(names))
    return states


def _state(name: str, maps: FloatArray, ratio: float | None) -> LayerState:
    silent = int((~maps.reshape(-1, maps.shape[-1]).any(axis=0)).sum())
    return LayerState(name, map_statistics(maps), silent, maps.shape[-1], ratio)
