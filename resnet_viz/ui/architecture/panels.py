"""What stands beside the picture: the block or the layer in focus, the difference to another network, or files."""

import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import PANELS
from resnet_viz.ui import state
from resnet_viz.ui.architecture import block_panel, files, inspector
from resnet_viz.ui.shared import controls
from resnet_viz.viz.block_account import block_purpose
from resnet_viz.viz.purpose import purpose
from resnet_viz.viz.sentences import sentences
from resnet_viz.viz.words import layer_title


def show(subject: Subject, trial: Trial) -> None:
    """Draw the chosen panel; what another one needs is imported when it is first asked for."""
    if not subject.viewer.walk:
        controls.choice(
            _("Beside the picture"),
            PANELS,
            subject.architecture.panel,
            lambda name: state.set_parts(panel=name),
            key="panel",
            title=lambda name: _panel_title(name, is_block=subject.is_block),
            label_visibility="collapsed",
        )
    if subject.architecture.panel == "difference":
        from resnet_viz.ui.architecture import comparison  # noqa: PLC0415 - pandas takes 0.3 s

        comparison.show(subject.spec, subject.other, subject.architecture.against)
    elif subject.architecture.panel == "files":
        files.show(subject, trial)
    else:
        inspector.show(trial, subject.node, subject.architecture.opened)
        _show_changes(subject.preset, subject.base, subject.spec)


def show_below(spec: ResNetSpec, other: ResNetSpec | None, preset: str) -> None:
    """Draw what needs the page's whole width."""
    if other is not None:
        from resnet_viz.ui.architecture import comparison  # noqa: PLC0415 - as above

        comparison.show_table(spec, other, preset)


def show_line(summary: NetworkSummary, focus: str) -> None:
    """Draw what is in focus in one line, for the projector."""
    block = summary.graph.block_by_name.get(focus)
    if block:
        block_panel.show_line(summary, block)
        return
    record = summary.record(focus)
    shapes = f"{shape_text(record.input_shape)} → {shape_text(record.output_shape)}"
    counts = _("{p} parameters, {m} MACs").format(p=f"{record.parameters:,}", m=f"{record.macs:,}")
    st.markdown(f"**{record.node.id}**  {layer_title(record.node.layer)}  \n{shapes}  {counts}")


def show_purpose(summary: NetworkSummary, focus: str) -> None:
    """Draw what the block or the layer in focus is for, below the picture on the projector."""
    block = summary.graph.block_by_name.get(focus)
    if block:
        st.markdown(block_purpose(summary.graph, block))
    else:
        st.markdown(purpose(summary, summary.graph.node(focus)))


def _panel_title(name: str, *, is_block: bool) -> str:
    first = _("Block") if is_block else _("Layer")
    return {"layer": first, "difference": _("Compare"), "files": _("Files")}[name]


def _show_changes(preset: str, base: ResNetSpec, spec: ResNetSpec) -> None:
    """Say in which ways the network differs from its preset, and what each costs on its own."""
    if base == spec:
        return
    st.markdown(_("**Changed against {preset}**, each change on its own:").format(preset=preset))
    found = sentences(base, spec)
    st.markdown("\n".join(f"- {sentence.text} *{sentence.effect}*" for sentence in found))
