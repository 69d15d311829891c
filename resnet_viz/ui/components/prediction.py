"""What the network says the picture is: the likeliest classes, and what a surgery makes of them."""

import html
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import Softmax
from resnet_viz.spec.surgery import NO_SURGERY
from resnet_viz.ui.components import forward
from resnet_viz.ui.components.run_source import watched
from resnet_viz.ui.components.weights_source import weights_of
from resnet_viz.ui.selection import RUN, Selection
from resnet_viz.weights.imagenet import class_names as imagenet_names

FloatArray = npt.NDArray[np.float32]


def class_names(selection: Selection) -> list[str]:
    """Return what the classes are called: the weights' own names, else numbers."""
    weights, classes = weights_of(selection), selection.spec.classes
    names: tuple[str, ...] = ()
    if weights.card:
        names = weights.card.classes
    elif weights.imagenet:
        names = imagenet_names()
    elif selection.weights.startswith(f"{RUN}.") and weights.file:
        found = watched(selection.weights.split(".")[1])
        names = tuple(found.record.classes) if found else ()
    return list(names) if len(names) == classes else [_("class {n}").format(n=n) for n in range(classes)]


def logits_node(selection: Selection) -> str:
    """Return the layer that gives the logits: the classifier, before its softmax."""
    last = selection.summary.graph.nodes[-1]
    return last.inputs[0] if isinstance(last.layer, Softmax) else last.id


def probabilities(logits: FloatArray) -> FloatArray:
    """Return the softmax of logits ``(classes,)``."""
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum(), np.float32)


def target_of(selection: Selection, logits: FloatArray) -> int:
    """Return the class that is explained: the chosen one, else the likeliest."""
    return int(selection.target) if selection.target else int(logits.argmax())


def show(selection: Selection, picture: Picture, *, count: int) -> FloatArray | None:
    """Draw the likeliest classes and return the logits, or None if there are none."""
    node = logits_node(selection)
    found = forward.maps_of(selection, picture, [node])
    if found is None:
        return None
    logits = found[node]
    before = None
    if selection.surgery:
        intact = forward.maps_of(replace(selection, surgery=NO_SURGERY), picture, [node])
        before = probabilities(intact[node]) if intact else None
    st.html(_table(class_names(selection), probabilities(logits), before, count))
    layers = weights_of(selection).random_layers
    if weights_of(selection).file is None:
        st.markdown(_("Untrained: different pictures get almost the same answer."))
    elif any(layer == node for layer in layers):
        st.markdown(_("No prediction: the classifier is random."))
    return logits


def _table(names: list[str], shares: FloatArray, before: FloatArray | None, count: int) -> str:
    order = np.argsort(-shares, kind="stable")[:count]
    head = (
        f"<caption>{html.escape(_('before → after the surgery') if before is not None else _('prediction'))}</caption>"
    )
    rows = []
    for place in order:
        value = f"{shares[place]:.1%}"
        if before is not None:
            value = f"{before[place]:.1%} → {value}"
        rows.append(
            f"<tr><td>{html.escape(names[place])}</td>"
            f"<td><i style='width:{max(1, round(70 * float(shares[place])))}%'></i><span>{value}</span></td></tr>"
        )
    return f"<table class='prediction'>{head}{''.join(rows)}</table>"
