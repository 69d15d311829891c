"""The arrays of a weights file that this server keeps. No Keras."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.content import Content, content_of


def arrays_of(weights: Content) -> dict[str, npt.NDArray[np.float32]]:
    """Return the arrays of a file by ``layer/array``.

    Raises:
        OSError: If it is gone.
        WeightsError: If it holds other bytes than those that are meant, or is damaged.
    """
    content = content_of(weights.path)
    try:
        arrays: dict[str, npt.NDArray[np.float32]] = load_file(weights.path)
    except SafetensorError as error:
        raise WeightsError(broken_rule("weights", _("a safetensors file"), Path(weights.path).name)) from error
    if content.sha256 != weights.sha256 or content_of(weights.path) != content:
        raise WeightsError(_("These weights were written anew a moment ago: reload the page."))
    return arrays
