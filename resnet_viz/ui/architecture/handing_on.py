"""The network on show with the weights on show, as a file for another library: made when asked for, then offered."""

import re
from pathlib import Path

import streamlit as st

from resnet_viz.exports.store import KINDS, MAX_FILE_BYTES, Wanted, file_bytes
from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import weights_text
from resnet_viz.server import services
from resnet_viz.server.background import SharedWork
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import say, state
from resnet_viz.ui.shared import forward
from resnet_viz.weights.choice import IMAGENET, SHIPPED, Weights
from resnet_viz.weights.handing_on import not_torchvisions
from resnet_viz.worker.client import Waiting

_exporting = SharedWork()
_title = Titles(
    {
        "onnx": N_("ONNX"),
        "onnx-folded": N_("ONNX, BatchNorm folded in"),
        "keras": N_("Keras, a Python file and its weights"),
        "safetensors": N_("safetensors"),
        "torchvision": N_("safetensors, torchvision's names"),
    }
)
_use = Titles(
    {
        "onnx-folded": N_("Every BatchNorm becomes part of the convolution before it. The answers stay the same."),
        "keras": N_(
            "Unpack both files into one folder. `from network import model` gives the network with its weights."
        ),
        "torchvision": N_("`model.load_state_dict(safetensors.torch.load_file(name))` loads it in PyTorch."),
    }
)


def show(trial: Trial, stem: str) -> None:
    """Draw the choice of a format and the button for it; a file's name begins with `stem` and says which weights it holds."""
    size = file_bytes(trial.summary)
    if trial.weights.refusal:
        say.info(trial.weights.refusal)
    elif size > MAX_FILE_BYTES:
        sentence = _(
            "This network and its weights take {n} MB. A page makes files of at most {m} MB. In a terminal, {command} writes it."
        )
        command = say.code("resnet-viz export --format onnx")
        say.info(sentence.format(n=size // 2**20, m=MAX_FILE_BYTES // 2**20, command=command))
    else:
        name = f"{stem}-{_weights_name(trial.weights, trial.spec.seed)}"
        kinds = [kind for kind in KINDS if kind != "torchvision" or not not_torchvisions(trial.summary)]
        kind = st.selectbox(_("The network with its weights"), kinds, format_func=_title, key="file_kind")
        with st.container():  # while a file is made, what stands below it stays where it is
            _show_one(_wanted(trial, kind), name + KINDS[kind], _use.get(kind, ""))


def _wanted(trial: Trial, kind: str) -> Wanted:
    weights = weights_text(trial.weights, trial.spec)
    return Wanted(trial.preset, trial.spec, weights, trial.weights.content, kind, trial.weights.normalisation)


def _show_one(wanted: Wanted, name: str, use: str) -> None:
    key = f"made/{wanted.key}"
    path = services.exports().find(wanted)
    if path is None and state.is_wanted(key) and not state.is_cancelled(key):
        path = forward.asked(
            key,
            lambda waiting: _exporting.ask(key, lambda own: _made(wanted, own), waiting),
            st.empty(),
            has_skeleton=False,
        )
    elif path is None:
        st.button(
            _("Make the file"), key="make_file", on_click=state.want, args=(key,), help=use or None, width="stretch"
        )
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
