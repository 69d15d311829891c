"""The choice of weights, and what it means for the network in view."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.ui import services, state
from resnet_viz.ui.selection import FILE, RANDOM, Selection
from resnet_viz.weights.fit import Fit, fit
from resnet_viz.weights.store import WeightsFile


@dataclass(frozen=True)
class Weights:
    """The weights behind the pages: the visitor's file and how it fits, or neither for random ones."""

    file: WeightsFile | None = None
    fit: Fit | None = None

    @property
    def key(self) -> str:
        """What tells these weights from others beside the specification."""
        return self.file.sha256 if self.file else ""


def weights_of(selection: Selection) -> Weights:
    """Return the weights in use; a link to somebody's own file has random ones for others."""
    file = services.weights_store().load(state.owner()) if selection.weights == FILE else None
    return Weights(file, fit(selection.summary, file.shapes)) if file else Weights()


def weights_text(selection: Selection) -> str:
    """Return what the weights are, in the words every panel uses."""
    weights = weights_of(selection)
    if weights.file is None or weights.fit is None:
        return random_text(selection)
    name = weights.file.name.replace("`", "'")
    layers = weights.fit.random_layers
    if not layers:
        return f"`{name}`"
    count = ngettext("{n} layer random", "{n} layers random", len(layers)).format(n=len(layers))
    return f"`{name}`, {count}"


def random_text(selection: Selection) -> str:
    """Return how random weights came about."""
    if selection.spec.seed_policy == "same":
        return _("random, seed {n}").format(n=selection.spec.seed)
    return _("random, a seed per layer from {n}").format(n=selection.spec.seed)


def show(selection: Selection) -> None:
    """Draw the choice: random by seed, or a file of one's own."""
    weights = weights_of(selection)
    if weights.file:
        st.markdown(
            _("`{name}`, {n} arrays, sha256 `{sha}`").format(
                name=weights.file.name.replace("`", "'"), n=len(weights.file.shapes), sha=weights.file.sha256[:16]
            )
        )
        st.button(
            _("Random weights instead"), on_click=state.set_parts, kwargs={"weights": RANDOM}, key="weights_random"
        )
        st.button(_("Delete my weights"), on_click=_forget, key="weights_delete")
    else:
        _show_seed(selection)
        if services.weights_store().load(state.owner()):
            st.button(_("My weights again"), on_click=state.set_parts, kwargs={"weights": FILE}, key="weights_again")
    key = "weights_upload"
    st.file_uploader(
        _("Your own weights (arrays only; nothing in the file is run)"),
        key=key,
        on_change=_keep,
        args=(key,),
    )


def show_misfit(selection: Selection) -> None:
    """Say what does not fit, with a way back and a way on."""
    weights = weights_of(selection)
    if selection.weights == FILE and weights.file is None:
        st.info(
            _(
                "The weights of this link are not here (any more): files are kept for two hours, in the browser they came from. The weights are {random}."
            ).format(random=random_text(selection))
        )
        return
    if weights.fit is None or weights.fit.is_complete or state.is_accepted(_misfit_key(selection, weights)):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(weights.fit.sentence())
        st.button(_("Keep"), on_click=state.accept, args=(_misfit_key(selection, weights),), key="misfit_keep")
        st.button(_("Undo"), on_click=state.undo, disabled=not state.can_undo(), key="misfit_undo")


def _misfit_key(selection: Selection, weights: Weights) -> str:
    return f"{hash(selection.spec)}-{weights.key}"


def _show_seed(selection: Selection) -> None:
    spec = selection.spec
    key = state.bind("weights_policy", spec.seed_policy)
    st.radio(
        _("Random weights"),
        ("same", "per_layer"),
        key=key,
        format_func=lambda policy: {
            "same": _("one seed everywhere (as the course writes it)"),
            "per_layer": _("a seed per layer"),
        }[policy],
        on_change=lambda: state.set_spec(lambda old: replace(old, seed_policy=state.typed(key))),
    )
    seed = state.bind("weights_seed", spec.seed)
    st.number_input(
        _("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        step=1,
        key=seed,
        on_change=lambda: state.set_spec(lambda old: replace(old, seed=int(state.typed(seed)))),
    )
    st.markdown(
        _(
            "Untrained: structure in the maps comes from the picture, the architecture and chance, not from learning. "
            "With one seed everywhere, kernels of equal shape start out equal, so blocks b and c of a stage are twins."
        )
    )


def _keep(key: str) -> None:
    """Store the weights just uploaded, or say why not; then they are the subject's."""
    file: Any = state.typed(key)
    if file is None:
        return
    try:
        summary = state.current_selection().summary
        with st.spinner(_("Checking the weights in a process of their own …"), show_time=True):
            services.weights_store().save(state.owner(), file.name, file.getvalue(), summary)
    except ResNetVizError as error:
        state.add_problem(str(error))
        return
    state.set_parts(weights=FILE)


def _forget() -> None:
    services.weights_store().delete(state.owner())
    state.set_parts(weights=RANDOM)
