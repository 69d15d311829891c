"""The three ways to look at activations: one block, all layers along depth, two answers side by side."""

import streamlit as st

from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ASPECTS
from resnet_viz.ui import state
from resnet_viz.ui.activations import anatomy, beside, pixel
from resnet_viz.ui.shared import controls, forward, maps, prediction, surgery
from resnet_viz.viz.block_view import Focus
from resnet_viz.viz.block_words import block_question


def show(subject: Subject, trial: Trial) -> bool:
    """Draw the chosen way, below the question it answers; return whether there was an answer."""
    view = subject.activations
    if view.aspect != "depth":
        anatomy.show_blocks(trial.summary.graph, subject.block)
    with st.container(horizontal=True, vertical_alignment="center", key="aspects"):
        st.subheader(_question(view.aspect, subject.block, subject.layer), anchor=False)
        controls.choice(
            _("What is shown"),
            ASPECTS,
            view.aspect,
            lambda name: state.set_parts(aspect=name),
            key="aspect",
            title=_aspect_title,
            label_visibility="collapsed",
        )
        surgery.show(subject.surgery, subject.block, subject.layer)
        files = st.popover(_("Files"), key="files_menu")
    if view.aspect == "depth":
        from resnet_viz.ui.activations import depth  # noqa: PLC0415 - pandas takes 0.3 s

        return depth.show(trial, view, subject.block, files)
    if view.aspect == "compare":
        return beside.show(trial, view, subject.layer, files)
    return _show_block(trial, maps.focus_of(subject), view.pixel, files)


def _show_block(trial: Trial, focus: Focus, cell: str, files: "st.delta_generator.DeltaGenerator") -> bool:
    nodes = anatomy.nodes_of(focus.block, focus.node)
    found = forward.maps_of(trial, nodes, then=[trial.summary.graph.nodes[-1].id], key=anatomy.KEY)
    if found is None:
        return False
    if state.ASKED.get() == "cell":  # by a lesson: what the sum comes to is not
        anatomy.show_to_point(trial, focus.node, found)
        return True
    if state.ASKED.get() == "pointed":
        anatomy.show_pointed(trial, focus.node, found, cell)
        return True
    # What a lesson has come to stands below its question, not over it.
    pixel.show(trial, cell, is_inline=state.ASKED.get() == "answered")
    anatomy.show(trial, focus, found)
    with files:
        maps.show_takehome(trial, focus, found, prediction.sentence(trial))
        maps.show_downloads(trial, found, focus.node)
    return True


def _question(aspect: str, block: Block, layer: str) -> str:
    return {
        "block": block_question(block),
        "depth": _("What becomes of the signal on its way?"),
        "compare": _("Where do two outputs of {node} differ?").format(node=layer),
    }[aspect]


_aspect_title = Titles({"block": N_("One block"), "depth": N_("Along depth"), "compare": N_("Compare")})
