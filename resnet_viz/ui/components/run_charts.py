"""The charts of a run: two curves, the norms block by block, what a watched picture becomes, who is taken for whom."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from resnet_viz.analysis.curves import Metrics, by_network
from resnet_viz.messages import gettext as _
from resnet_viz.training.demos import demos
from resnet_viz.ui import state
from resnet_viz.ui.components import controls
from resnet_viz.ui.components.run_source import Watched, watched
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.curves import LINES, NORMS, confusion, line_name, loss_over_rate, norms_by_block, over_updates
from resnet_viz.viz.mosaic import mosaic_png, shared_scale

CHART_PX, _TALL_PX = 212, 232
_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["sendDataToCloud", "select2d", "lasso2d"]}


def show(selection: Selection, found: Watched, upto: int | None) -> None:
    """Draw the run up to an update, or as it stands; other runs beside it where asked for."""
    runs: dict[str, list[Metrics]] = {found.title: found.metrics}
    for other in selection.compared:
        beside = watched(other)
        if beside is not None and beside.metrics and other != found.id:
            title = beside.title if beside.title not in runs else f"{beside.title} ({other[:4]})"
            runs[title] = beside.metrics
    height = _TALL_PX if selection.present else CHART_PX
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


def show_choices(found: Watched) -> None:
    """Draw the choice of what the charts show."""
    with st.popover(_("Charts"), key="run_charts"):
        controls.select(
            _("The curve on the right"), LINES[1:], _lines(found)[1], state.show_line, key="chart_line", title=line_name
        )
        controls.select(
            _("Block by block"), NORMS, state.shown_norm(), state.show_norm, key="chart_norm", title=line_name
        )


def show_confusion(final: Mapping[str, Mapping[str, Any]], classes: tuple[str, ...]) -> None:
    """Draw how many held-back pictures of each class were said to be of which."""
    if not final:
        return
    columns = st.columns(max(2, len(final)), gap="small")
    for column, (name, own) in zip(columns, final.items(), strict=False):
        with column:
            st.markdown(_("{network}: {n} held-back pictures").format(network=name, n=own["validation_pictures"]))
            _chart(confusion(own["confusion"], classes), f"confusion_{name}", _("Counts by true and said class"))
