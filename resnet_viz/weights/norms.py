"""BatchNorms that a file keeps otherwise: apart from their scale, or as part of the convolution before them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import network
from resnet_viz.spec.layers import BatchNorm
from resnet_viz.weights.about import About

Array = npt.NDArray[np.float32]

SCALES = "scale"
"""What Caffe calls a layer that scales and shifts what a BatchNorm without γ and β gives."""


def one_norm(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays with every scale as part of the BatchNorm before it: γ = s·γ and β = s·β + b, in double precision."""
    found = {name: array for name, array in arrays.items() if not name.startswith(SCALES)}
    for name in arrays:
        layer, _slash, array = name.partition("/")
        norm = _norm_of(layer)
        if not layer.startswith(SCALES) or array != "gamma" or f"{norm}/moving_mean" not in arrays:
            continue
        scale = arrays[name].astype(np.float64)
        shift = arrays.get(f"{layer}/beta", np.zeros_like(arrays[name]))
        gamma = arrays.get(f"{norm}/gamma", np.ones_like(arrays[name]))
        beta = arrays.get(f"{norm}/beta", np.zeros_like(arrays[name]))
        found[f"{norm}/gamma"] = (scale * gamma).astype(np.float32)
        found[f"{norm}/beta"] = (scale * beta + shift).astype(np.float32)
    return found


def with_identities(arrays: dict[str, Array], about: About) -> dict[str, Array]:
    """Return arrays with a BatchNorm that changes nothing wherever the file has made one part of its convolution.

    Its variance is 1 − ε, so that what it divides by is 1.
    """
    spec = next(filter(None, (about.spec, *about.candidates)), None)
    if not spec or not about.is_folded:
        return arrays
    made = dict(arrays)
    for record in network(spec).records:
        layer, name = record.node.layer, record.node.id
        if not isinstance(layer, BatchNorm) or f"{name}/moving_mean" in arrays:
            continue
        size = record.output_shape[-1]
        for array, value in (
            ("gamma", 1.0),
            ("beta", 0.0),
            ("moving_mean", 0.0),
            ("moving_variance", 1 - layer.epsilon),
        ):
            made[f"{name}/{array}"] = np.full(size, value, np.float32)
    return made


def _norm_of(layer: str) -> str:
    """Return the BatchNorm that a scale belongs to: `scale2a_branch2a` to `bn2a_branch2a`."""
    return f"bn{layer.removeprefix(SCALES)}"
