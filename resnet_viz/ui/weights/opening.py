"""A file is dropped, or the subject's own weights are looked at; what they are, in a table of facts."""

import html
from dataclasses import dataclass
from functools import partial

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import weights_text
from resnet_viz.server import services
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import WeightsView
from resnet_viz.ui import say, state
from resnet_viz.ui.shared import controls, uploads, weights_source
from resnet_viz.viz.recognised import facts
from resnet_viz.weights.about import About
from resnet_viz.weights.sayings import notes
from resnet_viz.weights.store import PLACES


@dataclass(frozen=True)
class Looked:
    """What the page looks at.

    Attributes:
        view: What is chosen on the page.
        subject: What the subject comes to.
        trial: The network with these weights.
        about: What the file is; None for what is no visitor's file.
        is_own: Whether it is the subject's own network with the subject's own weights.
    """

    view: WeightsView
    subject: Trial
    trial: Trial
    about: About | None
    is_own: bool

    @property
    def place(self) -> str:
        """Where the file is kept that is looked at, one of `resnet_viz.weights.store.PLACES`."""
        return self.trial.source

    @property
    def is_open(self) -> bool:
        """Whether it is open which network the file holds."""
        return self.about is not None and self.about.spec is None


def looked_at(view: WeightsView, trial: Trial) -> Looked:
    """Return what the page looks at: the subject's weights, or a file in the network that it belongs to."""
    store, owner = services.weights_store(), state.owner()
    file = store.load(owner, view.looked) if view.looked else None
    if file is None:
        own = store.load(owner, trial.source) if trial.source in PLACES else None
        return Looked(view, trial, trial, own.about if own else None, is_own=True)
    about = file.about
    spec = about.spec if about and about.spec else trial.spec
    seen = trial.having(source=view.looked, spec=spec, preset=about.preset if about and about.preset else trial.preset)
    is_own = trial.source == view.looked and seen.spec == trial.spec
    return Looked(view, trial, trial if is_own else seen, about, is_own)


def show(looked: Looked, refused: "st.delta_generator.DeltaGenerator") -> None:
    """Draw where a file is dropped, and whose weights are shown where there are two.

    Args:
        looked: What the page looks at.
        refused: Where it is told why a file is refused.
    """
    key, label = "weights_file", _("Weights: .safetensors, .h5, .keras, .npz or .onnx. Nothing in the file is run.")
    uploads.show(label, key, partial(_keep, key), wide=refused)
    own = weights_source.own_files()
    if looked.view.looked and looked.view.looked not in own:
        say.info(
            _(
                "The weights of this link are not here, or not any more. Files are kept for two hours, for the browser they came from. Runs are kept until they are deleted."
            )
        )
    others = [place for place in own if place != looked.subject.source]
    if others:
        controls.choice(
            _("Whose weights"),
            ("", *others),
            looked.view.looked,
            lambda name: state.set_parts(looked=name),
            key="weights_looked",
            title=lambda name: own.get(name, _("this network's")),
            label_visibility="collapsed",
        )


def show_facts(looked: Looked) -> None:
    """Draw what the weights are."""
    trial, about = looked.trial, looked.about
    name = trial.weights.file.name if about and trial.weights.file else weights_text(trial.weights, trial.spec)
    sha256 = trial.weights.file.sha256 if trial.weights.file else ""
    rows = facts(trial.preset, trial.spec, about)
    cells = "".join(f"<tr><td>{html.escape(title)}</td><td>{html.escape(text)}</td></tr>" for title, text in rows)
    if sha256:
        cells += f'<tr><td>sha256</td><td class="sha">{html.escape(sha256)}</td></tr>'
    st.html(f'<p class="file">{html.escape(name)}</p><table class="facts recognised">{cells}</table>')
    for sentence in notes(about) if about else ():
        st.markdown(sentence)


def _keep(key: str) -> None:
    """Store the file just dropped, whatever network it is of, and look at it; or say why not."""
    kept = weights_source.keep(key)
    if kept:
        state.set_parts(looked=kept[0])


def take(about: About, place: str) -> None:
    """Make the subject the network of a file, with the file's weights and the pixels they were trained on."""
    parts = {"preset": about.preset, "weights": place, "looked": ""}
    if about.normalisation:
        parts["normalisation"] = about.normalisation
    state.update(lambda now: now.having(**parts).with_spec(about.spec or now.spec))
