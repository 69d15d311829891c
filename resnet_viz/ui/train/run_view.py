"""A run while it goes on, and after: what it does, its curves, its gradients block by block, its conclusion."""

from datetime import datetime
from typing import Any

import numpy as np
import streamlit as st

from resnet_viz.analysis.curves import by_network
from resnet_viz.errors import StoreError
from resnet_viz.messages import N_, Titles, joined, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.server import services
from resnet_viz.server.watched import Watched, watched
from resnet_viz.subject.views import TrainView, Viewer
from resnet_viz.training.conclusions import conclusion_of
from resnet_viz.training.demos import demos
from resnet_viz.training.record import PHASES
from resnet_viz.ui import say, state
from resnet_viz.ui.actions import action, live
from resnet_viz.ui.own_runs import is_own, run_owner
from resnet_viz.ui.train import learning, run_charts
from resnet_viz.viz.words import network_name

_EVERY_S = 1.0


def show(shown: TrainView, viewer: Viewer) -> None:
    """Draw the watched run. Its buttons stand outside of the part that redraws itself: a click there is never late."""
    found = watched(shown.run)
    if found is None:
        say.info(_("This run is not here, or not any more: it was deleted, or the link is of another server."))
        return
    if found.run is not None:
        _show_head(found)
    every = None if found.has_ended else _EVERY_S
    live(_draw, every)(shown, viewer, _standing(found))


def _standing(found: Watched) -> tuple[str, bool]:
    """Return what decides how the whole page is drawn."""
    return found.record.state, found.has_ended


def _draw(shown: TrainView, viewer: Viewer, standing: tuple[str, bool]) -> bool:
    """Draw the run as it stands; what changes the clock of this fragment, or the rest of the page, draws it anew."""
    found = watched(shown.run)
    if found is None or _standing(found) != standing:
        return False
    if found.run is not None:
        _show_progress(found)
    run_charts.show(shown, viewer, found)
    has_ended = found.has_ended
    if has_ended and found.metrics:
        show_conclusion(found)
    if found.metrics:
        with st.container(key="closer"):
            run_charts.show_closer(shown, viewer, found)
    if has_ended and found.metrics:
        _show_details(found)
    return True


def _show_head(found: Watched) -> None:
    """Draw what the run is, how it stands, and what can be done with it."""
    speed = "" if found.record.state == "running" else _speed_text(found)  # it changes while this stands
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{say.plain(found.title)}**: {_state_text(found)}", width="stretch", help=speed or None)
        if is_own(found):
            _show_controls(found)
        else:
            st.markdown(_("You are watching this run. Only its owner can change it."), width="content")
        st.empty()  # an end of the row that comes with every run: what is still there before it is going


def _show_progress(found: Watched) -> None:
    """Draw how far it is, or why it went no further."""
    record = found.record
    failure = services.runner().failure
    if failure:
        say.warning(failure)
    if record.state == "prepared":
        return
    if not found.has_ended:
        shares = [
            record.spent_s / record.plan.seconds if record.plan.seconds else 0.0,
            record.update / record.plan.updates if record.plan.updates else 0.0,
        ]
        st.progress(min(1.0, max(shares)), text=_progress_text(found))
    elif record.sentence:
        say.warning(record.sentence)


def _show_controls(found: Watched) -> None:
    state_now = found.record.state

    def button(label: str, command: str, **options: Any) -> None:
        st.button(label, key=f"run_{command}", on_click=_command, args=(found.id, command), **options)

    if state_now == "prepared":
        button(_("Start now"), "go", type="primary")
    elif state_now == "paused":
        button(_("Go on"), "go", type="primary")
    elif state_now == "running":
        button(_("Pause"), "pause")
    if not found.has_ended:
        button(_("Cancel"), "cancel")
        return
    if state_now == "done":
        st.button(
            _("Continue"),
            key="run_continue",
            on_click=_extend,
            args=(found.id,),
            help=_("Goes on from where it ended, for the same budget again."),
        )
    elif state_now in ("failed", "cancelled"):
        button(_("Go on"), "go", help=_("Goes on from the last checkpoint."))
    _show_inspect(found)


def _show_inspect(found: Watched) -> None:
    """Offer the trained networks as the subject of all pages."""
    for network in found.record.final:
        st.button(
            _("Inspect {network}").format(network=network_name(network))
            if len(found.record.final) > 1
            else _("Inspect this model"),
            key=f"run_inspect_{network}",
            on_click=inspect,
            args=(found.id, network),
            help=_("Makes it the subject of all pages: its picture, its layers, its activations with these weights."),
        )


def inspect(run_id: str, network: str) -> None:
    """Make a trained network the subject of all pages and show its activations."""
    found = _found(run_id)
    if found is None:
        return
    plan = found.record.plan
    spec = plan.specs(len(found.record.classes))[network]
    text = next(item.text for item in plan.networks if item.name == network)
    name = text.partition(",")[0]
    state.update(lambda now: now.with_preset(name, spec.input_shape, spec.classes).with_spec(spec))
    state.set_parts(weights=f"run.{run_id}.{network}", normalisation="unit")
    state.jump(state.subject(), "activations")


def _found(run_id: str) -> Watched | None:
    """Return a run for a click on it, or None with a sentence if the list cannot be read."""
    try:
        return watched(run_id)
    except StoreError as error:
        state.add_problem(str(error))
        return None


@action
def _command(run_id: str, command: str) -> None:
    services.runner().command(run_id, run_owner(), command)


@action
def _extend(run_id: str) -> None:
    found = _found(run_id)
    if found is None:
        return
    own = demos().get(found.record.plan.demo)
    more = own.plan.seconds if own and own.plan.seconds else found.record.plan.seconds
    services.runner().extend(run_id, run_owner(), seconds=more, updates=own.plan.updates if own else 0)


_STATES = Titles(
    {
        "queued": N_("waiting"),
        "preparing": N_("getting ready"),
        "prepared": N_("ready: compiled and waiting for your click"),
        "running": N_("training"),
        "paused": N_("paused at step {n}"),
        "interrupted": N_("interrupted; it goes on by itself"),
        "done": N_("done {date}, seed {seed}"),
        "cancelled": N_("cancelled at step {n}"),
        "failed": N_("failed at step {n}"),
    }
)
"""What a run does, by its state."""


def _state_text(found: Watched) -> str:
    record = found.record
    text = _STATES(record.state)
    return text.format(n=f"{record.update:,}", date=_date(record.ended), seed=record.plan.seed)


def _progress_text(found: Watched) -> str:
    record = found.record
    if record.state == "queued":
        position = services.runner().position(found.id)
        return ngettext("{n} run before this one", "{n} runs before this one", position).format(n=position)
    if record.state == "preparing" and not run_charts.tells_steps(found):
        return learning.phase_text(record.phase or PHASES[0])
    n, m = f"{record.update:,}", f"{record.plan.updates:,}"
    steps = _("{n} of {m} steps.").format(n=n, m=m) if record.plan.updates else _("{n} steps.").format(n=n)
    if record.left_s is None:
        return joined((steps, _("How long it takes is told after the first steps.")), " ")
    return joined((steps, _("About {s:.0f} s left.").format(s=record.left_s)), " ")


def _speed_text(found: Watched) -> str:
    """Return how fast it goes, for whoever asks."""
    last = by_network(found.metrics)
    speeds = [lines[-1]["images_per_s"] for lines in last.values() if lines[-1].get("images_per_s")]
    if not speeds:
        return ""
    return _("{s:.0f} s of steps, {n:.0f} pictures/s per network, {gb:.1f} GB memory").format(
        s=found.record.spent_s, n=np.mean(speeds), gb=found.metrics[-1]["memory_bytes"] / 2**30
    )


def show_conclusion(found: Watched) -> None:
    """Draw what was measured in a sentence; how to read it, and the exact figures, behind it."""
    own = demos().get(found.record.plan.demo)
    conclusion = conclusion_of(found.record, found.metrics)
    answer = _(own.answer) if own else ""
    with st.container(key="conclusion", gap="xsmall"):
        first, *rest = conclusion.sentences
        st.markdown(f"**{say.sentence(first)}** {joined(map(say.sentence, rest), ' ')}")
        if not conclusion.more:
            st.markdown(answer)
            return
        with st.expander(_("What this does not prove")):
            st.markdown(answer)
            st.markdown("  \n".join(map(say.sentence, conclusion.more)))


def _show_details(found: Watched) -> None:
    record = found.record
    with st.expander(_("How it was done: times, networks, which pictures were mistaken for which")):
        began = _("Begun {date}, seed {seed}, {device}.")
        st.markdown(began.format(date=_date(record.began), seed=record.plan.seed, device=say.plain(record.device)))
        times = joined(f"{learning.phase_text(name)} {seconds:.1f} s" for name, seconds in record.phases.items())
        total = sum(record.phases.values())
        st.markdown(
            _(
                "{times}; in all {total:.0f} s, of which {spent:.0f} s in steps; {precision}; {n} pictures per step; {machine}."
            ).format(
                times=times,
                total=total,
                spent=record.spent_s,
                precision=record.precision,
                n=record.batch,
                machine=say.plain(record.machine),
            )
        )
        for network in record.plan.networks:
            count = record.parameters.get(network.name, 0)
            st.markdown(
                _("{what}, {detail}").format(
                    what=joined((say.code(network.name), say.code(network.text)), ": "),
                    detail=_("{n} parameters").format(n=f"{count:,}"),
                )
            )
        run_charts.show_confusion(record.final, record.classes)


def _date(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "–"
