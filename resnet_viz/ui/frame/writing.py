"""A walk or lesson of one's own in the menu: its stops in order, what changes them, and its file."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from resnet_viz.errors import broken_rule
from resnet_viz.lessons.walks import MAX_STOPS, OWN_WALK, Stop, Walk, read_walk
from resnet_viz.messages import gettext as _
from resnet_viz.ui import kept, say, state
from resnet_viz.ui.actions import action
from resnet_viz.ui.frame import drafting
from resnet_viz.ui.shared import controls, uploads

_MAX_TITLE = 80


def show(show_starts: Callable[[Walk], None], close_menu: Callable[[], None]) -> None:
    """Draw the visitor's own walk.

    Args:
        show_starts: Draws where it may begin.
        close_menu: Closes the menu that this stands in: what a stop asks is written on a page of its own.
    """
    own = kept.walk()
    st.markdown(_("**Your own walk or lesson**"))
    if own.stops:
        controls.text(_("Title"), own.title, _set_title, key="walk_title", max_chars=_MAX_TITLE)
    for index, stop in enumerate(own.stops):
        _show_stop(index, stop, len(own.stops), close_menu)
    st.button(_("Add this view as a stop"), key="walk_add", on_click=_begin, args=(None, close_menu))
    if isinstance(kept.earlier(), Walk):
        st.button(_("Undo"), key="walk_undo", type="tertiary", on_click=kept.bring_back)
    if own.stops:
        with st.container(horizontal=True):
            show_starts(own)
            st.download_button(
                _("Save as a file"),
                own.to_json(),
                file_name="walk.json",
                mime="application/json",
                key="walk_save",
                on_click="ignore",
            )
    with st.expander(_("Take a walk from a file")):
        uploads.show(_("A walk (JSON)"), "walk_upload", _take, kinds=("json",), most_mb=1)


def _show_stop(index: int, stop: Stop, count: int, close_menu: Callable[[], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"walk_own_{index}"):
        st.markdown(f"{index + 1}. {say.plain(stop.question or stop.link)}", width="stretch")
        for key, label, what, do, arguments, is_there in (
            ("edit", _("Edit"), "", _begin, (index, close_menu), True),
            ("up", "↑", _("One stop earlier"), _move, (index, index - 1), index > 0),
            ("down", "↓", _("One stop later"), _move, (index, index + 1), index + 1 < count),
            ("remove", "×", _("Remove"), _remove, (index,), True),
        ):
            st.button(
                label,
                key=f"walk_{key}_{index}",
                type="tertiary",
                help=what or None,
                on_click=do,
                args=arguments,
                disabled=not is_there,
            )


@action
def _begin(index: int | None, close_menu: Callable[[], None]) -> None:
    own = kept.walk()
    if index is None and len(own.stops) >= MAX_STOPS:
        state.add_problem(broken_rule("walk", _("at most {n} stops long").format(n=MAX_STOPS), len(own.stops)))
        return
    close_menu()
    drafting.begin(index, own.stops[index] if index is not None else None)


def show_draft() -> None:
    """Draw the stop that is being written, if one is."""
    drafting.show(_put)


def _put(index: int | None, stop: Stop) -> None:
    """Add a stop, or put it in place of another."""
    own = kept.walk()
    place = len(own.stops) if index is None else index
    stops = (*own.stops[:place], stop, *own.stops[place + 1 :])
    _keep(replace(own, title=own.title or _("My walk"), stops=stops))


def _move(index: int, to: int) -> None:
    own = kept.walk()
    stops = list(own.stops)
    stops.insert(to, stops.pop(index))
    _keep(replace(own, stops=tuple(stops)))


@action
def _remove(index: int) -> None:
    own = kept.walk()
    _keep(replace(own, stops=own.stops[:index] + own.stops[index + 1 :]))
    kept.remember(own)


@action
def _set_title(title: str) -> None:
    kept.keep_walk(replace(kept.walk(), title=title.strip() or _("My walk")))


def _take() -> None:
    """Take the walk of a file in place of one's own, which can be brought back."""
    file = state.received("walk_upload")
    if file is not None:
        own = kept.walk()
        _keep(read_walk(bytes(file.getvalue())))
        kept.remember(own)


def _keep(walk: Walk) -> None:
    """Keep the walk; answers given to its stops as they were are no answers to these."""
    kept.keep_walk(walk)
    if kept.progress().of(OWN_WALK):
        kept.keep_progress(kept.progress().without(OWN_WALK))
