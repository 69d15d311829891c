"""Integrated gradients: which pixels make the score differ from a baseline's.

References:
    Sundararajan, Taly, Yan 2017, Axiomatic Attribution for Deep Networks, arXiv:1703.01365:
    IG_i = (x_i − x'_i) · ∫₀¹ ∂f(x' + a (x − x'))/∂x_i da. Completeness: Σ IG_i = f(x) − f(x').
    Deviation: the integral is taken by the midpoint rule, whose error at n steps is smaller than that of the paper's
    right-hand sum; the map is summed over the colours.
"""

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.asked import Asked
from resnet_viz.model.gradient_model import GradientModel
from resnet_viz.results import Attribution

FloatArray = npt.NDArray[np.float32]


def explain(asked: Asked) -> Attribution:
    """Return what the way from the baseline adds up to; see `integrated_gradients`."""
    steps, baseline = int(asked.settings["steps"]), asked.flat("baseline")
    network = cast("GradientModel", asked.network)  # whoever asks looks at `needs_keras`
    return integrated_gradients(network, asked.picture, baseline, asked.target, steps, asked.on_share)


def integrated_gradients(
    network: GradientModel,
    picture: FloatArray,
    baseline: FloatArray,
    target: int,
    steps: int,
    on_share: Callable[[float], None] = lambda _share: None,
) -> Attribution:
    """Return the attribution of every pixel and the completeness residual.

    Args:
        network: The network, after a surgery or not.
        picture: float32 ``(height, width, channels)``, preprocessed.
        baseline: Of the same shape and preprocessing.
        target: Number of the class.
        steps: Points on the way at which the gradient is taken.
        on_share: Hears the share that is done; may raise to cancel.

    Raises:
        SpecError: If there is no such class.
    """
    direction, way = network.direction(target), picture - baseline
    total = np.zeros(picture.shape, np.float64)
    places = (np.arange(steps) + 0.5) / steps
    for start in range(0, steps, network.batch):
        part = places[start : start + network.batch, np.newaxis, np.newaxis, np.newaxis]
        _scores, gradients = network.gradients((baseline + part * way).astype(np.float32), direction)
        total += gradients.sum(axis=0, dtype=np.float64)
        on_share(min(1.0, (start + network.batch) / steps))
    values = (way * total / steps).sum(axis=-1)
    ends = network.logits(np.stack([picture, baseline]))[:, target].astype(np.float64)
    numbers = {
        "baseline_score": float(ends[1]),
        "sum": float(values.sum()),
        "difference": float(ends[0] - ends[1]),
        "residual": float(values.sum() - (ends[0] - ends[1])),
    }
    return Attribution(values.astype(np.float32), float(ends[0]), numbers)
