"""The charts of a run: its picture, another curve, the norms block by block, what a watched picture becomes, who is taken for whom."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from resnet_viz.analysis.curves import Metrics, by_network
from resnet_viz.messages import gettext as _
from resnet_viz.server.watched import Watched, watched
from resnet_viz.subject.views import TrainView, Viewer
from resnet_viz.training.demos import demos
from resnet_viz.training.plan import Plan
from resnet_viz.ui import replay, say
from resnet_viz.ui.shared import chart, controls
from resnet_viz.ui.slots import Slot
from resnet_viz.ui.train import learning
from resnet_viz.viz.curves import (
    LINES,
    NORMS,
    confusion,
    line_name,
    loss_over_rate,
    norms_at_moments,
    norms_by_block,
    over_updates,
)
from resnet_viz.viz.mosaic import mosaic_png, shared_scale
from resnet_viz.viz.words import network_name

# Which measurement is drawn beside the loss ("": the one the demo is about); which norms, block by block.
_LINE = Slot("line", "")
_NORM = Slot("norm", "gradient_norms")

_CHART_PX, _TALL_PX = 260, 360


def tells_steps(found: Watched) -> bool:
    """Whether the picture of a run tells by a clock what happens before its first measurement."""
    return not _is_search(found) and learning.clock(found) is not None


def _is_search(found: Watched) -> bool:
    """Whether it looks for a learning rate: then its picture is another one."""
    return found.record.plan.optimizer.schedule == "growing"


def show(shown: TrainView, viewer: Viewer, found: Watched) -> None:
    """Draw the picture of the run: its networks, and what its demo is about over the steps."""
    if _is_search(found):
        if found.metrics:
            chart.show(
                loss_over_rate(found.metrics, height_px=_TALL_PX), "run_chart_loss", _("Loss against learning rate")
            )
        return
    if shown.chart in NORMS and found.metrics:
        _show_norms(shown, viewer, found)
        return
    learning.show(viewer, found, _runs(shown.compared, found), shown.chart or about(found.record.plan)[0])


def _show_norms(shown: TrainView, viewer: Viewer, found: Watched) -> None:
    """Draw the norms block by block where the run began and where it ended; beside others, where each began."""
    runs = _runs(shown.compared, found)
    if len(runs) > 1:
        moments = {title: _first_lines(metrics) for title, metrics in runs.items()}
    else:
        first, last = _first_lines(found.metrics), _last_lines(found.metrics, None)
        moments = {_("At the start"): first, _("At the end"): last}
    figures = norms_at_moments(moments.values(), shown.chart, height_px=_TALL_PX if viewer.present else _CHART_PX)
    columns = st.columns(len(moments), gap="medium")
    for number, (title, figure) in enumerate(zip(moments, figures, strict=True)):
        steps = max(line["update"] for line in moments[title].values())
        with columns[number]:
            st.markdown(_("**{title}**, after {n} steps").format(title=say.plain(title), n=f"{steps:,}"))
            chart.show(figure, f"run_chart_moment_{number}", line_name(shown.chart))
    if any(not value for lines in moments.values() for line in lines.values() for value in line[shown.chart].values()):
        st.markdown(_("Where no bar stands, it is 0: smaller than the machine can write."))


def _first_lines(metrics: Sequence[Metrics]) -> dict[str, Metrics]:
    return {network: lines[0] for network, lines in by_network(metrics).items()}


def show_closer(shown: TrainView, viewer: Viewer, found: Watched) -> None:
    """Draw what else was measured, up to where the picture stands: another curve, norms block by block, a watched picture."""
    height = _TALL_PX if viewer.present else _CHART_PX
    upto, last = _shown(found), found.metrics[-1]["update"]
    line = _LINE.get() or about(found.record.plan)[1]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = _("Look closer")
        st.markdown(f"**{title}**", width="stretch")
        _show_choices(line)
    left, middle, right = st.columns([0.36, 0.36, 0.28], gap="small")
    with left:
        curves = over_updates(_runs(shown.compared, found), line, upto=upto, last=last, height_px=height)
        chart.show(curves, "run_chart_beside", line_name(line))
    with middle:
        lines = _last_lines(found.metrics, upto)
        norms = norms_by_block(lines, _NORM.get(), height_px=height)
        chart.show(norms, "run_chart_norms", _("Norms block by block"))
    with right:
        _show_watched(found, upto)


def _shown(found: Watched) -> int:
    """Return the step up to which a run is shown."""
    last = int(found.metrics[-1]["update"])
    return replay.shown_at(found.id, last) if found.has_ended else last


def _runs(compared: Sequence[str], found: Watched) -> dict[str, list[Metrics]]:
    """Return the measurements of the run, and of those drawn beside it."""
    runs: dict[str, list[Metrics]] = {found.title: found.metrics} if found.metrics else {}
    for other in compared:
        beside = watched(other)
        if beside is not None and beside.metrics and other != found.id:
            title = beside.title if beside.title not in runs else f"{beside.title} ({other[:4]})"
            runs[title] = beside.metrics
    return runs


def about(plan: Plan) -> tuple[str, str]:
    """Return what the two curves of a plan show: what its demo is about."""
    own = demos().get(plan.demo)
    return _ABOUT.get(own.conclusion if own else "", ("training_accuracy", "loss"))


# What each kind of conclusion compares; the accuracy of the batches and the training loss by default.
_ABOUT = {
    "gap": ("inference_accuracy", "training_accuracy"),
    "overfit": ("loss", "validation_accuracy"),
}


def _last_lines(metrics: list[Metrics], upto: int | None) -> dict[str, Metrics]:
    found = {}
    for network, lines in by_network(metrics).items():
        shown = [line for line in lines if upto is None or line["update"] <= upto] or lines[:1]
        found[network] = shown[-1]
    return found


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
                output_format="PNG",
                alt=_("First channels of {layer} in {network}").format(layer=node, network=network_name(network)),
            )
        text = _("What the last stage of {network} makes of one held-back picture")
        exact = _("{layer}, {n} channels, {low:.2g} … {high:.2g}, at step {step}, in inference mode.")
        st.markdown(
            text.format(network=say.plain(network_name(network))),
            help=exact.format(layer=node, n=array.shape[-1], low=scale.low, high=scale.high, step=frames[-1]),
        )


def _show_choices(line: str) -> None:
    """Draw the choice of what the charts show."""
    with st.popover(_("Charts"), key="run_charts"):
        controls.select(_("The curve on the left"), LINES, line, _LINE.set, key="chart_line", title=line_name)
        controls.select(_("Block by block"), NORMS, _NORM.get(), _NORM.set, key="chart_norm", title=line_name)


def show_confusion(final: Mapping[str, Mapping[str, Any]], classes: tuple[str, ...]) -> None:
    """Draw how many held-back pictures of each class were said to be of which."""
    if not final:
        return
    columns = st.columns(max(2, len(final)), gap="small")
    for column, (name, own) in zip(columns, final.items(), strict=False):
        with column:
            st.markdown(
                _("{network}: {n} held-back pictures").format(
                    network=say.plain(network_name(name)), n=own["validation_pictures"]
                )
            )
            table = confusion(own["confusion"], classes)
            chart.show(table, f"run_chart_confusion_{name}", _("Counts by true and said class"))
