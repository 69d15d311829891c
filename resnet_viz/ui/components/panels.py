"""What stands beside the picture: the block or the layer in focus, the difference to another network, or files."""

import streamlit as st

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.components import block_panel, controls, inspector
from resnet_viz.ui.selection import PANELS, Selection
from resnet_viz.viz.block_account import block_purpose
from resnet_viz.viz.purpose import purpose
from resnet_viz.viz.words import layer_title


def show(selection: Selection) -> None:
    """Draw the chosen panel; what another one needs is imported when it is first asked for."""
    controls.choice(
        _("Beside the picture"),
        PANELS,
        selection.panel,
        lambda name: state.set_parts(panel=name),
        key="panel",
        title=lambda name: _panel_title(name, is_block=selection.is_block),
        label_visibility="collapsed",
    )
    if selection.panel == "difference":
        from resnet_viz.ui.components import comparison  # noqa: PLC0415 - pandas and Plotly delay the first picture

        comparison.show(selection)
    elif selection.panel == "files":
        from resnet_viz.ui.components import files  # noqa: PLC0415 - as above

        files.show(selection)
    else:
        inspector.show(selection)
        _show_changes(selection)


def show_below(selection: Selection) -> None:
    """Draw what needs the page's whole width."""
    if selection.against:
        from resnet_viz.ui.components import comparison  # noqa: PLC0415 - as above

        comparison.show_table(selection)


def show_line(selection: Selection) -> None:
    """Draw what is in focus in one line, for the projector."""
    summary = selection.summary
    if selection.is_block:
        block_panel.show_line(summary, selection.block)
        return
    record = summary.record(selection.layer)
    shapes = f"{shape_text(record.input_shape)} → {shape_text(record.output_shape)}"
    counts = _("{p} parameters, {m} MACs").format(p=f"{record.parameters:,}", m=f"{record.macs:,}")
    st.markdown(f"**{record.node.id}**  {layer_title(record.node.layer)}  \n{shapes}  {counts}")


def show_purpose(selection: Selection) -> None:
    """Draw what the block or the layer in focus is for, below the picture on the projector."""
    summary = selection.summary
    if selection.is_block:
        st.markdown(block_purpose(summary.graph, selection.block))
    else:
        st.markdown(purpose(summary, summary.graph.node(selection.layer)))


def _panel_title(name: str, *, is_block: bool) -> str:
    first = _("Block") if is_block else _("Layer")
    return {"layer": first, "difference": _("Compare"), "files": _("Files")}[name]


def _show_changes(selection: Selection) -> None:
    """Say in which ways the network differs from its preset, and what each costs on its own."""
    if not selection.changes:
        return
    from resnet_viz.viz.sentences import sentences  # noqa: PLC0415 - only for changed networks

    st.markdown(_("**Changed against {preset}**, each change on its own:").format(preset=selection.preset))
    found = sentences(selection.base, selection.spec)
    st.markdown("\n".join(f"- {sentence.text} *{sentence.effect}*" for sentence in found))
