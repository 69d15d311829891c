"""How pictures were prepared for a set of weights: told by the file's family, else asked; doubted where the numbers do."""

import streamlit as st

from resnet_viz.images.preprocess import NORMALISATIONS, normalisation_name, normalisation_title
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.server import services
from resnet_viz.subject.pixel_scale import nearest, scale_warning
from resnet_viz.ui import say, state
from resnet_viz.ui.actions import action
from resnet_viz.ui.weights.opening import Looked
from resnet_viz.viz.words import number_text
from resnet_viz.weights.about import About
from resnet_viz.weights.figures import Portraits


def is_asked(about: About | None) -> bool:
    """Whether a person has to say how pixels were prepared, or has said it and may think again."""
    return about is not None and about.spec is not None and (about.is_said or not about.normalisation)


def ask(about: About, place: str) -> None:
    """Draw the question, which its file leaves open."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("**How were its pixels prepared?** The file does not say."), width="content")
        _show_choice(about, place)


def _show_choice(about: About, place: str) -> None:
    key = state.bind("weights_pixels", about.normalisation or None)
    st.segmented_control(
        _("Pixel values"),
        list(NORMALISATIONS),
        key=key,
        format_func=normalisation_name,
        on_change=_say,
        args=(key, place),
        label_visibility="collapsed",
    )


def show_evidence(found: Portraits | None) -> None:
    """Say which of the usual ways agrees with what the first BatchNorm has kept; nothing where it kept nothing."""
    spreads = found.own.spreads if found else {}
    near = nearest(spreads)
    if not near:
        return
    others = joined(
        _("{name}: {n} times").format(name=normalisation_name(name), n=_times(times)) for name, times in spreads.items()
    )
    text = _("{name} would agree: after the first convolution, sample pictures spread about as far as in its training.")
    st.markdown(text.format(name=f"**{normalisation_name(near)}**"), help=others)


def show(looked: Looked, found: Portraits | None) -> None:
    """Draw what is known of the pixels, and a warning if the first convolution contradicts."""
    weights, about = looked.trial.weights, looked.about
    if weights.file is None or looked.is_open:
        return
    known = weights.normalisation
    if known:
        title, rule = normalisation_title(known), NORMALISATIONS[known].formula()
        text = _("**Pixels: {title}** ({rule}).")
        if about:
            text = (
                _("**Pixels: {title}** ({rule}), as you said.")
                if about.is_said
                else _("**Pixels: {title}** ({rule}), as all of its family.")
            )
        st.markdown(text.format(title=title, rule=rule))
        if about and about.is_said and looked.is_own:  # else the question stands above
            with st.popover(_("Say otherwise"), type="tertiary"):
                _show_choice(about, looked.place)
    chosen = looked.trial.preparation.normalisation if looked.is_own else known
    warning = scale_warning(found.own.spreads if found else {}, chosen) if chosen else ""
    if warning:
        say.warning(warning)


def _times(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else number_text(value, 2)


@action
def _say(key: str, place: str) -> None:
    name = state.typed(key)
    if name is None:
        return
    services.weights_store().say(state.owner(), place, normalisation=name)
    if state.subject().weights == place:
        state.set_parts(normalisation=name)
