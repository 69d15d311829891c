"""The projector: every page by a key, a way out by another, and a word on which keys there are."""

from functools import partial

import streamlit as st

from resnet_viz.lessons.walks import PAGES
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import state


def show_keys(viewer: Viewer) -> None:
    """Draw the buttons that nobody sees and the keyboard presses; on a walk its own keys come first."""
    if not viewer.present:
        return
    with st.container(key="present_keys"):
        for number, path in enumerate(PAGES, 1):
            _key(f"present_{number}", str(number), path)
        if not viewer.walk:
            here = PAGES.index(state.PAGE.get())
            _key("present_before", "PageUp", PAGES[max(0, here - 1)])
            _key("present_after", "PageDown", PAGES[min(len(PAGES) - 1, here + 1)])
            st.button("×", key="present_end", shortcut="Escape", on_click=partial(state.set_parts, present=False))


def show_help(viewer: Viewer) -> None:
    """Draw which keys there are, in one line."""
    keys = [
        (_("1 to {n}").format(n=len(PAGES)), _("another page")),
        (
            _("Page Up, Page Down"),
            _("the stop before, the next stop") if viewer.walk else _("the page before, the next page"),
        ),
        ("P", _("leave the projector")),
    ]
    if viewer.walk:
        keys[1:1] = [("A", _("the answer")), ("Esc", _("leave the walk"))]
    else:
        keys.append(("Esc", _("leave the projector")))
    st.markdown(joined((f"**{key}** {what}" for key, what in keys), " · "))


def _key(key: str, shortcut: str, path: str) -> None:
    st.button(shortcut, key=key, shortcut=shortcut, on_click=_turn_to, args=(path,))


def _turn_to(path: str) -> None:
    """Show another page of the same subject."""
    state.jump(state.subject(), path)
