"""The account of every layer as a table, its sums, its file and its chart."""

from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.charts import METRICS, along_depth, metric_name
from resnet_viz.viz.tables import in_words, to_frame, totals_row
from resnet_viz.viz.words import kind_name


def show(selection: Selection) -> pd.DataFrame:
    """Draw the filters, the table and its sums; return the rows shown."""
    everything = to_frame(selection.summary)
    rows = _filtered(everything)
    sums = totals_row(rows)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(
            _(
                "**{shown} of {all} layers** · {p} parameters ({t} trained, {f} not) · {m} MACs · {b} bytes of activations"
            ).format(
                shown=len(rows),
                all=len(everything),
                p=f"{sums['parameters']:,}",
                t=f"{sums['trainable']:,}",
                f=f"{sums['non_trainable']:,}",
                m=f"{sums['macs']:,}",
                b=f"{sums['activation_bytes']:,}",
            ),
            width="content",
        )
        _show_download(selection, rows)
    key = f"layers_{len(rows)}_{selection.spec.classes}"
    layers = list(rows["layer"])
    st.dataframe(
        in_words(rows),
        hide_index=True,
        height=290,
        column_config=_columns(),
        column_order=list(_columns()),
        on_select=lambda: _take_row(key, layers),
        selection_mode="single-row",
        key=key,
        alt=_("One row per layer with shapes, parameters, MACs, memory and receptive field"),
    )
    return rows


def _show_download(selection: Selection, rows: pd.DataFrame) -> None:
    """Draw the file of the rows shown."""
    st.download_button(
        _("CSV of these rows"),
        rows.to_csv(index=False).encode(),
        file_name=f"layers-{selection.preset}-{selection.spec.input_shape[0]}px.csv",
        mime="text/csv",
        on_click="ignore",
    )


def show_chart(selection: Selection, rows: pd.DataFrame) -> None:
    """Draw where a quantity sits along the network; a click on a bar selects its layer."""
    metric = st.segmented_control(
        _("Where is the cost?"), METRICS, default=METRICS[0], required=True, key="metric", format_func=metric_name
    )
    if not int(rows[metric].sum()):
        st.markdown(_("None of these layers has any."))
        return
    st.plotly_chart(
        along_depth(rows, metric, selected=selection.node),
        key="depth_chart",
        on_select=_take_point,
        selection_mode="points",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["sendDataToCloud", "select2d", "lasso2d"]},
        alt=_("{metric} of every layer along the network").format(metric=metric_name(metric)),
    )


def _take_row(key: str, layers: list[str]) -> None:
    picked = state.typed(key)["selection"]["rows"]
    if picked and picked[0] < len(layers):
        state.set_parts(node=layers[picked[0]])


def _take_point() -> None:
    points = state.typed("depth_chart")["selection"]["points"]
    if points:
        state.set_parts(node=str(points[0]["x"]))


def _filtered(rows: pd.DataFrame) -> pd.DataFrame:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Find a layer"), key="layers_text", placeholder="res3b", width=220)
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
        "road": _("road"),
        "kernel_size": _("kernel"),
        "strides": _("stride"),
        "padding": _("padding"),
        "input_shape": _("shape in"),
        "output_shape": _("shape out"),
        "trainable": number(_("trained"), format="localized"),
        "non_trainable": number(_("not trained"), format="localized"),
        "parameters": number(_("parameters"), format="localized"),
        "macs": number(_("MACs"), format="localized"),
        "activation_bytes": number(_("activation, bytes"), format="localized"),
        "receptive_field_px": number(_("receptive field, px")),
        "effective_stride_px": number(_("effective stride, px")),
        "stage": _("stage"),
        "name_from": _("name from"),
    }
