"""What a block did to its input, in numbers: sizes of the two paths, what the ReLU removed, which channels answered.

Of arrays, for whoever computes them and whoever draws them.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


class MapStatistics(NamedTuple):
    """A map or a set of maps in a line.

    Attributes:
        low: Smallest value.
        high: Largest value.
        mean: Mean.
        deviation: Standard deviation.
        zeros: Share of values that are exactly 0.
    """

    low: float
    high: float
    mean: float
    deviation: float
    zeros: float


def map_statistics(maps: FloatArray) -> MapStatistics:
    """Return the statistics over all finite values of an array (a frame of −∞ before a max-pool has none)."""
    finite = maps[np.isfinite(maps)]
    if not finite.size:
        return MapStatistics(0.0, 0.0, 0.0, 0.0, 0.0)
    return MapStatistics(
        float(finite.min()), float(finite.max()), float(finite.mean()), float(finite.std()), float(np.mean(finite == 0))
    )


def norm(maps: FloatArray) -> float:
    """Return the Euclidean norm over all values; without BLAS, whose threads wait for a busy machine's cores."""
    return math.sqrt(np.square(maps, dtype=np.float64).sum())


def channel_energy(maps: FloatArray) -> npt.NDArray[np.float64]:
    """Return the mean square of every channel of ``(height, width, channels)``; values that are not finite count 0."""
    finite = np.where(np.isfinite(maps), maps, 0)
    energy: npt.NDArray[np.float64] = np.mean(np.square(finite, dtype=np.float64), axis=(0, 1))
    return energy


def removed_by_relu(before: FloatArray) -> float:
    """Return the share of values that a ReLU sets to zero: those below 0."""
    return float(np.mean(before < 0))


def strongest_channels(maps: FloatArray, count: int) -> list[int]:
    """Return the channels of most energy, largest first; equal ones by number."""
    return [int(channel) for channel in np.argsort(-channel_energy(maps), kind="stable")[:count]]


def telling_channel(branch: FloatArray, out: FloatArray) -> int:
    """Return the channel that shows best what a block did: F(x) and the output are both strong in it."""
    return int(np.argmax(np.minimum(channel_energy(branch), channel_energy(out))))
