"""The networks that the worker keeps built, the newest ones. Imports Keras."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
from safetensors import SafetensorError
from safetensors.numpy import load_file

from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.model.activation_model import ActivationModel
from resnet_viz.model.scores import Scores
from resnet_viz.weights.content import Content, content_of
from resnet_viz.worker.request import Key, Network

# A ResNet50 with both compiled functions and a few cached pictures is about 0.5 GB.
MAX_NETWORKS = 3
# ResNet-152 at 512 px; a gradient takes about twice of it for a moment.
MAX_NETWORK_BYTES = 2 * 2**30


class Networks:
    """Networks by what tells them apart.

    Attributes:
        builds: How many were built so far.
    """

    def __init__(self, on_step: Callable[[str], None]) -> None:
        """Keep none yet; `on_step` hears the steps build and compile."""
        self.builds = 0
        self._on_step = on_step
        self._scores: OrderedDict[Key, Scores] = OrderedDict()

    def find(self, network: Network) -> Scores | None:
        """Return a network that stands."""
        return self._scores.get(network.key)

    def build(self, network: Network) -> Scores:
        """Return a network, built now unless it stands; one too many goes.

        Raises:
            OSError: If the weights are gone.
            SpecError: If it takes too much memory.
            WeightsError: If the weights are others than were meant, or damaged.
        """
        key = network.key
        if key not in self._scores:
            arrays = _arrays(network.weights) if network.weights else None
            activation_model = ActivationModel(
                network.spec, weights=arrays, on_progress=self._on_step, max_bytes=MAX_NETWORK_BYTES
            )
            self.builds += 1
            self._scores[key] = Scores(activation_model, self._on_step)
            if len(self._scores) > MAX_NETWORKS:
                self._scores.popitem(last=False)
        self._scores.move_to_end(key)
        return self._scores[key]


def backend() -> dict[str, str]:
    """Return what is computed with."""
    return {"backend": keras.backend.backend(), "keras": keras.__version__}


def _arrays(weights: Content) -> dict[str, Any]:
    """Return the arrays of a file.

    Raises:
        OSError: If it is gone.
        WeightsError: If it holds other bytes than those that are meant, or is damaged.
    """
    content = content_of(weights.path)
    try:
        arrays: dict[str, Any] = load_file(weights.path)
    except SafetensorError as error:
        raise WeightsError(broken_rule("weights", _("a safetensors file"), Path(weights.path).name)) from error
    if content.sha256 != weights.sha256 or content_of(weights.path) != content:
        raise WeightsError(_("These weights were written anew a moment ago: reload the page."))
    return arrays
