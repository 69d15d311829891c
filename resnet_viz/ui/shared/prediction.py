"""What the network says the picture is: the likeliest classes, and what a surgery makes of them."""

import html

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import class_names, prediction_text, softmax
from resnet_viz.spec.layers import Softmax
from resnet_viz.subject.trial import Trial
from resnet_viz.ui.shared import forward

FloatArray = npt.NDArray[np.float32]

# Characters of a class's name that leave room for its bar.
_SHORT_NAME = 12


def show(trial: Trial, *, count: int) -> FloatArray | None:
    """Draw the likeliest classes and return all probabilities ``(classes,)``, or None if there are none."""
    shares = probabilities_of(trial)
    if shares is None:
        return None
    before = probabilities_of(trial.whole) if trial.surgery else None
    st.html(_table(class_names(trial.weights, trial.spec.classes), shares, before, count))
    return shares


def sentence(trial: Trial) -> str:
    """Return the likeliest classes in a line; "" where there is no prediction."""
    shares = probabilities_of(trial)
    if shares is None or trial.weights.file is None:
        return ""
    return prediction_text(class_names(trial.weights, trial.spec.classes), shares)


def probabilities_of(trial: Trial) -> FloatArray | None:
    """Return the network's probabilities ``(classes,)``, or None after drawing why there are none."""
    last = trial.summary.graph.nodes[-1]
    found = forward.maps_of(trial, [last.id])
    if found is None:
        return None
    return found[last.id] if isinstance(last.layer, Softmax) else softmax(found[last.id])


def _table(names: list[str], shares: FloatArray, before: FloatArray | None, count: int) -> str:
    order = np.argsort(-shares, kind="stable")[:count]
    title = _("prediction") if before is None else _("before → after the surgery")
    head = f"<caption>{html.escape(title)}</caption>"
    rows = []
    for place in order:
        name, value, track = _named(names[place]), f"{shares[place]:.1%}", _bar(shares[place], "now")
        if before is not None:
            value, track = f"{before[place]:.1%} → {value}", _bar(before[place], "before") + track
        rows.append(f"<tr><td>{name}</td><td>{track}</td><td>{value}</td></tr>")
    return f"<table class='prediction'>{head}{''.join(rows)}</table>"


def _named(name: str) -> str:
    """Return a class's name, a short one on one line."""
    return html.escape(name if len(name) > _SHORT_NAME else name.replace(" ", "\u00a0"))


def _bar(share: float, kind: str) -> str:
    """Return a bar that is as long as its track at 100 %."""
    return f"<i class='{kind}' style='width:{100 * float(share):.1f}%'></i>"
