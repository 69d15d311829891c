"""From a method's name to its map: one call for worker and terminal."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.attribution.catalogue import AttributionRequest, baseline_picture, settings_of
from resnet_viz.attribution.grad_cam import grad_cam
from resnet_viz.attribution.occlusion import check_patches, occlusion, patch_count
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.errors import ExplanationError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution

FloatArray = npt.NDArray[np.float32]


# Of a forward pass: a gradient costs as much as three.
_GRADIENT = 3


def check_work(summary: NetworkSummary, request: AttributionRequest, most_macs: float) -> None:
    """Refuse an explanation that takes too many passes of its network; the terminal, where nobody waits, asks for none.

    Raises:
        ExplanationError: With the setting that has to change.
    """
    settings = settings_of(request.method, request.settings)
    most = int(most_macs // summary.totals.macs)
    if request.method == "integrated-gradients" and int(settings["steps"]) * _GRADIENT > most:
        rule = _("at most {n} for a network of this size").format(n=f"{most // _GRADIENT:,}")
        raise ExplanationError(broken_rule("steps", rule, settings["steps"]))
    if request.method == "occlusion":
        height, width, _channels = summary.graph.spec.input_shape
        patch, stride = int(settings["patch"]), int(settings["stride"])
        check_patches(patch_count(height, width, patch, stride), stride, most)


def attribute(
    network: InferenceModel,
    pictures: Mapping[str, FloatArray],
    request: AttributionRequest,
    on_share: Callable[[float], None] = lambda _share: None,
) -> Attribution:
    """Return the attribution that a request asks for.

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
    picture, ends = pictures["picture"], (pictures["black"], pictures["white"])
    if request.method == "gradcam":
        return grad_cam(network, picture, request.node, request.target)
    if request.method == "integrated-gradients":
        baseline = baseline_picture(picture, settings["baseline"], *ends)
        from resnet_viz.attribution.integrated_gradients import integrated_gradients  # noqa: PLC0415 - Keras
        from resnet_viz.model.gradient_model import GradientModel  # noqa: PLC0415

        assert isinstance(network, GradientModel)  # noqa: S101 - whoever asks looks at `needs_keras`
        return integrated_gradients(network, picture, baseline, request.target, int(settings["steps"]), on_share)
    fill = baseline_picture(picture, settings["fill"], *ends)
    patch, stride = int(settings["patch"]), int(settings["stride"])
    return occlusion(network, picture, fill, request.target, patch, stride, on_share)
