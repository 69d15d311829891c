"""A walk through the pages: the stop's question, its answer on request, the steps; and a walk of one's own."""

import streamlit as st

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.ui import kept, say, state
from resnet_viz.ui.links import from_params
from resnet_viz.ui.selection import Selection
from resnet_viz.walks import MAX_STOPS, OWN_WALK, Stop, Walk, read_walk, shipped_walks

MENU = "subject_walk"


def walk_of(selection: Selection) -> Walk | None:
    """Return the walk that is being walked, if there is one."""
    if selection.walk == OWN_WALK:
        return kept.walk()
    return shipped_walks().get(selection.walk)


def show(selection: Selection) -> None:
    """Draw the stop: where we are, the question, the answer on request, the way on."""
    walk = walk_of(selection)
    if walk is None or not walk.stops:
        return
    number = min(selection.stop, len(walk.stops))
    stop = walk.stops[number - 1]
    with st.container(key="walk", border=True):
        is_shown = state.is_answer_shown(selection.walk, number)
        left, right = st.columns([0.6, 0.4], gap="small", vertical_alignment="center")
        left.markdown(f"{number} / {len(walk.stops)} · **{say.plain(_said(stop.question))}**")
        with right.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            st.button(
                _("Hide") if is_shown else _("Answer"),
                key="walk_answer",
                shortcut="A",
                on_click=state.show_answer,
                args=(selection.walk, 0 if is_shown else number),
            )
            st.button(
                _("Back"), key="walk_back", shortcut="Left", on_click=go_to, args=(number - 1,), disabled=number == 1
            )
            st.button(
                _("Next"),
                key="walk_on",
                shortcut="Right",
                on_click=go_to,
                args=(number + 1,),
                disabled=number == len(walk.stops),
            )
            st.button(_("End"), key="walk_end", on_click=lambda: state.set_parts(walk="", stop=1))
        if is_shown:
            st.markdown(say.paragraphs(_said(stop.answer)))
    # A clicker sends the page keys; a button has one key, so it gets two of its own that nobody sees.
    with st.container(key="walk_clicker"):
        st.button("‹", key="walk_page_up", shortcut="PageUp", on_click=go_to, args=(number - 1,), disabled=number == 1)
        st.button(
            "›",
            key="walk_page_down",
            shortcut="PageDown",
            on_click=go_to,
            args=(number + 1,),
            disabled=number == len(walk.stops),
        )


def show_menu() -> None:
    """Draw the walks to choose from, and what makes one's own."""
    for name, walk in shipped_walks().items():
        st.button(
            _("Start: {title}").format(title=say.plain(_said(walk.title))),
            key=f"walk_start_{name}",
            on_click=start,
            args=(name,),
        )
    own = kept.walk()
    count = len(own.stops)
    st.markdown(ngettext("**Your own walk**: {n} stop", "**Your own walk**: {n} stops", count).format(n=count))
    question = st.text_area(_("Question at this view"), key="walk_question", max_chars=500, height=70)
    answer = st.text_area(_("Answer"), key="walk_own_answer", max_chars=1500, height=70)
    st.button(_("Add this view as a stop"), key="walk_add", on_click=_add, args=(question, answer))
    for index, stop in enumerate(own.stops):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{index + 1}. {say.plain(stop.question or stop.link)}", width="stretch")
            st.button(_("Remove"), key=f"walk_remove_{index}", on_click=_remove, args=(index,), type="tertiary")
    if own.stops:
        with st.container(horizontal=True):
            st.button(_("Walk it"), key="walk_start_own", on_click=start, args=(OWN_WALK,))
            st.download_button(
                _("Save as a file"),
                own.to_json(),
                file_name="walk.json",
                mime="application/json",
                key="walk_save",
                on_click="ignore",
            )
    st.file_uploader(_("A walk (JSON)"), type=["json"], max_upload_size=1, key="walk_upload", on_change=_take)


def start(name: str) -> None:
    """Begin a walk at its first stop; the menu it was chosen from closes."""
    state.bind(MENU, value=False)
    state.set_parts(walk=name)
    go_to(1)


def go_to(number: int) -> None:
    """Go to a stop: its state becomes the selection, its page the page."""
    selection = state.current_selection()
    walk = walk_of(selection)
    if walk is None or not 1 <= number <= len(walk.stops):
        return
    stop = walk.stops[number - 1]
    target, problems = from_params(dict(stop.params))
    for sentence in problems:
        state.add_problem(sentence)
    state.jump(target.carrying(selection, stop=number), stop.page)


def _said(text: str) -> str:
    """Return a walk's text in the reader's language, if it is one of ours."""
    return _(text) if text else ""


def _add(question: str, answer: str) -> None:
    own = kept.walk()
    if len(own.stops) >= MAX_STOPS:
        state.add_problem(broken_rule("walk", _("at most {n} stops long").format(n=MAX_STOPS), len(own.stops)))
        return
    params = state.current_selection().as_stop().to_params()
    stop = Stop(state.page(), tuple(params.items()), question.strip(), answer.strip())
    try:
        kept.keep_walk(Walk(own.title or _("My walk"), (*own.stops, stop)))
    except SpecError as error:
        state.add_problem(str(error))
        return
    for key in ("walk_question", "walk_own_answer"):
        state.bind(key, "")


def _remove(index: int) -> None:
    own = kept.walk()
    kept.keep_walk(Walk(own.title, own.stops[:index] + own.stops[index + 1 :]))


def _take() -> None:
    file = state.received("walk_upload")
    if file is None:
        return
    try:
        kept.keep_walk(read_walk(bytes(file.getvalue())))
    except SpecError as error:
        state.add_problem(str(error))
