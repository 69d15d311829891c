"""A place for a file, and what was refused of it: that is told for as long as the file lies there.

Streamlit writes its own words there in English; where the page speaks another language, ours stand in their place, for the
eye and for readers of the screen (`style/page.css`).
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import current_language, joined
from resnet_viz.messages import gettext as _
from resnet_viz.ui import say, state
from resnet_viz.ui.slots import Slot

_REFUSED: Slot[dict[str, tuple[str, str]]] = Slot("refused", {})
"""By a place's key: the file refused there, as Streamlit knows it, and the sentence that says why."""


def show(
    label: str,
    key: str,
    take: Callable[[], None],
    *,
    kinds: Sequence[str] = (),
    most_mb: int | None = None,
    help: str | None = None,  # noqa: A002 - as Streamlit calls it
    wide: "st.delta_generator.DeltaGenerator | None" = None,
) -> None:
    """Draw it.

    Args:
        label: What is to be dropped.
        key: Of the widget.
        take: Takes the file, which `state.received` has; what it raises is told.
        kinds: Suffixes of files that are taken; any if empty.
        most_mb: The size of a file that is taken; the server's limit if None.
        help: What stands behind "?".
        wide: Where a refusal is told, if not here, above the file.
    """
    refused = wide or st.container()  # always there: what stands below stays what it is
    place: Any = st
    if current_language() != "en":
        place = st.container(key=f"worded_{key}")
        limit = most_mb or int(st.get_option("server.maxUploadSize"))
        about = [_("at most {n} MB").format(n=limit), *(kind.upper() for kind in kinds)]
        words = {"upload": _("Choose a file"), "limit": joined(about), "drop": _("Drop the file here")}
        named = "".join(f"--{name}:{json.dumps(text, ensure_ascii=False)};" for name, text in words.items())
        st.html(f"<style>.st-key-worded_{key}{{{named}}}</style>")
    place.file_uploader(
        label,
        type=list(kinds) or None,
        max_upload_size=most_mb,
        key=key,
        on_change=_take,
        args=(key, take),
        help=help,
    )
    file, (refused_file, sentence) = state.typed(key), _REFUSED.get().get(key, ("", ""))
    if file is not None and file.file_id == refused_file:
        with refused:
            say.warning(sentence)


def _take(key: str, take: Callable[[], None]) -> None:
    """Take the file that was just dropped; one that is refused changes nothing."""
    refused = {own: told for own, told in _REFUSED.get().items() if own != key}
    try:
        take()
    except ResNetVizError as error:
        refused[key] = (state.typed(key).file_id, str(error))
    _REFUSED.set(refused)
