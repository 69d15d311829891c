"""The account of every layer as a table, its sums, its file and its chart."""

from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.measures import COUNTS
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import VIEWS, LayersView, Viewer
from resnet_viz.ui import state
from resnet_viz.ui.shared import chart, controls, downloads
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.charts import along_depth, receptive_fields, size_and_channels, treemap
from resnet_viz.viz.letters import letters_px
from resnet_viz.viz.overview import overview_data
from resnet_viz.viz.tables import in_words, to_frame, totals_row
from resnet_viz.viz.views import COUNTING, metric_name, metric_short_name, view_name
from resnet_viz.viz.words import kind_name, short_bytes

# On a walk there is a question above a chart.
_LOW_PX = 340
# The rows that a window holds: what is left scrolls in the table, whose head stays.
_TABLE_PX = 600
# Wide enough for what stands further down, too, and for their heads on a projector: a count that is cut reads as another one.
_COUNT_PX, _MACS_PX, _PATH_PX = 98, 106, 86
OVERVIEW = "overview"


def show(subject: Subject) -> None:
    """Draw the filters, the choice of a view, and the layers as a table or a chart."""
    everything = to_frame(subject.summary)
    is_asked = bool(subject.viewer.walk) and subject.layers.view != "table"
    is_whole = subject.viewer.present or is_asked or subject.layers.view in ("field", "size")
    with st.container(horizontal=True, vertical_alignment="center"):
        controls.choice(
            _("View"),
            VIEWS,
            subject.layers.view,
            lambda view: state.set_parts(view=view),
            key="view",
            title=view_name,
            label_visibility="collapsed",
        )
        if subject.layers.view in COUNTING:
            controls.choice(
                _("Where is the cost?"),
                COUNTS,
                subject.layers.metric,
                lambda metric: state.set_parts(metric=metric),
                key="metric",
                title=metric_short_name,
                label_visibility="collapsed",
            )
    # On a walk the answer is what is asked for.
    if subject.layers.view == "table" and not subject.viewer.walk:
        component("overview")(
            key=OVERVIEW,
            data=as_json(overview_data(subject.summary, subject.node)),
            on_did_change=_take_part,
        )
    rows = everything if is_whole else _filtered(everything)
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_sums(subject.summary, rows, tells_depth=not subject.viewer.walk)
        if not (subject.viewer.present or subject.viewer.walk):
            downloads.show(rows, f"layers-{subject.preset}-{subject.spec.input_shape[0]}px", key="table")
    if subject.layers.view == "table":
        _show_table(subject.spec.classes, rows)
    else:
        _show_chart(subject.summary, subject.layer, subject.layers, subject.viewer, rows)


def _take_part() -> None:
    """Select the block that was clicked."""
    if event := state.news(OVERVIEW):
        _select(str(event.get("node", "")))


def _show_sums(summary: NetworkSummary, rows: pd.DataFrame, *, tells_depth: bool) -> None:
    sums, convolutions = totals_row(rows), summary.main_path_convolutions
    text = _("**{shown} of {all} layers**: {p} parameters, {m} MACs, {b} of maps.").format(
        shown=f"{len(rows):,}",
        all=f"{len(summary.records):,}",
        p=f"{sums['parameters']:,}",
        m=f"{sums['macs']:,}",
        b=short_bytes(sums["activation_bytes"]),
    )
    more = _("{t} parameters are trained, {f} are not.").format(
        t=f"{sums['trainable']:,}", f=f"{sums['non_trainable']:,}"
    )
    if tells_depth:  # on a walk it is a question
        depth = _("Depth {n}: {c} convolutions on the main path and the dense layer.")
        more = joined((more, depth.format(n=convolutions + 1, c=convolutions)), " ")
    st.markdown(text, help=more, width="stretch")


def _show_table(classes: int, rows: pd.DataFrame) -> None:
    key = f"layers_{len(rows)}_{classes}"
    layers = list(rows["layer"])
    st.dataframe(
        in_words(rows),
        hide_index=True,
        height=_TABLE_PX,
        column_config=_columns(),
        column_order=list(_columns()),
        on_select=lambda: _take_row(key, layers),
        selection_mode="single-row",
        key=key,
        alt=_("One row per layer with shapes, parameters, MACs, memory and receptive field"),
    )


def _show_chart(summary: NetworkSummary, layer: str, shown: LayersView, viewer: Viewer, rows: pd.DataFrame) -> None:
    """Draw a chart of the network; a click in it selects the layer everywhere."""
    view, metric = shown.view, shown.metric
    if view in COUNTING and not int(rows[metric].sum()):
        st.markdown(_("None of these layers has any."))
        return
    letters = letters_px(is_projected=viewer.present)
    if view == "treemap":
        figure = treemap(rows, metric, selected=layer, letters_px=letters)
    elif view == "depth":
        figure = along_depth(rows, metric, selected=layer, letters_px=letters)
    elif view == "field":
        figure = receptive_fields(summary, selected=layer, letters_px=letters)
    else:
        figure = size_and_channels(summary, selected=layer)
    what = joined((view_name(view), metric_name(metric)), ": ") if view in COUNTING else view_name(view)
    chart.show(
        figure,
        f"chart_{view}",
        _("{what}, layer by layer").format(what=what),
        on_select=lambda: _take_point(f"chart_{view}"),
        selection_mode="points",
        height=_LOW_PX if viewer.walk else "stretch" if viewer.present else "content",
    )


def _take_row(key: str, layers: list[str]) -> None:
    picked = state.typed(key)["selection"]["rows"]
    if picked and picked[0] < len(layers):
        _select(layers[picked[0]])


def _take_point(key: str) -> None:
    """Select the layer of a clicked point."""
    points = state.typed(key)["selection"]["points"]
    if points:
        _select(str(points[0]["customdata"][0]))


def _select(name: str) -> None:
    """Choose a layer or a block everywhere; a click on what the network no longer has does nothing."""
    state.update(
        lambda now: now.revealing(name) if name in {**now.summary.by_id, **now.summary.graph.block_by_name} else now
    )


def _filtered(rows: pd.DataFrame) -> pd.DataFrame:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Find a layer"), key="layers_text", placeholder=_("for example res3b"), width=220)
        stages = list(dict.fromkeys(rows["stage"]))
        stage = st.pills(_("Stage"), stages, selection_mode="multi", key="layers_stage", format_func=_stage_name)
        kinds = list(dict.fromkeys(rows["kind"]))
        kind = st.multiselect(
            _("Kind"), kinds, key="layers_kind", format_func=kind_name, width=340, placeholder=_("any")
        )
    kept = rows["layer"].str.contains((text or "").strip(), case=False, regex=False)
    if stage:
        kept &= rows["stage"].isin(stage)
    if kind:
        kept &= rows["kind"].isin(kind)
    return rows[kept].reset_index(drop=True)


def _stage_name(stage: str) -> str:
    return {"1": _("1 · stem"), "head": _("head")}.get(stage, stage)


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "layer": st.column_config.TextColumn(_("layer"), pinned=True),
        "kind": _("kind"),
        "block": _("block"),
        "path": st.column_config.TextColumn(_("path"), width=_PATH_PX),
        "kernel_size": _("kernel"),
        "strides": _("stride"),
        "padding": _("padding"),
        "input_shape": _("shape in"),
        "output_shape": _("shape out"),
        "trainable": number(_("trained"), format="localized", width=_COUNT_PX),
        "non_trainable": number(_("not trained"), format="localized", width=_COUNT_PX),
        "parameters": number(_("parameters"), format="localized", width=_COUNT_PX),
        "macs": number(_("MACs"), format="localized", width=_MACS_PX),
        "activation_bytes": number(_("activation, bytes"), format="localized"),
        "receptive_field_px": number(_("receptive field, px")),
        "effective_stride_px": number(_("effective stride, px")),
        "stage": _("stage"),
        "name_from": _("name from"),
    }
