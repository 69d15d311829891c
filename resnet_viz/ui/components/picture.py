"""The Graphviz picture: drawn and walked in the browser, its choices become the selection."""

from functools import cache
from typing import Any

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.selection import Selection
from resnet_viz.viz.dot import DEPTHS, Drawing, stage_title, to_dot


@cache
def _graph() -> Any:
    """Register the packaged component; only a running app knows where packages keep theirs."""
    return st.components.v2.component("resnet-viz.graph", js="index-*.js", css="index-*.css")


def show(selection: Selection) -> None:
    """Draw the breadcrumb and the picture."""
    _show_depth(selection)
    drawing = to_dot(selection.summary, selection.depth, selection.node)
    _graph()(
        key="picture",
        data={
            "dot": drawing.dot,
            "selected": drawing.drawn(selection.node),
            "label": drawing.summary,
            "fileName": f"{selection.preset}-{selection.depth}",
            "texts": {
                "zoomIn": _("Zoom in (+)"),
                "zoomOut": _("Zoom out (−)"),
                "fit": _("Fit (0)"),
                "svg": _("Save this picture as SVG"),
                "png": _("Save this picture as PNG"),
                "drawing": _("Drawing…"),
                "failed": _("The picture could not be drawn: reload the page."),
            },
        },
        on_picked_change=lambda: _pick(drawing, "picked"),
        on_opened_change=lambda: _pick(drawing, "opened"),
        on_closed_change=_close,
    )


def _show_depth(selection: Selection) -> None:
    node = selection.summary.graph.node(selection.node)
    titles = {"network": _("Network"), "stage": stage_title(node.stage)}
    depths = ["network", "stage"]
    if node.block:
        titles["block"] = _("Block {name}").format(name=f"{node.stage}{node.block}")
        depths.append("block")
    shown = selection.depth if selection.depth in depths else "stage"
    key = state.bind("depth", shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            _("Depth of the picture"),
            depths,
            key=key,
            required=True,
            format_func=titles.__getitem__,
            label_visibility="collapsed",
            on_change=lambda: state.set_parts(depth=state.typed(key)),
        )
        st.markdown(_("click: select · double click, Enter: open · Esc: back"), width="content")


def _pick(drawing: Drawing, trigger: str) -> None:
    """Select the layer a drawn node stands for; go one level deeper if it was opened."""
    event: Any = state.typed("picture").get(trigger) or {}
    members = drawing.members.get(str(event.get("id")))
    if not members:
        return
    selection = state.current_selection()
    node = selection.node if selection.node in members else members[-1]
    depth = selection.depth
    if trigger == "opened" and depth != "block":
        depth = DEPTHS[DEPTHS.index(depth) + 1]
    state.set_parts(node=node, depth=depth)


def _close() -> None:
    depth = state.current_selection().depth
    state.set_parts(depth=DEPTHS[max(0, DEPTHS.index(depth) - 1)])
