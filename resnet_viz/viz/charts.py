"""Plotly charts of a network's account; every point carries its layer's id, so that a click can select it."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.analysis import NetworkSummary, covering_cells
from resnet_viz.messages import gettext as _
from resnet_viz.viz.dot import stage_title
from resnet_viz.viz.theme import MARKS
from resnet_viz.viz.views import metric_name
from resnet_viz.viz.words import kind_name

_HEIGHT_PX = 400
_STAGE_FILL, _BLOCK_FILL = "#dcdcdc", "#ededed"
_LINE = {"first": "#0072b2", "second": "#d55e00"}


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
            customdata=rows[["layer", "output_shape"]],
            marker={"color": MARKS[kind].color},
            hovertemplate="%{x}<br>%{y:,} · %{customdata[1]}<extra></extra>",
        )
    _point_at(figure, shown, selected, metric)
    figure.update_layout(yaxis={"title": metric_name(metric), "tickformat": ",.3~s"}, bargap=0.08)
    return _laid_out(figure, list(shown["layer"]))


def treemap(frame: pd.DataFrame, metric: str, *, selected: str | None = None) -> go.Figure:
    """Return stages, their blocks and their layers as nested areas; a leaf's id is its layer's.

    Areas are exact: a parent is the sum of its children.
    """
    shown = frame[frame[metric] > 0]
    ids, labels, parents, values, colors, lines = (
        ["all"],
        [metric_name(metric)],
        [""],
        [int(shown[metric].sum())],
        [""],
        [0],
    )
    for stage, layers in ((str(key), rows) for key, rows in shown.groupby("stage", sort=False)):
        ids.append(f"stage {stage}")
        labels.append(stage_title(0 if stage == "head" else int(stage)))
        parents.append("all")
        values.append(int(layers[metric].sum()))
        colors.append(_STAGE_FILL)
        lines.append(0)
        for block, rows in ((str(key), rows) for key, rows in layers.groupby("block", sort=False)):
            parent = f"stage {stage}"
            if block:
                ids.append(f"block {block}")
                labels.append(block)
                parents.append(parent)
                values.append(int(rows[metric].sum()))
                colors.append(_BLOCK_FILL)
                lines.append(0)
                parent = f"block {block}"
            for row in rows.itertuples():
                ids.append(str(row.layer))
                labels.append(str(row.layer))
                parents.append(parent)
                values.append(int(getattr(row, metric)))
                colors.append(MARKS[str(row.kind)].fill)
                lines.append(4 if row.layer == selected else 0)
    figure = go.Figure(
        go.Treemap(
            ids=ids,
            labels=labels,
            parents=parents,
            values=values,
            branchvalues="total",
            marker={
                "colors": colors,
                "line": {"width": lines, "color": "#1a1a1a"},
                "pad": {"t": 20, "l": 2, "r": 2, "b": 2},
            },
            hovertemplate="%{label}<br>%{value:,} (%{percentRoot:.1%})<extra></extra>",
            texttemplate="%{label}<br>%{percentRoot:.1%}",
            textfont={"color": "#1a1a1a"},
            root={"color": "#d9d9d9"},
            tiling={"packing": "squarify"},
        )
    )
    return figure.update_layout(margin={"l": 0, "r": 0, "t": 4, "b": 0}, height=_HEIGHT_PX, font={"size": 15})


def receptive_fields(summary: NetworkSummary, *, selected: str | None = None) -> go.Figure:
    """Return along depth how large the receptive field is (height, px), and which share of cells sees all of the picture.

    Size is not coverage: a window larger than the picture may still hang over its border.
    """
    height, width = summary.graph.spec.input_shape[:2]
    records = [r for r in summary.records if len(r.output_shape) == 3 and r.node.road != "shortcut"]
    names = [r.node.id for r in records]
    sizes = [r.field.height.size for r in records]
    shares = []
    for record in records:
        rows, columns = record.output_shape[:2]
        covering = covering_cells(record.field.height, rows, height) * covering_cells(
            record.field.width, columns, width
        )
        shares.append(100 * covering / (rows * columns))
    figure = go.Figure()
    figure.add_scatter(
        x=names,
        y=sizes,
        name=_("receptive field, px"),
        mode="lines+markers",
        customdata=[[name] for name in names],
        line={"color": _LINE["first"], "shape": "hv"},
        marker={"size": 6},
        hovertemplate="%{x}<br>%{y} px<extra></extra>",
    )
    figure.add_scatter(
        x=names,
        y=shares,
        name=_("cells that see the whole picture, %"),
        mode="lines+markers",
        customdata=[[name] for name in names],
        yaxis="y2",
        line={"color": _LINE["second"], "dash": "dot", "shape": "hv"},
        marker={"size": 6, "symbol": "diamond"},
        hovertemplate="%{x}<br>%{y:.1f} %<extra></extra>",
    )
    figure.add_hline(
        y=height, line={"dash": "dash", "width": 1.5}, annotation_text=_("the picture: {n} px").format(n=height)
    )
    if selected in names:
        figure.add_vline(x=names.index(str(selected)), line={"width": 1.5, "color": "#808080"})
    figure.update_layout(
        yaxis={"title": _("receptive field, px"), "rangemode": "tozero"},
        yaxis2={
            "title": _("% of cells"),
            "overlaying": "y",
            "side": "right",
            "range": [0, 105],
            "dtick": 25,
            "showgrid": False,
        },
    )
    return _laid_out(figure, names)


def size_and_channels(summary: NetworkSummary, *, selected: str | None = None) -> go.Figure:
    """Return height against channels of every map: each stage halves one and doubles the other.

    Maps of one size lie on one point; it names the first and says how many there are.
    """
    places: dict[tuple[int, int], list[str]] = {}
    for record in summary.records:
        if len(record.output_shape) == 3:
            places.setdefault((record.output_shape[0], record.output_shape[2]), []).append(record.node.id)
    figure = go.Figure(
        go.Scatter(
            x=[channels for _side, channels in places],
            y=[side for side, _channels in places],
            mode="markers+text",
            text=[f"{names[0]} ×{len(names)}" if len(names) > 1 else names[0] for names in places.values()],
            textposition="top center",
            customdata=[[selected if selected in names else names[0], len(names)] for names in places.values()],
            marker={
                "size": [10 + 3 * len(names) ** 0.5 for names in places.values()],
                "color": [_LINE["second"] if selected in names else _LINE["first"] for names in places.values()],
            },
            hovertemplate=_("%{y}×%{y}, %{x} channels: %{customdata[1]} layers") + "<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": _("channels"), "type": "log", "dtick": 0.30103},
        yaxis={"title": _("height of the map, cells"), "type": "log", "dtick": 0.30103},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=_HEIGHT_PX,
        font={"size": 15},
        showlegend=False,
    )
    return figure


def _point_at(figure: go.Figure, shown: pd.DataFrame, selected: str | None, metric: str) -> None:
    for _index, row in shown[shown["layer"] == selected].iterrows():
        figure.add_annotation(x=row["layer"], y=row[metric], text=f"▼ {selected}", showarrow=False, yshift=12)


def _laid_out(figure: go.Figure, names: list[str]) -> go.Figure:
    return figure.update_layout(
        xaxis={
            "title": _("layers, in order of computation"),
            "categoryorder": "array",
            "categoryarray": names,
            "showticklabels": False,
        },
        legend={"orientation": "h", "y": 1.12},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=_HEIGHT_PX,
        font={"size": 15},
    )
