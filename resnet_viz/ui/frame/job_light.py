"""A small light on every page while something trains."""

import streamlit as st

from resnet_viz.errors import StoreError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.server import services
from resnet_viz.ui import state
from resnet_viz.ui.actions import action, live
from resnet_viz.ui.own_runs import run_owner

_EVERY_S = 3.0


def show() -> None:
    """Draw the light if anything runs or waits; it then looks again every few seconds."""
    running, waiting = _counts()
    if running or waiting:
        with st.container(key="job_light_box", width="content"):
            live(_draw, _EVERY_S)()


def _draw() -> bool:
    running, waiting = _counts()
    if not running and not waiting:
        return False
    text = ngettext("● {n} job", "● {n} jobs", running + waiting).format(n=running + waiting)
    st.button(
        text,
        key="job_light",
        type="tertiary",
        on_click=_open,
        help=_("{running} running, {waiting} waiting on this server: to the Train page").format(
            running=running, waiting=waiting
        ),
    )
    return True


def _counts() -> tuple[int, int]:
    """Return how many runs are running and how many wait; none where the list cannot be read: the page is about more."""
    try:
        return services.job_counts()
    except StoreError:
        return 0, 0


@action
def _open() -> None:
    """Go to the Train page, at the visitor's own run that is furthest on."""
    own = [run for run in services.run_store().of_owner(run_owner()) if not run.has_ended]
    subject = state.subject()
    state.jump(subject.having(run=own[-1].id) if own else subject, "train")
