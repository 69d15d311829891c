"""All arrays of a network to be written, and what their file says of itself."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.weights.fit import fit
from resnet_viz.weights.start import starting_arrays

Array = npt.NDArray[np.float32]


class Source(NamedTuple):
    """Where a network and its weights come from.

    Attributes:
        preset: Where the network started.
        weights: What the weights are, in words.
        sha256: Of the file that holds them; "" for random ones.
        pixels: The preprocessing they were trained with; "" if nobody knows.
    """

    preset: str
    weights: str
    sha256: str = ""
    pixels: str = ""


def completed(
    summary: NetworkSummary, arrays: Mapping[str, Array], source: Source
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return every array of a network, those that do not fit or lack random, and what a file says of them by key."""
    about = {"weights": source.weights, "preset": source.preset, "specification": summary.graph.spec.to_json(None)}
    if source.pixels:
        about["pixels"] = source.pixels
    if not source.sha256:
        return starting_arrays(summary), about
    about["weights_sha256"] = source.sha256
    found = fit(summary, {name: array.shape for name, array in arrays.items()})
    own = {name: arrays[name] for name in found.fitting}
    if found.is_complete:
        return own, about
    about["random_layers"] = ", ".join(found.random_layers)
    return starting_arrays(summary) | own, about
