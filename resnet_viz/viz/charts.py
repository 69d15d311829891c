"""Plotly charts of a network's account."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.messages import gettext as _
from resnet_viz.viz.theme import MARKS
from resnet_viz.viz.words import kind_name

METRICS = ("parameters", "macs", "activation_bytes")


def metric_name(metric: str) -> str:
    """Return what a counted column is called, with its unit."""
    return {
        "parameters": _("Parameters"),
        "macs": _("MACs (multiply-accumulates)"),
        "activation_bytes": _("Activation memory (bytes, float32)"),
    }[metric]


def along_depth(frame: pd.DataFrame, metric: str, *, selected: str | None = None) -> go.Figure:
    """Return one bar per layer in order of computation, coloured by kind; `frame` is `to_frame`'s.

    Only layers that have any of the metric are drawn. The selected layer is pointed at.
    """
    figure = go.Figure()
    shown = frame[frame[metric] > 0]
    for kind in dict.fromkeys(shown["kind"]):
        rows = shown[shown["kind"] == kind]
        figure.add_bar(
            x=rows["layer"],
            y=rows[metric],
            name=kind_name(kind),
            customdata=rows[["output_shape"]],
            marker={"color": MARKS[kind].color},
            hovertemplate="%{x}<br>%{y:,} · %{customdata[0]}<extra></extra>",
        )
    for _index, row in shown[shown["layer"] == selected].iterrows():
        figure.add_annotation(x=row["layer"], y=row[metric], text=f"▼ {selected}", showarrow=False, yshift=12)
    figure.update_layout(
        xaxis={
            "title": _("layers, in order of computation"),
            "categoryorder": "array",
            "categoryarray": list(shown["layer"]),
            "showticklabels": False,
        },
        yaxis={"title": metric_name(metric), "tickformat": ",.3~s"},
        bargap=0.08,
        legend={"orientation": "h", "y": 1.12},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=300,
        font={"size": 14},
    )
    return figure
