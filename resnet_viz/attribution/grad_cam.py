"""Grad-CAM: which cells of a layer's map raise the score of a class.

References:
    Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391: α_k = mean over cells of ∂score/∂A_k; map = ReLU(Σ_k α_k A_k).
    Deviation: the map is given before its ReLU, with its sign: maps of untrained networks are often negative everywhere,
    and an empty picture would hide that. At a layer other than the last one's map it is the same formula at that layer.
"""

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.asked import Asked
from resnet_viz.attribution.catalogue import AttributionRequest, check_node
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.results import Attribution

FloatArray = npt.NDArray[np.float32]


def explain(asked: Asked) -> Attribution:
    """Return the map of the layer that is asked after; see `grad_cam`."""
    return grad_cam(asked.network, asked.picture, asked.node, asked.target)


def grad_cam(network: InferenceModel, picture: FloatArray, node: str, target: int) -> Attribution:
    """Return the map of one layer for one class; from a kept activation only the layers after it run.

    Args:
        network: The network, after a surgery or not.
        picture: float32 ``(height, width, channels)``, preprocessed.
        node: A layer with a map that the score depends on.
        target: Number of the class.

    Raises:
        ExplanationError: If the layer has no map, or comes too late for the score.
        SpecError: If there is no such class.
    """
    check_node(AttributionRequest("gradcam", node, target, {}), network.summary)
    score, maps, gradient = network.head_gradient(picture, node, network.direction(target))
    weights = gradient.mean(axis=(0, 1), dtype=np.float64)
    values = np.tensordot(maps.astype(np.float64), weights, axes=([2], [0]))
    return Attribution(
        values.astype(np.float32), score, {"cells": float(values.size), "positive": float((values > 0).sum())}
    )
