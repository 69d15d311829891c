"""What a visitor sees when we made a mistake: one sentence and a number to find it by in the server's log."""

import logging
import secrets

import streamlit as st

from resnet_viz.messages import gettext as _

_log = logging.getLogger("resnet_viz")


def hide_traceback(error: Exception) -> bool:
    """Log an unexpected error under a fresh number and show that number; True keeps the traceback off the page."""
    number = secrets.token_hex(3)
    _log.error("page error %s", number, exc_info=error)
    st.error(
        _(
            "Something went wrong on our side (number {number}): reload the page; your link and picture are kept."
        ).format(number=number)
    )
    return True
