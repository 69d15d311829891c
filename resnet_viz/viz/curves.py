"""Plotly charts of runs: curves over updates, norms block by block. Networks differ in colour and in dash."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from resnet_viz.analysis.curves import Metrics, by_network, smoothed
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.viz.theme import series_marks
from resnet_viz.viz.words import class_name, network_name, part_name

# What can be drawn over the updates.
LINES = ("loss", "training_accuracy", "inference_accuracy", "validation_accuracy", "learning_rate", "images_per_s")
NORMS = ("gradient_norms", "weight_norms")
# A browser draws this many points in a frame; longer runs are thinned evenly.
_POINTS = 600


line_name = Titles(
    {
        "loss": N_("training loss, nats"),
        "training_accuracy": N_("training accuracy"),
        "inference_accuracy": N_("accuracy in inference mode"),
        "validation_accuracy": N_("held-back accuracy"),
        "learning_rate": N_("learning rate"),
        "images_per_s": N_("pictures per second"),
        "gradient_norms": N_("gradient norm per block"),
        "weight_norms": N_("weight norm per block"),
    }
)
"""What a measurement is called, with its unit."""


def over_updates(
    runs: Mapping[str, Sequence[Metrics]],
    name: str,
    *,
    height_px: int = 260,
    upto: int | None = None,
    last: int = 0,
) -> go.Figure:
    """Return one curve per network and run of a measurement over the steps, which is what makes runs comparable.

    Args:
        runs: Measurements by title of the run; the title is left out of the legend if there is one run only.
        name: One of `LINES`.
        height_px: Of the chart.
        upto: Draw nothing after this update.
        last: Where the axis ends at least, whatever is drawn.
    """
    figure = go.Figure()
    keys = [(title, network) for title, metrics in runs.items() for network in by_network(metrics)]
    marks = series_marks(network if title == next(iter(runs)) else f"{title}/{network}" for title, network in keys)
    for (title, network), mark in zip(keys, marks.values(), strict=True):
        lines = by_network(runs[title])[network]
        shown = [line for line in lines if line.get(name) is not None and (upto is None or line["update"] <= upto)]
        if not shown:
            continue
        step = max(1, len(shown) // _POINTS)
        x, y = [line["update"] for line in shown], [line[name] for line in shown]
        own = html.escape(network_name(network), quote=False)
        label = joined((html.escape(title, quote=False), own), ": ") if len(runs) > 1 else own
        figure.add_scatter(
            x=x[::step],
            y=y[::step],
            mode="lines+markers" if len(x) < 30 else "lines",
            name=label,
            meta=f"curve:{network}",  # by which words that point find it
            line={"color": mark.color, "dash": mark.dash, "width": 3},
            hovertemplate="%{y:.4~g}<extra>" + label + "</extra>",
        )
    axis: dict[str, Any] = {"title": line_name(name), "rangemode": "tozero"}
    if name.endswith("accuracy"):
        axis |= {"range": [0, 1.03], "tickformat": ".0%"}
    if name == "learning_rate":
        axis |= {"type": "log", "rangemode": "normal", "tickformat": ".1~g"}
    end = max([last, *(line["update"] for lines in runs.values() for line in lines)])
    figure.update_layout(yaxis=axis, xaxis={"title": _("steps"), "range": [0, end * 1.03]})
    return _laid_out(figure, height_px)


def loss_over_rate(metrics: Sequence[Metrics], *, height_px: int = 260) -> go.Figure:
    """Return the loss against the learning rate, which a finder lets grow (Smith 2015, arXiv:1506.01186)."""
    figure = go.Figure()
    found = by_network(metrics)
    for (network, lines), mark in zip(found.items(), series_marks(found).values(), strict=True):
        rates, losses = [line["learning_rate"] for line in lines], [line["loss"] for line in lines]
        faint = {"color": mark.color, "width": 1}
        figure.add_scatter(
            x=rates, y=losses, mode="lines", line=faint, opacity=0.35, showlegend=False, hoverinfo="skip"
        )
        figure.add_scatter(
            x=rates,
            y=smoothed(losses),
            mode="lines",
            name=_("{network} (smoothed)").format(network=html.escape(network_name(network), quote=False)),
            line={"color": mark.color, "dash": mark.dash, "width": 3},
            hovertemplate="%{y:.3g} @ %{x:.3g}<extra></extra>",
        )
    figure.update_layout(
        xaxis={"title": _("learning rate"), "type": "log", "tickformat": ".1~g", "dtick": 1},
        yaxis={"title": line_name("loss")},
    )
    return _laid_out(figure, height_px)


def norms_by_block(lines: Mapping[str, Metrics], name: str = "gradient_norms", *, height_px: int = 240) -> go.Figure:
    """Return the norm in every block, from the stem to the head, for each network's measurement in `lines`."""
    figure = go.Figure()
    for (network, line), mark in zip(lines.items(), series_marks(lines).values(), strict=True):
        norms, label = line[name], html.escape(network_name(network), quote=False)
        figure.add_bar(
            x=[part_name(part) for part in norms],
            y=[value or None for value in norms.values()],  # a logarithm has no place for 0
            name=label,
            meta=f"curve:{network}",
            marker={"color": mark.color, "pattern": {"shape": mark.pattern, "solidity": 0.45}},
            hovertemplate="%{x}: %{y:.3g}<extra>" + label + "</extra>",
        )
    # Where a stage begins: all of them would stand on end.
    blocks = dict.fromkeys(block for line in lines.values() for block in line[name])
    firsts = [block for block in blocks if block.endswith("a") or block == "head"]
    ticks = log_ticks([value for line in lines.values() for value in line[name].values()])
    figure.update_layout(
        barmode="group",
        bargap=0.15,
        yaxis={"title": line_name(name), "type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]},
        xaxis={
            "type": "category",
            "title": _("block, from the picture to the classifier"),
            "tickvals": firsts,
            "ticktext": [part_name(block) for block in firsts],
            "tickangle": 0,
        },
    )
    return _laid_out(figure, height_px)


def norms_at_moments(
    moments: Iterable[Mapping[str, Metrics]], name: str = "gradient_norms", *, height_px: int = 240
) -> list[go.Figure]:
    """Return `norms_by_block` for several moments, all on one axis."""
    shown = list(moments)
    positive = [value for lines in shown for line in lines.values() for value in line[name].values() if value > 0]
    low, high = math.log10(min(positive, default=1.0)), math.log10(max(positive, default=10.0))
    ticks = log_ticks(positive)
    axis = {"range": [low - 0.3, high + 0.2], "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    return [norms_by_block(lines, name, height_px=height_px).update_layout(yaxis=axis) for lines in shown]


def log_ticks(values: Sequence[float]) -> list[float]:
    """Return where a logarithmic axis over positive values is marked: at 1, 2, 5 of each decade, or at every decade.

    >>> log_ticks([0.03, 0.3]), log_ticks([0.001, 0.0, 3.0])
    ([0.02, 0.05, 0.1, 0.2, 0.5, 1.0], [0.001, 0.01, 0.1, 1.0, 10.0])
    """
    positive = [value for value in values if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    digits = (1, 2, 5) if math.log10(max(positive) / min(positive)) < 2 else (1,)
    found = [digit * 10.0**decade for decade in range(low, high + 1) for digit in digits]
    step = max(1, len(found) // 6) if digits == (1,) else 1
    return [float(f"{tick:g}") for tick in found[::step] if min(positive) / 2 <= tick <= max(positive) * 4]


def confusion(table: Sequence[Sequence[int]], classes: Sequence[str], *, height_px: int = 300) -> go.Figure:
    """Return the counts of held-back pictures by true class (rows) and said class (columns)."""
    names = [html.escape(class_name(name), quote=False) for name in classes]
    figure = go.Figure(
        go.Heatmap(
            z=[list(row) for row in table],
            x=names,
            y=names,
            colorscale="Viridis",
            text=[[str(count) for count in row] for row in table],
            texttemplate="%{text}",
            showscale=False,
            hovertemplate="%{y} → %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": _("said"), "side": "bottom"}, yaxis={"title": _("is"), "autorange": "reversed"}
    )
    return _laid_out(figure, height_px).update_layout(hovermode="closest")


def _laid_out(figure: go.Figure, height_px: int) -> go.Figure:
    return figure.update_layout(
        height=height_px,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
        # The same across redraws, so that a zoom survives the next measurement.
        uirevision="run",
    )
