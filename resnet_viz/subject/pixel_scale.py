"""Whether pictures reach a network on the scale that its weights were trained on: told by the first convolution.

The BatchNorm behind it has kept how far its outputs spread in training. Sample pictures prepared in each usual way give a
spread of their own; where the chosen way is far off and another is near, the pixels are of another scale.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resnet_viz.images.preprocess import NORMALISATIONS, FloatArray, as_input
from resnet_viz.images.samples import sample_picture
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec

# How many times another spread is far off, and which is near.
_FAR, _NEAR = 4.0, 2.0
_SIDE_PX = 96
_SAMPLES = ("cat", "coffee", "flower")
_NAMES = ("conv1/kernel", "bn_conv1/moving_variance")


def spreads(spec: ResNetSpec, arrays: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, float]:
    """Return how many times wider the first convolution's outputs spread than in training, by way to prepare pictures.

    None where no BatchNorm has kept it. The median over channels of the quotient of standard deviations.
    """
    if not spec.stem.use_batch_norm or any(name not in arrays for name in _NAMES):
        return {}
    kernel, variance = (arrays[name].astype(np.float64) for name in _NAMES)
    kept = np.sqrt(variance + spec.bn_epsilon)
    return {
        name: float(np.median(_outputs(_pictures(name, spec.input_shape[2]), kernel, spec.stem.strides) / kept))
        for name in NORMALISATIONS
    }


def nearest(measured: Mapping[str, float]) -> str:
    """Return the way whose spread is that of training, within twice; "" if none is. `measured` is of `spreads`."""
    found = {name: max(times, 1 / times) for name, times in measured.items() if times > 0}
    near = min(found, key=found.__getitem__, default="")
    return near if near and found[near] <= _NEAR else ""


def scale_warning(measured: Mapping[str, float], chosen: str) -> str:
    """Return a sentence if pictures prepared as chosen are of another scale than those of training; "" otherwise.

    Args:
        measured: The spreads; see `spreads`.
        chosen: How they are prepared.
    """
    times, near = measured.get(chosen, 1.0), nearest(measured)
    if not near or not times or max(times, 1 / times) < _FAR:
        return ""
    return _(
        "These weights were trained on pixels of another scale. After the first convolution, values spread {n:.0f} times {how} than in training. `{near}` ({formula}) would agree."
    ).format(
        n=max(times, 1 / times),
        how=_("wider") if times > 1 else _("less"),
        near=near,
        formula=NORMALISATIONS[near].formula(),
    )


def _outputs(pictures: FloatArray, kernel: npt.NDArray[np.float64], strides: int) -> npt.NDArray[np.float64]:
    """Return the standard deviation of every channel of a convolution without frame."""
    side = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(pictures, (side, side), axis=(1, 2))[:, ::strides, ::strides]
    flat = windows.reshape(-1, kernel.shape[2] * side * side)
    deviations: npt.NDArray[np.float64] = (flat @ kernel.transpose(2, 0, 1, 3).reshape(-1, kernel.shape[3])).std(axis=0)
    return deviations


@lru_cache(maxsize=8)
def _pictures(normalisation: str, channels: int) -> FloatArray:
    shape, rule = (_SIDE_PX, _SIDE_PX, channels), NORMALISATIONS[normalisation]
    return np.stack([as_input(sample_picture(name).rgb, shape, "crop", rule) for name in _SAMPLES])
