"""A run while it goes on, and after: what it does, its curves, its gradients block by block, its verdict."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from resnet_viz.analysis.curves import Metrics, by_network
from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.training.demos import demos
from resnet_viz.training.record import PHASES, Record
from resnet_viz.training.verdicts import verdict_of
from resnet_viz.ui import services, state
from resnet_viz.ui.components import controls
from resnet_viz.ui.components.run_source import RECORDED, Watched, owner, watched
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.curves import LINES, NORMS, confusion, line_name, loss_over_rate, norms_by_block, over_updates
from resnet_viz.viz.mosaic import mosaic_png, shared_scale

_EVERY_S = 1.0
_PLAY_S = 0.5
# Seconds in which a replay plays through, whatever the run took.
_PLAY_LASTS_S = 20.0
_CHART_PX, _TALL_PX = 212, 300
_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["sendDataToCloud", "select2d", "lasso2d"]}


def show(selection: Selection) -> None:
    """Draw the watched run."""
    found = watched(selection.run)
    if found is None:
        st.info(_("This run is not here (any more): it was deleted, or the link is of another server."))
        return
    is_playing = found.id.startswith(RECORDED) and state.is_playing()
    every = _PLAY_S if is_playing else None if found.has_ended else _EVERY_S
    st.fragment(_draw, run_every=every)(selection, has_ended=found.has_ended)


def _draw(selection: Selection, *, has_ended: bool) -> None:
    """Draw the run as it stands; once it ends, the page is drawn anew without a clock."""
    state.speak()
    found = watched(selection.run)
    if found is None or found.has_ended != has_ended:
        st.rerun()
        return
    upto = _replayed(found) if found.run is None else None
    _show_head(found)
    if found.metrics:
        _show_charts(selection, found, upto)
    elif not found.has_ended:
        _show_steps(found.record)
    if has_ended and (upto is None or not state.is_playing()):
        if selection.present:
            show_verdict(found)
        _show_details(found)


def _show_head(found: Watched) -> None:
    record = found.record
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{_plain(found.title)}** · {_state_text(found)}", width="stretch")
        if found.is_own:
            _show_controls(found)
        else:
            _show_choices(found)
            if found.run is not None:
                st.markdown(_("You are watching; its owner decides."), width="content")
    shares = [
        record.spent_s / record.plan.seconds if record.plan.seconds else 0.0,
        record.update / record.plan.updates if record.plan.updates else 0.0,
    ]
    if not found.has_ended:
        st.progress(min(1.0, max(shares)), text=_progress_text(found))
    elif record.sentence:
        st.warning(record.sentence)


def _plain(text: str) -> str:
    """Return a person's words without what Markdown would make of them."""
    return text.translate({ord(sign): f"\\{sign}" for sign in "\\`*_[]<>#$~:"})


def _show_controls(found: Watched) -> None:
    state_now = found.record.state
    _show_choices(found)

    def tell(label: str, word: str, **options: Any) -> None:
        st.button(label, key=f"run_{word}", on_click=_command, args=(found.id, word), **options)

    if state_now == "prepared":
        tell(_("Start now"), "go", type="primary")
    elif state_now == "paused":
        tell(_("Go on"), "go", type="primary")
    elif state_now == "running":
        tell(_("Pause"), "pause")
    if not found.has_ended:
        tell(_("Cancel"), "cancel")
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
        tell(_("Go on"), "go", help=_("Goes on from the last checkpoint."))
    _show_inspect(found)


def _show_choices(found: Watched) -> None:
    """Draw the choice of what the charts show."""
    with st.popover(_("Charts"), key="run_charts"):
        controls.select(
            _("The curve on the right"), LINES[1:], _lines(found)[1], state.show_line, key="chart_line", title=line_name
        )
        controls.select(
            _("Block by block"), NORMS, state.shown_norm(), state.show_norm, key="chart_norm", title=line_name
        )


def _show_inspect(found: Watched) -> None:
    """Offer the trained networks as the subject of all pages."""
    for network in found.record.final:
        st.button(
            _("Inspect {network}").format(network=network) if len(found.record.final) > 1 else _("Inspect this model"),
            key=f"run_inspect_{network}",
            on_click=inspect,
            args=(found.id, network),
            help=_("Makes it the subject of all pages: its picture, its layers, its activations with these weights."),
        )


def inspect(run_id: str, network: str) -> None:
    """Make a trained network the subject of all pages and show its activations."""
    found = watched(run_id)
    if found is None:
        return
    plan = found.record.plan
    spec = plan.specs(len(found.record.classes))[network]
    text = next(item.text for item in plan.networks if item.name == network)
    name = text.partition(",")[0]

    def change(selection: Selection) -> Selection:
        return selection.with_preset(name, spec.input_shape, spec.classes).with_spec(spec)

    state.update(change)
    state.set_parts(weights=f"run.{run_id}.{network}", normalisation="unit")
    state.jump(state.current_selection(), "activations")


def _command(run_id: str, word: str) -> None:
    state.speak()
    try:
        services.runner().command(run_id, owner(), word)
    except ResNetVizError as error:
        state.add_problem(str(error))


def _extend(run_id: str) -> None:
    state.speak()
    found = watched(run_id)
    if found is None:
        return
    own = demos().get(found.record.plan.demo)
    more = own.plan.seconds if own and own.plan.seconds else found.record.plan.seconds
    try:
        services.runner().extend(run_id, owner(), seconds=more, updates=own.plan.updates if own else 0)
    except ResNetVizError as error:
        state.add_problem(str(error))


def _state_text(found: Watched) -> str:
    record = found.record
    if found.run is None:
        when = _date(record.began)
        return _("{date}, seed {seed}, {device}").format(date=when, seed=record.plan.seed, device=record.device)
    return {
        "queued": _("waiting"),
        "preparing": _("getting ready"),
        "prepared": _("ready: compiled and waiting for your click"),
        "running": _("training"),
        "paused": _("paused at update {n}").format(n=f"{record.update:,}"),
        "interrupted": _("interrupted; it goes on by itself"),
        "done": _("done {date}, seed {seed}").format(date=_date(record.ended), seed=record.plan.seed),
        "cancelled": _("cancelled at update {n}").format(n=f"{record.update:,}"),
        "failed": _("failed at update {n}").format(n=f"{record.update:,}"),
    }[record.state]


def _progress_text(found: Watched) -> str:
    record = found.record
    if record.state == "queued":
        position = services.runner().position(found.id)
        return ngettext("{n} run before this one", "{n} runs before this one", position).format(n=position)
    if record.state in ("preparing", "prepared"):
        return _phase_text(record.phase) if record.phase else _("ready")
    parts = [_("{n} updates").format(n=f"{record.update:,}"), _("{s:.0f} s of updates").format(s=record.spent_s)]
    last = by_network(found.metrics)
    speeds = [lines[-1]["images_per_s"] for lines in last.values() if lines[-1].get("images_per_s")]
    if speeds:
        parts.append(_("{n:.0f} pictures/s per network").format(n=np.mean(speeds)))
        parts.append(_("{n:.1f} GB memory").format(n=found.metrics[-1]["memory_bytes"] / 2**30))
    left = _left_s(record)
    if left is not None:
        parts.append(_("about {s:.0f} s left").format(s=left))
    return " · ".join(parts)


def _left_s(record: Record) -> float | None:
    """Return the seconds of updates that are left, by whichever budget ends first."""
    plan, found = record.plan, []
    if plan.seconds:
        found.append(plan.seconds - record.spent_s)
    if plan.updates and record.update:
        found.append((plan.updates - record.update) * record.spent_s / record.update)
    return max(0.0, min(found)) if found else None


def _phase_text(phase: str) -> str:
    return {
        "import": _("starting Keras"),
        "data": _("reading the pictures"),
        "build": _("building the networks"),
        "compile": _("compiling update and evaluation"),
        "train": _("training"),
        "evaluate": _("looking at the held-back pictures"),
    }[phase]


def _show_steps(record: Record) -> None:
    """Draw the steps before the first measurement, so that nobody looks at a blank page."""
    lines = []
    for phase in PHASES[:-1]:
        if phase in record.phases:
            mark, time = "✓", f"{record.phases[phase]:.1f} s"
        else:
            mark, time = ("▸", "…") if phase == record.phase else ("·", "")
        lines.append(f"{mark} {_phase_text(phase)} {time}")
    st.markdown("  \n".join(lines))
    st.skeleton(height=_CHART_PX)


def _show_charts(selection: Selection, found: Watched, upto: int | None) -> None:
    runs: dict[str, list[Metrics]] = {found.title: found.metrics}
    for other in selection.compared:
        beside = watched(other)
        if beside is not None and beside.metrics and other != found.id:
            title = beside.title if beside.title not in runs else f"{beside.title} ({other[:4]})"
            runs[title] = beside.metrics
    height = _TALL_PX if selection.present else _CHART_PX
    left, right = st.columns(2, gap="small")
    first, second = _lines(found)
    with left:
        if found.record.plan.optimizer.schedule == "growing":
            shown = [line for line in found.metrics if upto is None or line["update"] <= upto]
            _chart(loss_over_rate(shown, height_px=height), "loss", _("Loss against learning rate"))
        else:
            _chart(over_updates(runs, first, upto=upto, height_px=height), "loss", line_name(first))
    with right:
        _chart(over_updates(runs, second, upto=upto, height_px=height), "beside", line_name(second))
    wide, narrow = st.columns([0.66, 0.34], gap="small")
    last = _last_lines(found.metrics, upto)
    with wide:
        _chart(norms_by_block(last, state.shown_norm(), height_px=height), "norms", _("Norms block by block"))
    with narrow:
        _show_watched(found, upto)


def _lines(found: Watched) -> tuple[str, str]:
    """Return what the two curves show: what was chosen, else what the demo is about."""
    own = demos().get(found.record.plan.demo)
    left, right = _ABOUT.get(own.verdict if own else "", ("loss", "training_accuracy"))
    return left, state.shown_line() or right


# What each kind of verdict compares; the training loss and the accuracy of the batches by default.
_ABOUT = {
    "gap": ("training_accuracy", "inference_accuracy"),
    "overfit": ("loss", "validation_accuracy"),
}


def _last_lines(metrics: list[Metrics], upto: int | None) -> dict[str, Metrics]:
    found = {}
    for network, lines in by_network(metrics).items():
        shown = [line for line in lines if upto is None or line["update"] <= upto] or lines[:1]
        found[network] = shown[-1]
    return found


def _chart(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, key=f"run_chart_{key}", config=_CONFIG, alt=alt)


def _show_watched(found: Watched, upto: int | None) -> None:
    """Draw what the last stage makes of one held-back picture, now."""
    frames = [update for update in found.files.frames() if upto is None or update <= upto]
    if not frames:
        return
    maps = found.files.load_frame(frames[-1])
    for network, own in maps.items():
        node, array = list(own.items())[-1]
        scale = shared_scale(array)
        with st.container(key=f"maps_watched_{list(maps).index(network)}"):
            st.image(
                mosaic_png(array, scale, columns=8, smallest_tile=14),
                width="stretch",
                alt=_("First channels of {layer} in {network}").format(layer=node, network=network),
            )
        text = _("{network}: {layer}, {n} channels, {low:.2g} … {high:.2g}")
        st.markdown(
            text.format(network=network, layer=node, n=array.shape[-1], low=scale.low, high=scale.high),
            help=_("What the last stage makes of one held-back picture at update {n}, in inference mode.").format(
                n=frames[-1]
            ),
        )


def _replayed(found: Watched) -> int | None:
    """Draw the replay's controls and return the update up to which it is shown."""
    last = found.metrics[-1]["update"]
    at = state.replay_at(found.id, last)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("Stop") if state.is_playing() else _("Play"),
            key="replay_play",
            on_click=_toggle_playing,
            args=(found.id, at, last),
        )
        if state.is_playing():
            at = min(last, at + max(1, round(last * _PLAY_S / _PLAY_LASTS_S)))
            state.set_replay(found.id, at)
            if at >= last:
                state.set_playing(playing=False)
                st.rerun()
        key = state.bind("replay_slider", at)
        st.slider(
            _("Update"),
            0,
            last,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: state.set_replay(found.id, int(state.typed(key))),
        )
    return at


def _toggle_playing(run_id: str, at: int, last: int) -> None:
    """Play from here, from the start if it is at its end; or stop."""
    playing = not state.is_playing()
    if playing and at >= last:
        state.set_replay(run_id, 0)
    state.set_playing(playing=playing)


def show_verdict(found: Watched) -> None:
    """Draw what was measured, and how to read it."""
    own = demos().get(found.record.plan.demo)
    verdict = verdict_of(found.record, found.metrics)
    with st.container(border=True, key="verdict"):
        first, *rest = verdict.sentences
        st.markdown(f"**{first}**")
        st.markdown(" ".join([*rest, _(own.answer) if own else ""]))


def _show_details(found: Watched) -> None:
    record = found.record
    with st.expander(_("How it was done: times, networks, which pictures were mistaken for which")):
        times = ", ".join(f"{_phase_text(name)} {seconds:.1f} s" for name, seconds in record.phases.items())
        total = sum(record.phases.values())
        st.markdown(
            _(
                "{times}; in all {total:.0f} s, of which {spent:.0f} s in updates; {precision}; {n} pictures per update; {machine}."
            ).format(
                times=times,
                total=total,
                spent=record.spent_s,
                precision=record.precision,
                n=record.batch,
                machine=record.machine,
            )
        )
        for network in record.plan.networks:
            count = record.parameters.get(network.name, 0)
            st.markdown(f"`{network.name}`: `{network.text}`, " + _("{n} parameters").format(n=f"{count:,}"))
        _show_confusion(record.final, record.classes)


def _show_confusion(final: Mapping[str, Mapping[str, Any]], classes: tuple[str, ...]) -> None:
    if not final:
        return
    columns = st.columns(max(2, len(final)), gap="small")
    for column, (name, own) in zip(columns, final.items(), strict=False):
        with column:
            st.markdown(_("{network}: {n} held-back pictures").format(network=name, n=own["validation_pictures"]))
            _chart(confusion(own["confusion"], classes), f"confusion_{name}", _("Counts by true and said class"))


def _date(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "–"
