"""A place for a file.

Streamlit writes its own words there in English; where the page speaks another language, ours stand in their place, for the
eye and for readers of the screen (`style/page.css`).
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from resnet_viz.messages import current_language, joined
from resnet_viz.messages import gettext as _


def show(
    label: str,
    key: str,
    on_change: Callable[..., None],
    args: tuple[Any, ...] = (),
    *,
    kinds: Sequence[str] = (),
    most_mb: int | None = None,
    help: str | None = None,  # noqa: A002 - as Streamlit calls it
) -> None:
    """Draw it.

    Args:
        label: What is to be dropped.
        key: Of the widget.
        on_change: Takes the file, which `state.received` has.
        args: What that is given.
        kinds: Suffixes of files that are taken; any if empty.
        most_mb: The size of a file that is taken; the server's limit if None.
        help: What stands behind "?".
    """
    place: Any = st
    if current_language() != "en":
        place = st.container(key=f"worded_{key}")
        limit = most_mb or int(st.get_option("server.maxUploadSize"))
        about = [_("at most {n} MB").format(n=limit), *(kind.upper() for kind in kinds)]
        words = {"upload": _("Choose a file"), "limit": joined(about), "drop": _("Drop the file here")}
        named = "".join(f"--{name}:{json.dumps(text, ensure_ascii=False)};" for name, text in words.items())
        st.html(f"<style>.st-key-worded_{key}{{{named}}}</style>")
    place.file_uploader(
        label, type=list(kinds) or None, max_upload_size=most_mb, key=key, on_change=on_change, args=args, help=help
    )
