"""The choice of weights, and what it means for the network in view."""

import contextlib
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import streamlit as st

from resnet_viz.analysis import network
from resnet_viz.errors import ResNetVizError, StoreError
from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.ui import say, services, state
from resnet_viz.ui.components import controls, imagenet_source
from resnet_viz.ui.components.run_source import owner, watched
from resnet_viz.ui.selection import FILE, IMAGENET, RANDOM, RUN, SHIPPED, Selection
from resnet_viz.viz.doubts import Knows
from resnet_viz.viz.words import network_name
from resnet_viz.weights.catalogue import Card, cards, shapes_of
from resnet_viz.weights.content import Content, content_of
from resnet_viz.weights.fit import Fit, fit
from resnet_viz.weights.imagenet import ImageNetFile
from resnet_viz.weights.store import WeightsFile

# Networks of the newest runs to choose from; the Train page lists all.
_MOST_RUNS = 12


@dataclass(frozen=True)
class Weights:
    """The weights behind the pages: arrays and how they fit, or neither for random ones.

    Attributes:
        file: The arrays.
        fit: How they fit the network.
        card: What is known of them, if they ship.
        imagenet: The published file they come from, if they are ImageNet's.
        made_for: The network they were learned in, if anybody knows.
        knows: What pictures they were learned from.
    """

    file: WeightsFile | None = None
    fit: Fit | None = None
    card: Card | None = None
    imagenet: ImageNetFile | None = None
    made_for: ResNetSpec | None = None
    knows: Knows = ""

    @property
    def normalisation(self) -> str:
        """The preprocessing these weights were trained with, or "" if nobody knows or cares."""
        source = self.card or self.imagenet
        return source.normalisation if source else ""

    @property
    def key(self) -> str:
        """What tells these weights from others beside the specification: the sha256 of the arrays' file."""
        return self.content.sha256 if self.content else ""

    @property
    def content(self) -> Content | None:
        """The bytes of the arrays' file as they are now; None for random weights."""
        if self.file is None:
            return None
        try:
            return content_of(self.file.path)
        except OSError:  # its owner deleted it a moment ago: whoever reads it says so
            return Content(self.file.path, "gone")

    @property
    def random_layers(self) -> tuple[str, ...]:
        """Layers that keep at least one array of their random start."""
        return self.fit.random_layers if self.fit else ()


def weights_of(selection: Selection) -> Weights:
    """Return the weights in use; a link to somebody's own file has random ones for others."""
    kind, _dot, rest = selection.weights.partition(".")
    if kind == SHIPPED:
        return _shipped(selection)
    if kind == IMAGENET:
        return _imagenet(selection)
    if kind == RUN:
        return _of_run(selection, *rest.split(".", 1))
    file = services.weights_store().load(state.owner()) if kind == FILE else None
    return Weights(file, fit(selection.summary, file.shapes)) if file else Weights()


def _shipped(selection: Selection) -> Weights:
    """Return the shipped weights where all but the classifier fits; another network has its random start instead."""
    for card in cards().values():
        shapes, found = shapes_of(card.path), _fit_of(selection.spec, card)
        if all(layer.startswith("fc") for layer in found.random_layers):
            file = WeightsFile(card_text(card), card.path, card.sha256, shapes)
            return Weights(file, found, card, made_for=_network_of(card), knows="shapes")
    return Weights()


def fits_shipped(spec: ResNetSpec) -> bool:
    """Whether shipped weights fill a network as it is."""
    return any(_fit_of(spec, card).is_complete for card in cards().values())


@cache
def _network_of(card: Card) -> ResNetSpec:
    height, width, channels = card.input_shape
    return preset(card.preset, input_shape=(height, width, channels), classes=len(card.classes))


@lru_cache(maxsize=128)
def _fit_of(spec: ResNetSpec, card: Card) -> Fit:
    """Return how shipped weights fit a network: every page of every visitor asks, several times a run."""
    return fit(network(spec), shapes_of(card.path))


def _imagenet(selection: Selection) -> Weights:
    """Return ImageNet's weights where all but the classifier fits and the file is here."""
    file = imagenet_source.file_for(selection.spec)
    arrays = services.imagenet_store().load(file) if file else None
    if file is None or arrays is None:
        return Weights()
    made_for, fitting = preset(file.preset), fit(selection.summary, arrays.shapes)
    return Weights(arrays, fitting, imagenet=file, made_for=made_for, knows="photos")


def _of_run(selection: Selection, run_id: str, name: str) -> Weights:
    """Return a run's trained weights; whoever knows the run's id may look at them, as at its curves."""
    found = watched(run_id)
    path = found.files.weights / f"{name}.safetensors" if found else None
    if found is None or path is None or name not in found.record.final or not path.is_file():
        return Weights()
    title = (
        _("{what}, {detail}").format(what=found.title, detail=network_name(name))
        if len(found.record.final) > 1
        else found.title
    )
    try:
        file = WeightsFile(title, path, content_of(path).sha256, shapes_of(path))
    except OSError:  # deleted a moment ago
        return Weights()
    plan = found.record.plan
    made_for = plan.specs(len(found.record.classes))[name]
    knows: Knows = "shapes" if plan.data.source == "shapes" else "other"
    return Weights(file, fit(selection.summary, file.shapes), made_for=made_for, knows=knows)


def card_text(card: Card) -> str:
    """Return what shipped weights are called."""
    return {"course-shapes": _("trained on shapes")}.get(card.name, card.name)


def weights_text(selection: Selection) -> str:
    """Return what the weights are, in the words every panel uses."""
    weights = weights_of(selection)
    if weights.file is None:
        return random_text(selection)
    own = weights.file.name
    name = own if weights.card or weights.imagenet else say.code(own)
    if weights.fit and weights.fit.refusal():
        return _("{name}, of which nothing fits").format(name=name)
    layers = weights.random_layers
    if not layers:
        return name
    count = ngettext("{n} layer random", "{n} layers random", len(layers)).format(n=len(layers))
    return _("{what}, {detail}").format(what=name, detail=count)


def random_text(selection: Selection) -> str:
    """Return how random weights came about."""
    if selection.spec.seed_policy == "same":
        return _("random, seed {n}").format(n=selection.spec.seed)
    return _("random, a seed per layer from {n}").format(n=selection.spec.seed)


def weights_choices(selection: Selection) -> dict[str, str]:
    """Return the weights there are to choose from, with what they are called; those in use among them."""
    own = services.weights_store().load(state.owner())
    choices = {SHIPPED: _("shipped: trained on shapes")} if cards() else {}
    choices |= {RANDOM: _("random"), IMAGENET: _("ImageNet (Keras)")}
    if own:
        choices[FILE] = f"{own.name[:30]}"
    with contextlib.suppress(StoreError):  # there are other weights to look at
        for run in services.run_store().of_owner(owner())[:_MOST_RUNS]:
            found = watched(run.id)
            for trained in found.record.final if found else ():
                title = _("run: {name}, {network}").format(name=run.name, network=trained)
                choices[f"{RUN}.{run.id}.{trained}"] = title
    if selection.weights not in choices:
        file = weights_of(selection).file
        choices[selection.weights] = file.name if file else _("not here")
    return choices


def show(selection: Selection) -> None:
    """Draw the choice: what ships, random by seed, ImageNet's, a file of one's own, a training run."""
    weights, choices = weights_of(selection), weights_choices(selection)
    controls.select(
        _("Weights"),
        choices,
        selection.weights,
        choose,
        key="weights_choice",
        title=choices.__getitem__,
    )
    if selection.weights == IMAGENET:
        imagenet_source.show(selection)
    elif weights.card:
        _show_card(weights.card)
    elif weights.file:
        st.markdown(
            _("{name}, {n} arrays, sha256 `{sha}`").format(
                name=say.code(weights.file.name), n=len(weights.file.shapes), sha=weights.file.sha256[:16]
            )
        )
        if selection.weights == FILE:
            st.button(_("Delete my weights"), on_click=_forget, key="weights_delete")
    else:
        if selection.weights == SHIPPED:
            st.markdown(_("The shipped weights belong to another network, so this one has its random start."))
        _show_seed(selection)
    key = "weights_upload"
    st.file_uploader(
        _("Your own weights (arrays only; nothing in the file is run)"),
        key=key,
        on_change=_keep,
        args=(key,),
    )


def _show_card(card: Card) -> None:
    """Draw what is known of shipped weights."""
    st.markdown(
        _(
            "`{preset}` at {size}, trained on {data}; accuracy {accuracy:.1%} on {n} fresh pictures; pixels {pixels}; {date}; sha256 `{sha}`."
        ).format(
            preset=card.preset,
            size="×".join(map(str, card.input_shape)),
            data=card.data,
            accuracy=card.accuracy,
            n=f"{card.pictures:,}",
            pixels=NORMALISATIONS[card.normalisation].formula(),
            date=card.date,
            sha=card.sha256[:16],
        )
    )
    st.code(card.command, language="sh", wrap_lines=True)


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
            "Nothing was learned here. What you see in the maps comes from the picture, the architecture and chance. "
            "With one seed everywhere, kernels of the same shape start out equal: blocks b and c of a stage are twins."
        )
    )


def _keep(key: str) -> None:
    """Store the weights just uploaded, or say why not; then they are the subject's."""
    file = state.received(key)
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


def choose(name: str) -> None:
    """Take other weights, and the preprocessing they were trained with."""
    after = replace(state.current_selection(), weights=name)
    wanted = weights_of(after).normalisation
    if name == IMAGENET:
        file = imagenet_source.file_for(after.spec)
        wanted = file.normalisation if file else wanted
    state.set_parts(weights=name, normalisation=wanted or after.normalisation)


def _forget() -> None:
    services.weights_store().delete(state.owner())
    state.set_parts(weights=RANDOM)
