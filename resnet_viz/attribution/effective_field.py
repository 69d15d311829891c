"""The effective receptive field: which pixels move a cell in fact, measured from gradients, beside the theoretical one.

References:
    Luo et al. 2016, Understanding the Effective Receptive Field, arXiv:1701.04128: a pixel counts if its gradient is
    more than 1 − 95.45 % of the largest; the side is the square root of their number. Deviation: the gradient's size is
    the root mean square over a few draws of random signs for the channels of the cell, on the picture in view; the
    paper averages over many inputs.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from resnet_viz.model.gradient_model import GradientModel
from resnet_viz.results import EffectiveField

FloatArray = npt.NDArray[np.float32]

COUNTS_FROM = 1 - 0.9545
"""A pixel belongs to the field from this share of the largest gradient on (Luo et al. 2016, section 4)."""
DRAWS = 2
_SEED = 2016


def effective_fields(
    network: GradientModel,
    picture: FloatArray,
    nodes: list[str],
    on_share: Callable[[float], None] = lambda _share: None,
) -> Iterator[EffectiveField]:
    """Yield the field of each layer's middle cell, on one picture, in inference mode.

    Args:
        network: The network, after a surgery or not.
        picture: float32 ``(height, width, channels)``, preprocessed.
        nodes: Layers with a map.
        on_share: Hears the share that is done; may raise to cancel.
    """
    random = np.random.default_rng(_SEED)
    seeds = []
    for name in nodes:
        height, width, channels = network.summary.record(name).output_shape
        seed = np.zeros((1, height, width, channels), np.float32)
        for _draw in range(DRAWS):
            signs = random.choice((-1.0, 1.0), size=channels)
            own = seed.copy()
            own[0, height // 2, width // 2] = signs
            seeds.append(own)
    repeated = [name for name in nodes for _draw in range(DRAWS)]
    sums: FloatArray = np.zeros(picture.shape[:2], np.float32)
    for place, gradient in enumerate(network.pullbacks(picture, repeated, seeds)):
        sums = sums + np.square(gradient[0]).sum(axis=-1)
        if place % DRAWS == DRAWS - 1:
            yield _field(repeated[place], np.sqrt(sums))
            sums = np.zeros_like(sums)
        on_share((place + 1) / len(seeds))


def _field(node: str, size: FloatArray) -> EffectiveField:
    largest = float(size.max())
    share = (size / largest if largest else size).astype(np.float32)
    return EffectiveField(node, float(np.sqrt((share > COUNTS_FROM).sum())), share)
