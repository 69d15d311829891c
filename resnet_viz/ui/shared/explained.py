"""The explanation on show, and what becomes of it without what was learned: asked once, by page and lesson alike."""

from functools import partial

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.reports import explanations
from resnet_viz.results import Attribution, Sanity
from resnet_viz.server import services
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ExplainView
from resnet_viz.ui.shared import forward
from resnet_viz.worker.requests.explain import Explain
from resnet_viz.worker.requests.sanity import CheckSanity

FloatArray = npt.NDArray[np.float32]


def request(view: ExplainView, node: str, trial: Trial, shares: FloatArray) -> AttributionRequest:
    """Return what is explained: the chosen class, or the one that goes without saying.

    Args:
        view: With the method, its settings, perhaps the class.
        node: The layer.
        trial: What answered.
        shares: Its probabilities ``(classes,)``.
    """
    target = int(view.target) if view.target else explanations.class_in(trial, int(shares.argmax()))
    return explanations.request_of(trial, view, node, target)


def found(trial: Trial, wanted: AttributionRequest) -> Attribution | None:
    """Return an explanation, or None after drawing why there is none."""
    key = f"explain/{explanations.explanation_key(trial, wanted)}"
    return forward.remembered(
        key,
        lambda waiting: services.worker().ask(Explain(forward.network_of(trial), trial.with_plain, wanted), waiting),
    )


def check_key(trial: Trial, checked: AttributionRequest) -> str:
    """Return what tells a check from all others."""
    return f"sanity/{explanations.explanation_key(trial, checked)}"


def check(trial: Trial, checked: AttributionRequest) -> Sanity | None:
    """Return what becomes of a map when weights are made random, or None after drawing why it is not known."""
    return forward.outlasting(
        check_key(trial, checked),
        lambda: partial(services.worker().ask, CheckSanity(forward.network_of(trial), trial.with_plain, checked)),
    )
