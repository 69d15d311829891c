"""The choice of weights, and what it means for the network in view."""

import contextlib
from dataclasses import replace
from functools import partial

import streamlit as st

from resnet_viz.errors import StoreError
from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.messages import gettext as _
from resnet_viz.reports import names
from resnet_viz.reports.runs import run_name
from resnet_viz.server import services
from resnet_viz.server.watched import watched
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.changes import is_built_alike
from resnet_viz.ui import resolving, say, state
from resnet_viz.ui.own_runs import run_owner
from resnet_viz.ui.shared import controls, imagenet_source, uploads
from resnet_viz.viz.words import network_name
from resnet_viz.weights.catalogue import Card, cards
from resnet_viz.weights.choice import IMAGENET, RANDOM, RUN, SHIPPED, Weights
from resnet_viz.weights.fit import fit
from resnet_viz.weights.store import PLACES, WeightsFile

# Networks of the newest runs to choose from; the Train page lists all.
_MOST_RUNS = 12
# Letters of a file's name where there is little room.
_LONGEST = 30


def weights_text(weights: Weights, spec: ResNetSpec) -> str:
    """Return what the weights are, in the words every panel uses."""
    return names.weights_text(weights, spec, say.code)


def weights_choices(source: str, weights: Weights) -> dict[str, str]:
    """Return the weights there are to choose from, with what they are called; those in use among them."""
    choices = {SHIPPED: _("shipped: trained on shapes")} if cards() else {}
    choices |= {RANDOM: _("random"), IMAGENET: _("ImageNet (Keras)")}
    choices |= own_files()
    with contextlib.suppress(StoreError):  # there are other weights to look at
        for run in services.run_store().of_owner(run_owner())[:_MOST_RUNS]:
            found = watched(run.id)
            for trained in found.record.final if found else ():
                title = _("run: {name}, {network}").format(name=run_name(run), network=network_name(trained))
                choices[f"{RUN}.{run.id}.{trained}"] = title
    if source not in choices:
        choices[source] = weights.file.name if weights.file else _("not here")
    return choices


def show(source: str, weights: Weights, spec: ResNetSpec) -> None:
    """Draw the choice: what ships, random by seed, ImageNet's, a file of one's own, a training run."""
    choices = weights_choices(source, weights)
    controls.select(
        _("Weights"),
        choices,
        source,
        resolving.choose_weights,
        key="weights_choice",
        title=choices.__getitem__,
    )
    if source == IMAGENET:
        imagenet_source.show(spec)
    elif weights.card:
        _show_card(weights.card)
    elif weights.file:
        st.markdown(
            _("{name}, {n} arrays, sha256 `{sha}`").format(
                name=say.code(weights.file.name), n=len(weights.file.shapes), sha=weights.file.sha256[:16]
            )
        )
        if source in PLACES:
            st.button(_("Delete my weights"), on_click=_forget, args=(source,), key="weights_delete")
    else:
        if source == SHIPPED:
            st.markdown(_("The shipped weights belong to another network, so this one has its random start."))
        _show_seed(spec)
    if state.PAGE.get() != "weights":
        st.button(
            _("See what they have learned"), key="weights_see", on_click=lambda: state.jump(state.subject(), "weights")
        )
    key = "weights_upload"
    uploads.show(_("Your own weights (arrays only; nothing in the file is run)"), key, partial(_take, key))


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


def _show_seed(spec: ResNetSpec) -> None:
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


def _take(key: str) -> None:
    """Store the weights just uploaded, or say why not; what is not of this network is explained on its page."""
    kept = keep(key)
    if kept is None:
        return
    place, found = kept
    now = state.subject()
    known = found.about.spec if found.about else None
    if known and is_built_alike(known, now.spec) and fit(now.summary, found.shapes).is_complete:
        resolving.choose_weights(place)
    else:
        state.jump(now.having(looked=place), "weights")


def own_files() -> dict[str, str]:
    """Return the visitor's own files by their places, with short names; two of one name are told apart by their bytes."""
    files = {place: services.weights_store().load(state.owner(), place) for place in PLACES}
    found = {place: file for place, file in files.items() if file}
    are_alike = len({file.name[:_LONGEST] for file in found.values()}) < len(found)
    return {
        place: f"{file.name[:_LONGEST]} · {file.sha256[:4]}" if are_alike else file.name[:_LONGEST]
        for place, file in found.items()
    }


def keep(key: str) -> tuple[str, WeightsFile] | None:
    """Keep the file that an uploader holds, whatever network it is of, never in place of the one in use.

    Returns:
        Its place and the file; None if there is none.
    """
    file = state.received(key)
    if file is None:
        return None
    with st.spinner(_("Checking the weights in a process of their own …"), show_time=True):
        store, place = services.weights_store(), _free_place()
        before = store.load(state.owner(), place)
        found = store.save(state.owner(), file.name, file.getvalue(), place)
    if before and before.sha256 != found.sha256:
        text = _("{old} gave way to {new}: {n} files are kept at most.")
        state.add_problem(text.format(old=say.code(before.name), new=say.code(found.name), n=len(PLACES)))
    return place, found


def _free_place() -> str:
    """Return where a new file goes: not where the one in use is, else not where the one is that was looked at last."""
    now, first, second = state.subject(), *PLACES
    if now.weights in PLACES:
        return first if now.weights == second else second
    if now.weighing.looked in PLACES:
        return first if now.weighing.looked == second else second
    return second if first in own_files() and second not in own_files() else first


def _forget(place: str) -> None:
    services.weights_store().delete(state.owner(), place)
    state.set_parts(weights=RANDOM)
