"""What a file would make of the subject: what differs, one button that takes it, and what does not fit, array by array."""

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from resnet_viz.analysis import network
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import current_language, joined, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.server import services
from resnet_viz.spec import ResNetSpec
from resnet_viz.ui import say, state
from resnet_viz.ui.actions import action
from resnet_viz.ui.weights import pixels
from resnet_viz.ui.weights.opening import Looked, take
from resnet_viz.viz.recognised import misfit_table
from resnet_viz.viz.sentences import change_texts
from resnet_viz.weights.about import About
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.misfit import Misfit, misfits
from resnet_viz.weights.store import PLACES

_SHOWN = 5
# How a network starts and how it learns are no matter to a file of weights.
_ASIDE = ("seed", "seed_policy", "kernel_initializer", "dense_initializer", "bn_momentum", "classifier_activation")


def show(looked: Looked) -> "st.delta_generator.DeltaGenerator | None":
    """Draw what stands above a file's picture; return where what its numbers say of its pixels belongs, if it is asked."""
    about = looked.about
    if about is None:
        return None
    rows, evidence = _misfits(looked), None
    is_asked = pixels.is_asked(about) and (not looked.is_own or not about.normalisation)
    if about.rivals:
        _ask(about, looked.place)
    elif about.spec is None:
        with st.container(key="offer"):
            st.markdown(
                _(
                    "**{n} arrays have names of a residual network, but they do not make up one.** Here is what is missing for the network above."
                ).format(n=about.read)
            )
    elif is_asked or not looked.is_own:
        with st.container(key="offer"):
            if not looked.is_own:
                _offer(looked, about, about.spec)
            if is_asked:
                pixels.ask(about, looked.place)
                evidence = st.container(key="evidence")
    if rows:
        _show_misfits(looked, rows)
    return evidence


def _offer(looked: Looked, about: About, spec: ResNetSpec) -> None:
    differences = _differences(looked.subject.spec, spec)
    with st.container(horizontal=True, vertical_alignment="center", key="offer_row"):
        if differences:
            more = len(differences) - _SHOWN
            texts = list(differences[:_SHOWN])
            if more > 0:
                texts.append(ngettext("{n} more.", "{n} more.", more).format(n=more))
            lead = _("**This file is of another network.**")
            text = joined((lead, *map(say.sentence, texts)), " ")
        else:
            text = _("**This file is of the network above.**")
        used = _in_use(looked)
        if used:
            text = joined((text, _("{name} stays in use until you take it.").format(name=say.code(used))), " ")
        st.markdown(text, width="stretch", help=say.sentence(joined(differences, " ")) if differences else None)
        st.button(
            _("Take this network") if differences else _("Take these weights"),
            type="primary",
            key="weights_take",
            on_click=take,
            args=(about, looked.place),
            disabled=not about.normalisation,
            help=None if about.normalisation else _("First say how its pixels were prepared."),
        )
        if used and not differences:
            st.button(_("Compare the two"), key="weights_beside", on_click=_compare, args=(looked.subject.source,))


def _in_use(looked: Looked) -> str:
    """Return the name of the visitor's other file where the subject has it; "" where it has none."""
    own, file = looked.subject.source, looked.subject.weights.file
    return file.name if own in PLACES and own != looked.place and file else ""


def _ask(about: About, place: str) -> None:
    """Ask which of the networks is meant that a file fits equally well."""
    with st.container(key="offer"):
        st.markdown(_("**The arrays fit these networks equally well. Which one was trained?**"))
        for name, spec in zip(about.rivals, about.candidates, strict=True):
            with st.container(horizontal=True, vertical_alignment="center", key=f"rival_{name}"):
                st.button(name, key=f"weights_rival_{name}", on_click=_say, args=(place, name))
                st.markdown(_differs_in(about, spec), width="stretch")


def _differs_in(about: About, spec: ResNetSpec) -> str:
    """Return what tells one of the candidates from the first other one."""
    other = next(own for own in about.candidates if own != spec)
    return say.sentence(joined(_differences(other, spec)[:_SHOWN], " "))


@action
def _compare(place: str) -> None:
    state.set_parts(versus=place)


@action
def _say(place: str, preset: str) -> None:
    services.weights_store().say(state.owner(), place, preset=preset)


def _differences(before: ResNetSpec, after: ResNetSpec) -> tuple[str, ...]:
    """Return what makes a network another one, its input and classes first; how it starts and learns apart."""
    return _differences_in(current_language(), before, after)


@lru_cache(maxsize=64)
def _differences_in(_language: str, before: ResNetSpec, after: ResNetSpec) -> tuple[str, ...]:
    texts = []
    if before.input_shape != after.input_shape:
        texts.append(
            _("Input {new} instead of {old}.").format(
                new=shape_text(after.input_shape), old=shape_text(before.input_shape)
            )
        )
    if before.classes != after.classes:
        texts.append(_("{new} classes instead of {old}.").format(new=f"{after.classes:,}", old=f"{before.classes:,}"))
    same = {name: getattr(after, name) for name in (*_ASIDE, "input_shape", "classes")}
    return (*texts, *change_texts(replace(before, **same), after).values())


def _misfits(looked: Looked) -> list[Misfit]:
    """Return what does not fit; the classifier that a file without one lacks is said elsewhere."""
    fitting, about = looked.trial.weights.fit, looked.about
    if fitting is None or about is None or about.rivals:
        return []
    found = misfits(fitting, expected_arrays(network(looked.trial.spec)), about.unknown)
    if "no_head" in about.notes:
        found = [row for row in found if not row.name.startswith("fc")]
    return found


def _show_misfits(looked: Looked, rows: list[Misfit]) -> None:
    kinds = {kind: sum(row.kind == kind for row in rows) for kind in ("missing", "misshapen", "extra")}
    counts = joined(
        text.format(n=f"{kinds[kind]:,}")
        for kind, text in (
            ("missing", _("{n} missing")),
            ("misshapen", _("{n} of another shape")),
            ("extra", _("{n} without a place")),
        )
        if kinds[kind]
    )
    lead = _("Arrays that do not fit {preset}: {counts}").format(preset=looked.trial.preset, counts=counts)
    with st.expander(lead, expanded=looked.is_open):
        st.html(misfit_table(rows))
