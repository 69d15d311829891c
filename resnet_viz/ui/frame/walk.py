"""A walk through the pages: the stop's question, its answer on request, the steps; and a walk of one's own."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from resnet_viz.analysis import network
from resnet_viz.lessons.grounds import Grounds
from resnet_viz.lessons.marks import unmarked
from resnet_viz.lessons.told import in_one_line, told
from resnet_viz.lessons.walks import OWN_WALK, Stop, Walk, shipped_walks
from resnet_viz.messages import gettext as _
from resnet_viz.paths import STYLE
from resnet_viz.server.watched import RECORDED
from resnet_viz.subject.links import from_params
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import Viewer
from resnet_viz.ui import kept, replay, state
from resnet_viz.ui.frame import answers, asking, measuring, offers, pointing, sheets, walking, writing
from resnet_viz.ui.shared import controls

MENU = "subject_walk"
# The recorded run in which a plain and a residual network learn side by side.
_RACE_DEMO = "plain-vs-residual"
_RACE = f"{RECORDED}{_RACE_DEMO}"


def walk_of(viewer: Viewer) -> Walk | None:
    """Return the walk that is being walked, if there is one."""
    if viewer.walk == OWN_WALK:
        return kept.walk()
    return shipped_walks().get(viewer.walk)


def still_asked(viewer: Viewer) -> frozenset[str]:
    """Return the quantities that the walk has yet to ask for."""
    walk = walk_of(viewer)
    return walk.still_asked(kept.progress().of(viewer.walk)) if walk and walk.is_lesson else frozenset()


def arrive() -> None:
    """Go to the stop that a link names which brings no network of its own: ``?walk=tour`` is the tour from its start."""
    if state.INVITED.take():
        viewer = state.subject().viewer
        walk = walk_of(viewer)
        if walk and walk.stops:
            go_to(min(viewer.stop, len(walk.stops)))


def show(viewer: Viewer) -> None:
    """Draw the stop: the question, room for its answer, where we are, the way on. Its height never changes."""
    walk = walk_of(viewer)
    if walk is None or not walk.stops:
        return
    st.html(STYLE / "walk.css")
    number, last = min(viewer.stop, len(walk.stops)), len(walk.stops)
    with st.container(key="walk"):
        asked, way = st.columns([0.74, 0.26], gap="medium")
        with asked:
            _show_question(viewer.walk, walk.stops[number - 1], number)
        with way:
            _show_way(viewer.walk, number, last, is_lesson=walk.is_lesson)
    # A clicker sends the page keys; a button has one key, so it gets two of its own that nobody sees.
    with st.container(key="walk_clicker"):
        _step("‹", "walk_page_up", "PageUp", number - 1, last)
        _step("›", "walk_page_down", "PageDown", number + 1, last)


def measure(viewer: Viewer) -> None:
    """Measure, behind the page, what a lesson's stop waits for; then the page is drawn anew with it."""
    walk = walk_of(viewer)
    if walk and walk.stops:
        number = min(viewer.stop, len(walk.stops))
        if asking.measure(viewer.walk, walk.stops[number - 1], number):
            st.rerun()


def _show_question(name: str, stop: Stop, number: int) -> None:
    with st.container(key="walk_asked"):
        pointing.show(in_one_line(_told(name, stop, stop.question)))
        if stop.ask:
            with st.container(key="walk_predicted"):
                if kept.progress().at(name, number):
                    _show_waiting()
                if asking.show(name, stop, number, lambda: _run(stop, number)):
                    pointing.show(_told(name, stop, stop.answer))
            return
        state.ASKED.set("")
        is_shown = walking.is_answer_shown(name, number)
        with st.container(key="walk_told"):
            if is_shown:
                _show_waiting()
                pointing.show(_told(name, stop, stop.answer))
            st.button(
                _("Hide") if is_shown else _("Show the answer"),
                key="walk_answer",
                shortcut="A",
                type="tertiary" if is_shown else "secondary",
                on_click=_show_answer,
                args=(name, 0 if is_shown else number),
            )


def _show_answer(name: str, number: int) -> None:
    """Tell a stop's answer, of stop 0 none; a recorded run plays, and the bar tells its numbers where it ends."""
    walking.show_answer(name, number)
    if number and state.subject().train.run.startswith(RECORDED):
        replay.play_anew()


def _show_waiting() -> None:
    """Say, in the place of an answer, that it comes when a recorded run has played; the style sheet knows when it plays."""
    if state.PAGE.get() == "train" and state.subject().train.run.startswith(RECORDED):
        with st.container(key="walk_waiting"):
            st.markdown(_("The curves are drawn first. Then it is told what came."))


def _show_way(name: str, number: int, last: int, *, is_lesson: bool) -> None:
    """Draw how far the walk is, the steps, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = _("<b>{n}</b> of {m}").format(n=number, m=last)
        bar = f'<progress value="{number}" max="{last}" aria-label="{number} / {last}"></progress>'
        st.html(f'<span class="told">{told}</span>{bar}')
        st.button(
            _("Leave the walk"),
            key="walk_end",
            shortcut="Escape",
            type="tertiary",
            on_click=leave,
            help=_("Back to what you looked at before.") if walking.has_place() else None,
        )
    with st.container(horizontal=True, gap="small", key="walk_steps"):
        _step(_("Back"), "walk_back", "Left", number - 1, last)
        if number < last or name == OWN_WALK:
            _step(_("Next"), "walk_on", "Right", number + 1, last)
        elif not is_lesson:
            _hand_over(_("Watch two networks learn"), watch_two_networks)
        elif following := _following(name, number):
            other, first_open = following
            title = _in_language(other, shipped_walks()[other].title)
            _hand_over(_("Next lesson: {title}").format(title=title), partial(start, other, first_open))
        else:
            st.button(_("Done"), key="walk_done", shortcut="Right", type="primary", on_click=leave)


def _hand_over(label: str, on_click: Callable[[], None]) -> None:
    st.button(label, key="walk_hand_over", shortcut="Right", type="primary", on_click=on_click)


def _following(name: str, number: int) -> tuple[str, int] | None:
    """Return the lesson to go on with once a stop is answered, the next one that asks something, and its stop that does."""
    progress, lessons = kept.progress(), [other for other, walk in shipped_walks().items() if walk.is_lesson]
    if progress.at(name, number) is None:
        return None
    place = lessons.index(name)
    for other in (*lessons[place + 1 :], *lessons[:place]):
        if open_stops := shipped_walks()[other].open_stops(progress.of(other)):
            return other, open_stops[0]
    return None


def _step(label: str, key: str, shortcut: str, number: int, last: int) -> None:
    """Draw the button to a stop."""
    is_there = 1 <= number <= last
    st.button(label, key=key, shortcut=shortcut, on_click=go_to, args=(number,), disabled=not is_there)


def show_menu() -> None:
    """Draw the walks to choose from, and what makes one's own."""
    _show_stops(state.subject().viewer)
    offers.show([_offer(name, walk) for name, walk in shipped_walks().items()], start)
    answers.show_files(_lessons())
    printable = {name: walk for name, walk in _walks().items() if walk.is_lesson}
    titled = {name: (_in_language(name, walk.title), walk) for name, walk in printable.items()}
    sheets.show(titled, _in_language, answers.address())
    writing.show(_show_own_starts, _close_menu)


def _offer(name: str, walk: Walk) -> offers.Offer:
    answered, (left, left_at) = kept.progress().of(name), walking.LEFT_WALK.get()
    open_stops = walk.open_stops(answered)
    resume = open_stops[0] if answered and open_stops else 0
    if left == name and 1 < left_at <= len(walk.stops) and left_at not in answered:
        resume = left_at
    title, about = (_in_language(name, text) for text in (walk.title, walk.about))
    return offers.Offer(name, title, about, walk.minutes, len(walk.stops), len(answered), resume)


def _close_menu() -> None:
    state.bind(MENU, value=False)


def _lessons() -> dict[str, answers.Asked]:
    """Return title and questions of everything a visitor may have answered."""
    return {name: _asked(name, walk) for name, walk in _walks().items() if walk.is_lesson}


def _walks() -> dict[str, Walk]:
    return {**shipped_walks(), OWN_WALK: kept.walk()}


def _asked(name: str, walk: Walk) -> answers.Asked:
    """Return a lesson's title and its questions by number."""
    return _in_language(name, walk.title), {n: _question(name, stop) for n, stop in enumerate(walk.stops, start=1)}


def _show_stops(viewer: Viewer) -> None:
    """Draw the stops of the walk that is being walked, to go to any of them."""
    walk = walk_of(viewer)
    if walk is None or not walk.stops:
        return
    controls.select(
        _("Go to stop"),
        range(1, len(walk.stops) + 1),
        min(viewer.stop, len(walk.stops)),
        go_to,
        key="walk_go_to",
        title=lambda number: f"{number}. {_question(viewer.walk, walk.stops[number - 1])}",
    )


def _show_own_starts(walk: Walk) -> None:
    """Draw where a visitor's own walk may begin: at its start, and where it was left."""
    with st.container(horizontal=True, gap="small"):
        st.button(_("Walk it"), key=f"walk_start_{OWN_WALK}", on_click=start, args=(OWN_WALK,))
        resume = _offer(OWN_WALK, walk).resume
        if resume:
            label = _("Go on at stop {n}").format(n=resume)
            st.button(label, key=f"walk_resume_{OWN_WALK}", on_click=start, args=(OWN_WALK, resume))


def start(name: str, number: int = 1) -> None:
    """Begin a walk at a stop, wherever the visitor is; the menu it was chosen from closes."""
    _close_menu()
    if not state.subject().viewer.walk:
        walking.keep_place()
    state.set_parts(walk=name)
    go_to(number)


def go_to(number: int) -> None:
    """Go to a stop: its state becomes the subject, its page the page; nothing of what was on screen stays.

    One that is answered shows what came of its question.
    """
    viewer = state.subject().viewer
    walk = walk_of(viewer)
    if walk is None or not 1 <= number <= len(walk.stops):
        return
    stop = walk.stops[number - 1]
    is_answered = bool(stop.ask) and kept.progress().at(viewer.walk, number) is not None
    target = _go(stop.evidence if is_answered else stop, number)
    if target.train.run.startswith(RECORDED) and not is_answered:  # asked before it is seen
        replay.hold(target.train.run)


def _run(stop: Stop, number: int) -> None:
    """Show what comes of a stop's question: its state for that, or its recorded run from the start."""
    if stop.run:
        _go(stop.evidence, number)
    if state.subject().train.run.startswith(RECORDED):
        replay.play_anew()


def _go(stop: Stop, number: int) -> Subject:
    target, problems = from_params(dict(stop.params))
    for sentence in problems:
        state.add_problem(sentence)
    walking.step_to(target.carrying(state.subject().viewer, stop=number), stop.page)
    return target


def leave() -> None:
    """End the walk: back to what was on screen before it; without that, the stop's view stays, without the question."""
    now = state.subject()
    walking.LEFT_WALK.set((now.viewer.walk, now.viewer.stop))
    before, page = walking.taken_place() or (now, state.PAGE.get())
    walking.step_to(before.seen_by(now.viewer), page)


def watch_two_networks() -> None:
    """End the walk, if there is one, and play the recorded run of a plain and a residual network from its start."""
    now = state.subject()
    before, _page = walking.taken_place() or (now, "")
    replay.play_anew()
    walking.step_to(before.seen_by(now.viewer).having(demo=_RACE_DEMO, settings="", run=_RACE, compared=()), "train")


def _question(name: str, stop: Stop) -> str:
    return unmarked(_told(name, stop, stop.question))


def _told(name: str, stop: Stop, text: str) -> str:
    """Return a text of a stop with its numbers, which are those of the stop's own link."""
    subject, _problems = from_params(dict(stop.params))
    grounds = Grounds(
        network(subject.spec),
        run=lambda: measuring.facts(subject.train.run),
        beside=lambda other: Grounds(network(subject.spec), run=lambda: measuring.facts(other.removeprefix("run:"))),
    )
    return told(_in_language(name, text), stop, grounds, measuring.known(stop))


def _in_language(name: str, text: str) -> str:
    """Return a text of a walk: of ours in the reader's language, of a visitor's as it is."""
    return text if name == OWN_WALK or not text else _(text)
