"""What the network says the picture is: the likeliest classes, and what a surgery makes of them."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.reports.names import assumed_text, class_names, prediction_text, softmax
from resnet_viz.spec.layers import Softmax
from resnet_viz.subject.trial import Trial
from resnet_viz.ui.shared import forward
from resnet_viz.viz.prediction_table import prediction_table

FloatArray = npt.NDArray[np.float32]


def show(trial: Trial, *, count: int) -> FloatArray | None:
    """Draw the likeliest classes and return all probabilities ``(classes,)``, or None if there are none."""
    shares = probabilities_of(trial)
    if shares is None:
        return None
    before = probabilities_of(trial.whole) if trial.surgery else None
    weights, classes = trial.weights, trial.spec.classes
    names, assumed = class_names(weights, classes), assumed_text(weights, classes)
    st.html(prediction_table(names, shares, before, count, assumed))
    return shares


def sentence(trial: Trial) -> str:
    """Return the likeliest classes in a line; "" where there is no prediction."""
    shares = probabilities_of(trial)
    if shares is None or trial.weights.file is None:
        return ""
    return prediction_text(trial.weights, shares)


def probabilities_of(trial: Trial) -> FloatArray | None:
    """Return the network's probabilities ``(classes,)``, or None after drawing why there are none."""
    last = trial.summary.graph.nodes[-1]
    found = forward.maps_of(trial, [last.id])
    if found is None:
        return None
    return found[last.id] if isinstance(last.layer, Softmax) else softmax(found[last.id])
