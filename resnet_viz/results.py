"""What can be learned from a network that runs: the records that a process with Keras makes and all others read.

Plain values and arrays. No Keras, no drawing.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.measures import MapStatistics

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Attribution:
    """What a method of explanation found.

    Attributes:
        values: float32 ``(height, width)``: cells of the layer's map for Grad-CAM, pixels of the input otherwise. Positive
            where the score is raised.
        score: The logit of the class, before the softmax.
        numbers: What else was measured, by name.
    """

    values: FloatArray
    score: float
    numbers: dict[str, float]


class Sanity(NamedTuple):
    """A map and what becomes of it when weights are randomised from the top down.

    Attributes:
        stages: What was randomised last, map by map: 0 for the head, then stages downwards.
        maps: float32 ``(1 + stages, height, width)``; the first one is the network's own.
        correlations: Rank correlation of each with the first; None for a map that is the same everywhere.
    """

    stages: list[int]
    maps: FloatArray
    correlations: list[float | None]


class LayerState(NamedTuple):
    """One layer's output for one picture.

    Attributes:
        node: The layer.
        statistics: Over all its values.
        silent: Channels that are 0 everywhere on this picture.
        channels: Of how many.
        ratio: At a block's add, ‖F(x)‖ / ‖shortcut(x)‖; None elsewhere, and where the shortcut brings nothing.
    """

    node: str
    statistics: MapStatistics
    silent: int
    channels: int
    ratio: float | None


class EffectiveField(NamedTuple):
    """Which pixels move a map's middle cell in fact.

    Attributes:
        node: The layer.
        side_px: Square root of the number of pixels that count.
        gradient: float32 ``(height, width)``: size of the gradient at every pixel, largest 1; all 0 if nothing reaches.
    """

    node: str
    side_px: float
    gradient: FloatArray


@dataclass(frozen=True)
class PixelStep:
    """One layer's part in the value of one cell.

    Attributes:
        node: The layer.
        kind: Its kind, as `resnet_viz.spec.layers.kind_of` names it.
        value: What our arithmetic gives.
        model_value: What the model computed (float32).
        numbers: The terms by name: ``sum`` and ``bias`` of a convolution; ``x``, ``mean``, ``variance``, ``gamma``,
            ``beta``, ``epsilon`` of a BatchNorm; the two addends of an add, by layer; ``x`` of a ReLU.
        top: First row of the window in the input map; negative where it lies in the padding.
        left: First column of the window.
        patch: float32 ``(rows, columns, channels)`` of the input under the window, 0 in the padding; None outside
            convolutions, pooling and dense layers.
        kernel: The kernel of the patch's shape; None where there is none.
    """

    node: str
    kind: str
    value: float
    model_value: float
    numbers: dict[str, float] = field(default_factory=dict)
    top: int = 0
    left: int = 0
    patch: npt.NDArray[Any] | None = None
    kernel: npt.NDArray[Any] | None = None
