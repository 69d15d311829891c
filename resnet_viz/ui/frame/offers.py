"""The lessons and walks that there are: what each teaches, how long it takes, how far a visitor is, and where to go on."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import say
from resnet_viz.ui.frame import answers


class Offer(NamedTuple):
    """A walk to be begun.

    Attributes:
        name: As links know it.
        title: What it is called.
        about: What it teaches, in one line.
        minutes: How long it takes.
        stops: How many it has.
        answered: How many of them were answered.
        resume: The stop to go on at, 0 for none.
    """

    name: str
    title: str
    about: str
    minutes: int
    stops: int
    answered: int
    resume: int

    @property
    def told(self) -> str:
        """How far the visitor is, or how much lies before them."""
        if self.answered:
            return _("{k} of {n} questions answered.").format(k=self.answered, n=self.stops)
        return _("About {minutes} minutes, {n} questions.").format(minutes=self.minutes, n=self.stops)


def show(offers: Sequence[Offer], start: Callable[[str, int], None]) -> None:
    """Draw them in their order.

    Args:
        offers: The lessons and walks.
        start: Begins one, by its name, at a stop.
    """
    with st.container(key="offers", gap="small"):
        for offer in offers:
            _show(offer, start)
        if any(offer.answered for offer in offers):
            st.markdown(":small[" + _("Your answers are kept here for 30 days.") + "]")


def _show(offer: Offer, start: Callable[[str, int], None]) -> None:
    with st.container(key=f"offer_{offer.name}", horizontal=True, vertical_alignment="center", gap="small"):
        head = f"**{say.plain(offer.title)}** &ensp; :small[{say.plain(offer.told)}]"
        st.markdown("  \n".join(filter(None, (head, say.plain(offer.about)))), width="stretch")
        if offer.answered:
            answers.show_delete(offer.name)
        if offer.resume:
            label = _("Go on at stop {n}").format(n=offer.resume)
            key = f"walk_resume_{offer.name}"
            st.button(label, key=key, type="primary", on_click=start, args=(offer.name, offer.resume))
        st.button(_("Start"), key=f"walk_start_{offer.name}", on_click=start, args=(offer.name, 1))
