"""Plotly charts of a network's account; every point carries its layer's id, so that a click can select it."""

import math
import re
import string
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
import squarify

from resnet_viz.analysis import LayerRecord, NetworkSummary, covering_cells
from resnet_viz.messages import gettext as _
from resnet_viz.viz.boxes import text_width_pt
from resnet_viz.viz.dot import stage_title
from resnet_viz.viz.letters import PX
from resnet_viz.viz.narrow import NARROW_PX, names_along, names_at, phone_only, title_in, wide_only
from resnet_viz.viz.theme import MARKS, ink_on, stage_color
from resnet_viz.viz.views import metric_name
from resnet_viz.viz.words import family_name, family_of, part_name

_HEIGHT_PX = 400
# Frames let the ground of either theme through.
_STAGE_FILL, _BLOCK_FILL = "rgba(128, 128, 128, 0.16)", "rgba(128, 128, 128, 0.2)"
_KIB = 1024
_LINE = {"first": "#0072b2", "second": "#d55e00"}
_SUM_BAR = "#a0522d"
"""The bar of a sum: its sign in the picture is of ink, which a dark page swallows."""


def along_depth(frame: pd.DataFrame, metric: str, *, selected: str | None = None, letters_px: int = PX) -> go.Figure:
    """Return one bar per layer in order of computation; kinds of one colour share a name. `frame` is `to_frame`'s.

    Only layers that have any of the metric are drawn. The selected layer is pointed at.
    """
    figure = go.Figure()
    shown = frame[frame[metric] > 0]
    unit = _KIB if metric == "activation_bytes" else 1
    families = shown["kind"].map(family_of)
    for family in dict.fromkeys(families):
        rows = shown[families == family]
        kind = rows["kind"].iloc[0]
        figure.add_bar(
            x=rows["layer"],
            y=rows[metric] / unit,
            name=family_name(family),
            legendrank=1001 if family == "rest" else 1000,  # after all others
            customdata=rows[["layer", "output_shape"]].assign(text=[f"{value:,}" for value in rows[metric]]),
            marker={"color": _SUM_BAR if kind == "add" else MARKS[kind].color},
            hovertemplate="%{x}<br>%{customdata[2]}, %{customdata[1]}<extra></extra>",
        )
    _point_at(figure, shown, selected, metric, unit)
    title = _("Memory for maps, KiB") if metric == "activation_bytes" else metric_name(metric)
    figure.update_layout(yaxis={"title": title, "tickformat": "," if unit > 1 else ",.3~s"}, bargap=0.08)
    parts = [(stage, block or part_name(stage)) for stage, block in zip(shown["stage"], shown["block"], strict=True)]
    return _laid_out(figure, list(shown["layer"]), parts, letters_px)


def treemap(frame: pd.DataFrame, metric: str, *, selected: str | None = None, letters_px: int = PX) -> go.Figure:
    """Return stages, their blocks and their layers as nested areas; within a block they are to scale, titles take room.

    A layer is called by what tells it from the others of its block; where that does not fit, hovering names it.

    The areas are bars, not Plotly's own treemap, whose animation draws broken paths when a click redraws the page.

    References:
        Bruls, Huizing, van Wijk 2000, Squarified Treemaps, doi:10.1007/978-3-7091-6783-0_4.
    """
    shown = frame[frame[metric] > 0]
    total = int(shown[metric].sum())
    figure = go.Figure()
    leaves: list[_Leaf] = []
    order = list(dict.fromkeys(frame["stage"]))
    stages = [(str(name), rows) for name, rows in shown.groupby("stage", sort=False)]
    for (stage, rows), area in zip(stages, _areas([int(r[metric].sum()) for _s, r in stages], _WHOLE), strict=True):
        title = stage_title(0 if stage == "head" else int(stage))
        share = f"{int(rows[metric].sum()) / total:.1%}"
        titles = (f"{title}  {share}", title, *stage.removeprefix("head"))
        _frame(figure, area, titles, _STAGE_FILL, letters_px, narrow=[f"{stage}  {share}"])
        blocks = [(str(name), own) for name, own in rows.groupby("block", sort=False)]
        places = _areas([int(own[metric].sum()) for _b, own in blocks], area.inside())
        for (block, own), place in zip(blocks, places, strict=True):
            if block:
                _frame(figure, place, (block,), _BLOCK_FILL, letters_px)
            inner = place.inside() if block else place
            values = [int(value) for value in own[metric]]
            color = stage_color(order.index(stage), len(order))
            cells = zip(own["layer"], values, _areas(values, inner), strict=True)
            leaves += [_Leaf(str(layer), block, color, value, value / total, cell) for layer, value, cell in cells]
    _tile(figure, leaves, selected, letters_px)
    for leaf in leaves:
        if leaf.layer == selected:
            _name_upright(figure, leaf, letters_px)
    hidden = {"visible": False, "fixedrange": True}
    return figure.update_layout(
        xaxis=hidden | {"range": [0, _WHOLE.width]},
        yaxis=hidden | {"range": [_WHOLE.height, 0]},
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        height=_HEIGHT_PX,
        showlegend=False,
        bargap=0,
        # A label that cannot be read is none.
        uniformtext={"minsize": round(0.85 * letters_px), "mode": "hide"},
    )


def _tile(figure: go.Figure, leaves: Sequence["_Leaf"], selected: str | None, letters_px: int) -> None:
    """Draw the layers, each in black or white, whichever can be read on its colour."""
    figure.add_bar(
        x=[leaf.area.x + leaf.area.width / 2 for leaf in leaves],
        y=[leaf.area.height for leaf in leaves],
        base=[leaf.area.y for leaf in leaves],
        width=[leaf.area.width for leaf in leaves],
        customdata=[[leaf.layer, leaf.value, leaf.share] for leaf in leaves],
        text=[f"{leaf.label}<br>{leaf.share:.1%}" for leaf in leaves],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="both",
        textfont={"color": [ink_on(leaf.color) for leaf in leaves], "size": letters_px},
        marker={
            "color": [leaf.color for leaf in leaves],
            "line": {
                "width": [4 if leaf.layer == selected else 1 for leaf in leaves],
                "color": ["#ff9d00" if leaf.layer == selected else "#ffffff" for leaf in leaves],
            },
        },
        hovertemplate="%{customdata[0]}<br>%{customdata[1]:,} (%{customdata[2]:.1%})<extra></extra>",
    )


def _name_upright(figure: go.Figure, leaf: "_Leaf", letters_px: int) -> None:
    """Write the name of the chosen layer upright, where a phone has no room for it but that way."""
    width = leaf.area.width / _WHOLE.width * NARROW_PX
    height = leaf.area.height / _WHOLE.height * _HEIGHT_PX
    long = text_width_pt(leaf.label, letters_px)
    if width < long < height and width > letters_px:
        middle = leaf.area.x + leaf.area.width / 2, leaf.area.y + leaf.area.height / 2
        figure.add_annotation(
            x=middle[0],
            y=middle[1],
            text=phone_only(leaf.label),
            textangle=-90,
            showarrow=False,
            font={"color": ink_on(leaf.color)},
        )


class _Leaf(NamedTuple):
    """A layer of the treemap."""

    layer: str
    block: str
    color: str
    value: int
    share: float
    area: "_Area"

    @property
    def label(self) -> str:
        """What it is called in its block: `branch2b` of `res5a_branch2b`."""
        return re.sub(rf"^(res|(bn)){self.block}_", lambda found: "bn " * bool(found[2]), self.layer, count=1)


class _Area(NamedTuple):
    """A rectangle of the treemap, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def inside(self) -> "_Area":
        """Return what is left below a title and within a frame; at least half of the rectangle."""
        title, frame = min(_TITLE, self.height * _MOST_TITLE), min(0.35, self.width * 0.05, self.height * 0.05)
        return _Area(self.x + frame, self.y + title, self.width - 2 * frame, self.height - title - frame)


# About the proportions of the page.
_WHOLE = _Area(0.0, 0.0, 152.0, 50.0)
# Of a rectangle's height, as much as the letters need in the lowest chart; and the most of it.
_TITLE, _MOST_TITLE = 3.2, 0.4


def _areas(values: list[int], area: _Area) -> list[_Area]:
    """Return an area for each value, in the order given."""
    order = sorted(range(len(values)), key=lambda place: -values[place])
    sizes = squarify.normalize_sizes([values[place] for place in order], area.width, area.height)
    made = squarify.squarify(sizes, area.x, area.y, area.width, area.height)
    found = {place: _Area(r["x"], r["y"], r["dx"], r["dy"]) for place, r in zip(order, made, strict=True)}
    return [found[place] for place in range(len(values))]


def _frame(
    figure: go.Figure, area: _Area, titles: Sequence[str], fill: str, letters_px: int, narrow: Sequence[str] = ()
) -> None:
    """Draw a frame under the bars, with the first of its titles that fits into the width there is; see `title_in`."""
    right, bottom = area.x + area.width, area.y + area.height
    line = {"width": 1, "color": "rgba(128, 128, 128, 0.5)"}
    figure.add_shape(type="rect", x0=area.x, x1=right, y0=area.y, y1=bottom, fillcolor=fill, line=line, layer="below")
    text = title_in(titles, area.width / _WHOLE.width, letters_px, narrow)
    if text and area.height * _MOST_TITLE >= _TITLE:
        figure.add_annotation(x=area.x, y=area.y, text=text, showarrow=False, xanchor="left", yanchor="top", xshift=3)


def receptive_fields(summary: NetworkSummary, *, selected: str | None = None, letters_px: int = PX) -> go.Figure:
    """Return along depth how large the receptive field is (height, px), and which share of cells sees all of the picture.

    Size is not coverage: a window larger than the picture may still hang over its border.
    """
    height, width = summary.graph.spec.input_shape[:2]
    records = [r for r in summary.records if len(r.output_shape) == 3 and r.node.path != "shortcut"]
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
    lines = (
        (sizes, _("receptive field, px"), "%{y} px", {"color": _LINE["first"]}, {"symbol": "circle"}),
        (
            shares,
            _("cells that see the whole picture, %"),
            "%{y:.1f} %",
            {"color": _LINE["second"], "dash": "dot"},
            {"symbol": "diamond"},
        ),
    )
    for number, (values, name, text, line, marker) in enumerate(lines, start=1):
        figure.add_scatter(
            x=names,
            y=values,
            name=name,
            mode="lines+markers",
            customdata=[[layer] for layer in names],
            yaxis=f"y{number}",
            line=line | {"shape": "hv"},
            marker=marker | {"size": 6},
            hovertemplate=f"%{{x}}<br>{text}<extra></extra>",
        )
    # On a phone the line has no room for more than its number before the curve comes.
    before, side, unit = _("the picture: {n} px").format(n=height).partition(str(height))
    figure.add_hline(
        y=height,
        line={"dash": "dash", "width": 1.5, "color": "#808080"},
        annotation_text=wide_only(before) + side + unit,
        annotation_position="top left",
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
    stages = [str(record.node.stage or "head") for record in records]
    parts = [(stage, _block_of(r) or part_name(stage)) for stage, r in zip(stages, records, strict=True)]
    return _laid_out(figure, names, parts, letters_px)


def _block_of(record: LayerRecord) -> str:
    return f"{record.node.stage}{record.node.block}" if record.node.block else ""


def size_and_channels(summary: NetworkSummary, *, selected: str | None = None) -> go.Figure:
    """Return height against channels of every map: each stage halves one and doubles the other.

    Maps of one size lie on one point; it names the first one's block and says how many there are.
    """
    places: dict[tuple[int, int], list[str]] = {}
    for record in summary.records:
        if len(record.output_shape) == 3:
            places.setdefault((record.output_shape[0], record.output_shape[2]), []).append(record.node.id)
    names_of = {record.node.id: _block_of(record) or record.node.id for record in summary.records}
    texts = [f"{names_of[names[0]]} ×{len(names)}" if len(names) > 1 else names[0] for names in places.values()]
    figure = go.Figure(
        go.Scatter(
            x=[channels for _side, channels in places],
            y=[side for side, _channels in places],
            mode="markers+text",
            text=names_at([(math.log2(k), math.log2(s), text) for (s, k), text in zip(places, texts, strict=True)], PX),
            # Where one lies right above another, it is the lower one's name that stands below.
            textposition=[
                f"{'bottom' if any(s < other < 2.2 * s and c == k for other, k in places) else 'top'} center"
                for s, c in places
            ],
            cliponaxis=False,
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
        showlegend=False,
    )
    return figure


def _point_at(figure: go.Figure, shown: pd.DataFrame, selected: str | None, metric: str, unit: int) -> None:
    for _index, row in shown[shown["layer"] == selected].iterrows():
        figure.add_annotation(x=row["layer"], y=row[metric] / unit, text=f"▼ {selected}", showarrow=False, yshift=12)


def _laid_out(figure: go.Figure, names: list[str], parts: list[tuple[str, str]], letters_px: int) -> go.Figure:
    """Lay out a chart of layers in order; the axis names each part of the network, a stage and a block, in its middle."""
    middles = {
        part: places[len(places) // 2]
        for part in dict.fromkeys(parts)
        if (places := [place for place, own in enumerate(parts) if own == part])
    }
    # Where there is no room for all, a stage's first block stands for it, rather than stem and head.
    first = sorted(dict(reversed(middles)).values(), key=lambda name: name[0] not in string.digits)
    shares = {name: (place + 0.5) / len(names) for (_stage, name), place in middles.items()}
    return figure.update_layout(
        xaxis={
            "title": _("layers, in order of computation"),
            "categoryorder": "array",
            "categoryarray": names,
            "tickmode": "array",
            "tickvals": [names[place] for place in middles.values()],
            "ticktext": names_along(shares, first, letters_px),
            "tickangle": 0,
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=_HEIGHT_PX,
    )
