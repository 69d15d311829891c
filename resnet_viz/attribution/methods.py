"""From a method's name to its map: one call for worker and terminal."""

from collections.abc import Callable, Mapping
from importlib import import_module

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.attribution.asked import Asked
from resnet_viz.attribution.catalogue import AttributionRequest, method, settings_of
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.errors import ExplanationError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution

FloatArray = npt.NDArray[np.float32]


def check_work(summary: NetworkSummary, request: AttributionRequest, most_macs: float) -> None:
    """Refuse an explanation that takes too many passes of its network; the terminal, where nobody waits, asks for none.

    Raises:
        ExplanationError: With the setting that has to change.
    """
    settings, own = settings_of(request.method, request.settings), method(request.method)
    most = int(most_macs // summary.totals.macs)
    passes = own.passes(settings, summary.graph.spec.input_shape)
    if own.price and passes > most:
        rule = _("so chosen that at most {n} passes through this network are taken").format(n=f"{most:,}")
        raise ExplanationError(broken_rule(own.price, rule, f"{settings[own.price]} ({passes:,})"))


def attribute(
    network: InferenceModel,
    pictures: Mapping[str, FloatArray],
    request: AttributionRequest,
    on_share: Callable[[float], None] = lambda _share: None,
) -> Attribution:
    """Return the attribution that a request asks for, by the module that the catalogue names.

    Args:
        network: The network, after a surgery or not; for what needs a backward pass, a `GradientModel`.
        pictures: ``picture``, ``black`` and ``white``, float32 ``(height, width, channels)``, preprocessed alike.
        request: What is asked for.
        on_share: Hears the share that is done; may raise to cancel.

    Raises:
        ExplanationError: If the method, a setting or the layer is not to be had.
        SpecError: If there is no such class.
    """
    settings = settings_of(request.method, request.settings)
    explain: Callable[[Asked], Attribution] = import_module(method(request.method).module).explain
    return explain(Asked(network, pictures, request.node, request.target, settings, on_share))
