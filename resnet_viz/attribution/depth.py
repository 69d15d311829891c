"""The state of the signal along depth: mean, deviation, sparsity and silent channels of every layer, for one picture.

References:
    He et al. 2015, arXiv:1512.03385, figure 7: standard deviations of layer responses after BatchNorm. Deviation: every
    layer is measured, and by which statistics BatchNorm normalises is the caller's choice.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from keras import ops

from resnet_viz.measures import map_statistics, norm
from resnet_viz.model.activation_model import ActivationModel
from resnet_viz.model.partial_forward import walk_normalised
from resnet_viz.results import LayerState
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

FloatArray = npt.NDArray[np.float32]


def depth_profile(
    activation_model: ActivationModel,
    pictures: FloatArray,
    mode: str = "moving",
    surgery: Surgery = NO_SURGERY,
    on_share: Callable[[float], None] = lambda _share: None,
) -> list[LayerState]:
    """Return the state of every layer for the first picture, in order of computation.

    Args:
        activation_model: The network.
        pictures: float32 ``(n, height, width, channels)``, preprocessed. All of them make the batch in mode ``batch``.
        mode: BatchNorm by its moving statistics, or by those of the batch.
        surgery: What was done to the network; in mode ``moving`` only.
        on_share: Hears the share that is done; may raise to cancel.
    """
    graph = activation_model.summary.graph
    adds = {block.add: block for block in graph.blocks if block.add and block.shortcut}
    waiting = {name for block in adds.values() for name in (block.branch, block.shortcut)}
    norms: dict[str, float] = {}
    states = []
    for place, (name, maps) in enumerate(_outputs(activation_model, pictures, mode, surgery)):
        if name in waiting:
            norms[name] = norm(maps)
        ratio = None
        if name in adds:
            branch, side = norms[adds[name].branch], norms[str(adds[name].shortcut)]
            ratio = branch / side if side else None
        states.append(_state(name, maps, ratio))
        on_share((place + 1) / len(graph.nodes))
    return states


def _outputs(
    activation_model: ActivationModel, pictures: FloatArray, mode: str, surgery: Surgery
) -> Iterator[tuple[str, FloatArray]]:
    graph = activation_model.summary.graph
    if mode == "batch":
        for name, tensor in walk_normalised(activation_model.model, graph, ops.convert_to_tensor(pictures)):
            yield name, np.asarray(ops.convert_to_numpy(tensor))[0]
    else:
        names = [node.id for node in graph.nodes[1:]]
        yield from activation_model.activations(np.ascontiguousarray(pictures[0]), names, surgery).items()


def _state(name: str, maps: FloatArray, ratio: float | None) -> LayerState:
    silent = int((~maps.reshape(-1, maps.shape[-1]).any(axis=0)).sum())
    return LayerState(name, map_statistics(maps), silent, maps.shape[-1], ratio)
