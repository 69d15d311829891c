"""The network on show as an ONNX file, with the weights on show: made when asked for, then offered."""

import re
from pathlib import Path

import streamlit as st

from resnet_viz.exports.store import MAX_FILE_BYTES, Wanted, file_bytes
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import weights_text
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import say, services, state
from resnet_viz.ui.background import SharedWork
from resnet_viz.ui.shared import forward
from resnet_viz.weights.choice import IMAGENET, SHIPPED, Weights
from resnet_viz.worker.client import Waiting

_exporting = SharedWork()


def show(trial: Trial, stem: str) -> None:
    """Draw one button for each of the two files; a file's name begins with `stem` and says which weights it holds."""
    size = file_bytes(trial.summary)
    if trial.weights.refusal:
        say.info(trial.weights.refusal)
    elif size > MAX_FILE_BYTES:
        sentence = _(
            "As ONNX this network takes {n} MB, more than the {m} MB that a page makes: in a terminal, {command} writes it."
        )
        command = say.code("resnet-viz export --format onnx")
        say.info(sentence.format(n=size // 2**20, m=MAX_FILE_BYTES // 2**20, command=command))
    else:
        name = f"{stem}-{_weights_name(trial.weights, trial.spec.seed)}"
        about = _("Every BatchNorm becomes part of the convolution before it. The answers stay the same.")
        # Containers: while one file is made, what stands below it stays where it is.
        with st.container():
            _show_one(_wanted(trial, folds=False), f"{name}.onnx", _("The network with its weights as ONNX"))
        with st.container():
            _show_one(_wanted(trial, folds=True), f"{name}-folded.onnx", _("The same with BatchNorm folded in"), about)


def _wanted(trial: Trial, *, folds: bool) -> Wanted:
    weights = weights_text(trial.weights, trial.spec)
    return Wanted(trial.preset, trial.spec, weights, trial.weights.content, folds, trial.weights.normalisation)


def _show_one(wanted: Wanted, name: str, label: str, about: str | None = None) -> None:
    key = f"onnx/{wanted.key}"
    path = services.exports().find(wanted)
    if path is None and state.is_wanted(key) and not state.is_cancelled(key):
        path = forward.asked(
            key,
            lambda waiting: _exporting.ask(key, lambda own: _made(wanted, own), waiting),
            st.empty(),
            has_skeleton=False,
        )
    elif path is None:
        suffix = "onnx_folded" if wanted.folds else "onnx"
        st.button(label, key=f"file_{suffix}", on_click=state.want, args=(key,), help=about, width="stretch")
    if path is not None:
        st.download_button(
            _("Save {name}, {n} MB").format(name=name, n=max(1, round(path.stat().st_size / 1e6))),
            path.read_bytes,
            file_name=name,
            mime="application/octet-stream",
            key=f"save_{key}",
            on_click="ignore",
            type="primary",
            width="stretch",
        )


def _made(wanted: Wanted, waiting: Waiting) -> Path:
    return services.exports().make(
        wanted, lambda share: waiting.on_progress("write", share), is_cancelled=waiting.is_cancelled
    )


def _weights_name(weights: Weights, seed: int) -> str:
    """Return what the weights are called in the name of a file."""
    if weights.file is None:
        return f"random-{seed}"
    if weights.card:
        return SHIPPED
    return IMAGENET if weights.imagenet else re.sub(r"[^\w]+", "-", Path(weights.file.name).stem).strip("-")[:40]
