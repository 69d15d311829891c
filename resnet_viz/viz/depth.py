"""Plotly charts of the signal along depth; every point carries its layer's id."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from resnet_viz.messages import gettext as _
from resnet_viz.viz.anatomy import LayerState
from resnet_viz.viz.theme import SERIES

CHART_PX = 224


def mean_and_deviation(states: Sequence[LayerState]) -> go.Figure:
    """Return mean and standard deviation of every layer's output, in order of computation."""
    figure = go.Figure()
    names = [state.node for state in states]
    _line(figure, 0, _("mean"), names, [state.statistics.mean for state in states])
    _line(figure, 1, _("standard deviation"), names, [state.statistics.deviation for state in states])
    return _laid_out(figure, _("mean and standard deviation"), names=names)


def zeros_and_silent(states: Sequence[LayerState]) -> go.Figure:
    """Return, for layers that have zeros, the share of zeros and the share of channels that are 0 everywhere."""
    shown = [state for state in states if state.statistics.zeros > 0]
    figure = go.Figure()
    names = [state.node for state in shown]
    _line(figure, 0, _("zeros"), names, [state.statistics.zeros for state in shown])
    _line(figure, 1, _("silent channels"), names, [state.silent / state.channels for state in shown])
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%")
    return _laid_out(figure, _("share on this picture"), names=names)


def branch_to_shortcut(states: Sequence[LayerState]) -> go.Figure:
    """Return ‖F(x)‖ / ‖shortcut(x)‖ block by block; 1 is drawn in."""
    shown = [state for state in states if state.ratio is not None]
    names = [_block(state.node) for state in shown]
    figure = go.Figure()
    mark = SERIES[1]
    figure.add_bar(
        x=names,
        y=[state.ratio for state in shown],
        marker={"color": mark.color},
        customdata=[state.node for state in shown],
        hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
    )
    figure.add_hline(y=1, line={"dash": "dot", "width": 1.5, "color": "#808080"})
    return _laid_out(figure, _("‖F(x)‖ / ‖shortcut(x)‖"), legend=False)


def receptive_fields(
    blocks: Sequence[str], theoretical: Sequence[float], effective: Sequence[float], side_px: int
) -> go.Figure:
    """Return the two sides, px, block by block, and the picture's side.

    Args:
        blocks: Names.
        theoretical: Sides of the theoretical fields, px, not clipped.
        effective: Sides of the effective ones, px; empty before they were measured.
        side_px: The picture's.
    """
    figure = go.Figure()
    _line(figure, 0, _("theoretical"), blocks, theoretical)
    if effective:
        _line(figure, 1, _("effective (measured)"), blocks, effective)
    figure.add_hline(
        y=side_px, line={"dash": "dot", "width": 1.5, "color": "#808080"}, annotation_text=_("the picture's side")
    )
    figure.update_yaxes(rangemode="tozero")
    return _laid_out(figure, _("receptive field, px"))


def _line(figure: go.Figure, number: int, title: str, x: Sequence[str], y: Sequence[float]) -> None:
    mark = SERIES[number]
    figure.add_scatter(
        x=list(x),
        y=list(y),
        mode="lines+markers",
        name=title,
        line={"color": mark.color, "dash": mark.dash, "width": 2},
        marker={"size": 4},
        hovertemplate="%{x}: %{y:.3~g}<extra>" + title + "</extra>",
    )


def _laid_out(figure: go.Figure, title: str, *, legend: bool = True, names: Sequence[str] = ()) -> go.Figure:
    """Return the figure with its title; layers' `names` are ticked at the ends of blocks, by the block's name."""
    axis: dict[str, Any] = {"tickfont": {"size": 13}, "tickangle": 0, "automargin": True}
    ends = [name for name in names if name.endswith("_out")]
    if ends:
        axis |= {"tickvals": ends, "ticktext": [name.removeprefix("res").removesuffix("_out") for name in ends]}
    figure.update_layout(
        height=CHART_PX,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        title={"text": title, "font": {"size": 15}, "x": 0, "xanchor": "left", "y": 0.98},
        showlegend=legend,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
        xaxis=axis,
        yaxis={"tickfont": {"size": 13}, "automargin": True},
        hoverlabel={"font": {"size": 14}},
    )
    return figure


def _block(node: str) -> str:
    return node.removeprefix("res").removesuffix("_add")
