"""Occlusion: how far the score falls when a patch of the picture is covered.

References:
    Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901, section 4.2.
    Deviation: a pixel's value is the mean fall over all patches that cover it, so that patches may overlap.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.asked import Asked
from resnet_viz.attribution.catalogue import patch_count
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.errors import ExplanationError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution

FloatArray = npt.NDArray[np.float32]

MAX_PATCHES = 4096
"""Most positions tried: some minutes on a laptop at 64 px."""


def explain(asked: Asked) -> Attribution:
    """Return what covering the picture patch by patch brings out; see `occlusion`."""
    patch, stride = int(asked.settings["patch"]), int(asked.settings["stride"])
    return occlusion(asked.network, asked.picture, asked.flat("fill"), asked.target, patch, stride, asked.on_share)


def occlusion(
    network: InferenceModel,
    picture: FloatArray,
    fill: FloatArray,
    target: int,
    patch: int,
    stride: int,
    on_share: Callable[[float], None] = lambda _share: None,
) -> Attribution:
    """Return, per pixel, the mean fall of the score over the patches that cover it.

    Args:
        network: The network, after a surgery or not.
        picture: float32 ``(height, width, channels)``, preprocessed.
        fill: What a patch is covered with, of the picture's shape.
        target: Number of the class.
        patch: Side of the patch, px.
        stride: Pixels from one patch to the next.
        on_share: Hears the share that is done; may raise to cancel.

    Raises:
        ExplanationError: If the patch is larger than the picture, leaves pixels out, or there are too many positions.
        SpecError: If there is no such class.
    """
    height, width = picture.shape[:2]
    network.direction(target)
    if not stride <= patch <= min(height, width):
        rule = _("from the stride, {s} px, to the picture's side, {n} px").format(s=stride, n=min(height, width))
        raise ExplanationError(broken_rule("patch", rule, patch))
    count = patch_count(height, width, patch, stride)
    if count > MAX_PATCHES:
        rule = _("so large that at most {n} patches are tried").format(n=f"{MAX_PATCHES:,}")
        raise ExplanationError(broken_rule("stride", rule, f"{stride} ({count:,})"))
    places = list(patch_places(height, width, patch, stride))
    score = float(network.logits(picture[np.newaxis])[0, target])
    falls, covered = np.zeros((height, width)), np.zeros((height, width))
    largest = -np.inf
    for start in range(0, len(places), network.batch):
        part = places[start : start + network.batch]
        pictures = np.repeat(picture[np.newaxis], len(part), axis=0)
        for own, (row, column) in zip(pictures, part, strict=True):
            own[row : row + patch, column : column + patch] = fill[row : row + patch, column : column + patch]
        for (row, column), value in zip(part, network.logits(pictures)[:, target], strict=True):
            falls[row : row + patch, column : column + patch] += score - value
            covered[row : row + patch, column : column + patch] += 1
            largest = max(largest, score - float(value))
        on_share((start + len(part)) / len(places))
    values = (falls / covered).astype(np.float32)
    return Attribution(values, score, {"patches": float(len(places)), "largest_fall": largest})


def patch_places(height: int, width: int, patch: int, stride: int) -> Iterator[tuple[int, int]]:
    """Yield the top left corner of every patch; the last row and column are moved in, so that every pixel is covered."""
    for row in _starts(height, patch, stride):
        for column in _starts(width, patch, stride):
            yield row, column


def _starts(length: int, patch: int, stride: int) -> list[int]:
    starts = list(range(0, length - patch + 1, stride))
    return starts if starts[-1] == length - patch else [*starts, length - patch]
