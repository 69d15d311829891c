"""The signal along depth: Plotly charts, and what they show in a sentence each; every point carries its layer's id."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.results import LayerState
from resnet_viz.viz.theme import BRANCH, SERIES

CHART_PX = 224
# Two halves of a network whose F(x) differ by less than this factor count as equal.
_LIKE = 1.25


def mean_and_deviation(states: Sequence[LayerState], names: Mapping[str, str]) -> go.Figure:
    """Return mean and standard deviation of outputs, in order of computation.

    Args:
        states: The outputs.
        names: What a layer is called on the axis, if not by its id.
    """
    figure = go.Figure()
    places = _places(states, names)
    _line(figure, 0, _("mean"), places, [state.statistics.mean for state in states])
    _line(figure, 1, _("standard deviation"), places, [state.statistics.deviation for state in states])
    return _laid_out(figure, _("mean and standard deviation"), ticks=_ticks(places, names))


def spread_sentence(states: Sequence[LayerState], names: Mapping[str, str]) -> str:
    """Return how the standard deviation changes along the way."""
    spread = {names.get(state.node, state.node): state.statistics.deviation for state in states}
    if not spread:
        return ""
    first, last = next(iter(spread)), list(spread)[-1]
    most = max(spread, key=spread.__getitem__)
    text = _("The standard deviation is {low:.3g} in {first}, {high:.3g} in {last}.").format(
        low=spread[first], first=first, high=spread[last], last=last
    )
    if most in (first, last):
        return text
    return joined((text, _("It is largest in {name}: {value:.3g}.").format(name=most, value=spread[most])), " ")


def zeros_and_silent(states: Sequence[LayerState], names: Mapping[str, str]) -> go.Figure:
    """Return, for outputs that have zeros, the share of zeros and the share of channels that are 0 everywhere."""
    shown = [state for state in states if state.statistics.zeros > 0]
    figure = go.Figure()
    places = _places(shown, names)
    _line(figure, 0, _("zeros"), places, [state.statistics.zeros for state in shown])
    _line(figure, 1, _("channels that are 0 everywhere"), places, [state.silent / state.channels for state in shown])
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%")
    return _laid_out(figure, _("share on this picture"), ticks=_ticks(places, names))


def zeros_sentence(states: Sequence[LayerState], names: Mapping[str, str]) -> str:
    """Return how much is zero, and where most channels are zero everywhere."""
    if not states:
        return ""
    shares = [state.statistics.zeros for state in states]
    text = _("Between {low:.0%} and {high:.0%} of an output is zero.").format(low=min(shares), high=max(shares))
    most = max(states, key=lambda state: state.silent / state.channels)
    if not most.silent:
        return joined((text, _("No channel is zero everywhere.")), " ")
    where = _("In {name} {n} of {all} channels are zero everywhere on this picture.").format(
        name=names.get(most.node, most.node), n=f"{most.silent:,}", all=f"{most.channels:,}"
    )
    return joined((text, where), " ")


def branch_to_shortcut(states: Sequence[LayerState], off: Collection[str] = ()) -> go.Figure:
    """Return ‖F(x)‖ / ‖shortcut(x)‖ block by block; 1 is drawn in, blocks that are cut are drawn hollow."""
    ratios = _ratios(states)
    figure = go.Figure()
    hollow = [name in off for name in ratios]
    figure.add_bar(
        x=list(ratios),
        y=list(ratios.values()),
        marker={
            "color": ["rgba(0,0,0,0)" if is_off else BRANCH.color for is_off in hollow],
            "line": {"color": BRANCH.color, "width": 1.5},
            "pattern": {"shape": ["/" if is_off else "" for is_off in hollow], "fgcolor": BRANCH.color},
        },
        customdata=[state.node for state in states if state.ratio is not None],
        text=[_("cut") if is_off else "" for is_off in hollow],
        textposition="outside",
        hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
    )
    figure.add_hline(y=1, line={"dash": "dot", "width": 1.5, "color": "#808080"})
    return _laid_out(figure, _("‖F(x)‖ / ‖shortcut(x)‖"), legend=False)


def ratio_sentences(states: Sequence[LayerState]) -> tuple[str, ...]:
    """Return how F(x) stands beside the shortcut: where it is weaker, where most, and whether that changes with depth."""
    ratios = _ratios(states)
    if not ratios:
        return (_("This network has no shortcuts, so there is nothing to compare F(x) with."),)
    low, high = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
    weaker = sum(ratio < 1 for ratio in ratios.values())
    sentences = [
        _("F(x) is weaker than the shortcut in {k} of {n} blocks.").format(k=weaker, n=len(ratios)),
        _("It is weakest in {low} ({least:.2g}) and strongest in {high} ({most:.2g}).").format(
            low=low, least=ratios[low], high=high, most=ratios[high]
        ),
    ]
    return (*sentences, _trend(list(ratios.values())))


def _trend(ratios: Sequence[float]) -> str:
    """Return whether the later half adds less, beside what He et al. 2015 found."""
    half = len(ratios) // 2
    if not half or min(ratios) <= 0:
        return ""
    first, second = (math.fsum(map(math.log, part)) / len(part) for part in (ratios[:half], ratios[-half:]))
    if second < first - math.log(_LIKE):
        return _("The later half of the blocks adds less than the first half.")
    if second > first + math.log(_LIKE):
        return _("The later half of the blocks adds more than the first half.")
    return _("The later half of the blocks adds about as much as the first half.")


def _ratios(states: Sequence[LayerState]) -> dict[str, float]:
    return {_block(state.node): state.ratio for state in states if state.ratio is not None}


def _places(states: Sequence[LayerState], names: Mapping[str, str]) -> list[str]:
    return [names.get(state.node, state.node) for state in states]


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


def field_sentence(blocks: Sequence[str], theoretical: Sequence[float], side_px: int) -> str:
    """Return from which block on a cell could see the whole side of the picture."""
    wide = [name for name, size in zip(blocks, theoretical, strict=True) if size >= side_px]
    if not wide:
        return _("No cell can see the whole side of the picture, {side} px.").format(side=side_px)
    return _("From {name} on, a cell in the middle could see the whole side of the picture, {side} px.").format(
        name=wide[0], side=side_px
    )


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


def _ticks(places: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the places that have names of their own: among all layers, the ends of blocks."""
    named = set(names.values())
    return [place for place in places if place in named]


def _laid_out(figure: go.Figure, title: str, *, legend: bool = True, ticks: Sequence[str] = ()) -> go.Figure:
    """Return the figure with its title, ticked at some places or at all."""
    axis: dict[str, Any] = {"tickangle": 0}
    if ticks:
        axis |= {"tickvals": list(ticks)}
    figure.update_layout(
        height=CHART_PX,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        title={"text": title, "x": 0, "xanchor": "left", "y": 0.98},
        showlegend=legend,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        xaxis=axis,
    )
    return figure


def _block(node: str) -> str:
    return node.removeprefix("res").removesuffix("_add")
