"""The three ways to look at activations: one block, all layers along depth, two answers side by side."""

import streamlit as st

from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.components import anatomy, beside, controls, depth, forward, maps, pixel, prediction, surgery
from resnet_viz.ui.selection import ASPECTS, Selection
from resnet_viz.viz.block_words import block_question


def show(selection: Selection, picture: Picture) -> bool:
    """Draw the chosen way, below the question it answers; return whether there was an answer."""
    if selection.aspect != "depth":
        anatomy.show_blocks(selection)
    with st.container(horizontal=True, vertical_alignment="center", key="aspects"):
        st.subheader(_question(selection), anchor=False)
        controls.choice(
            _("What is shown"),
            ASPECTS,
            selection.aspect,
            lambda name: state.set_parts(aspect=name),
            key="aspect",
            title=_aspect_title,
            label_visibility="collapsed",
        )
        surgery.show(selection)
        files = st.popover(_("Files"), key="files_menu")
    if selection.aspect == "depth":
        return depth.show(selection, picture, files)
    if selection.aspect == "compare":
        return beside.show(selection, picture, files)
    return _show_block(selection, picture, files)


def _show_block(selection: Selection, picture: Picture, files: "st.delta_generator.DeltaGenerator") -> bool:
    found = forward.maps_of(selection, picture, anatomy.nodes_of(selection))
    if found is None:
        return False
    anatomy.show(selection, picture, found)
    pixel.show(selection, picture)
    with files:
        maps.show_takehome(selection, picture, found, prediction.sentence(selection, picture))
        maps.show_downloads(selection, picture, found, selection.layer)
    return True


def _question(selection: Selection) -> str:
    return {
        "block": block_question(selection.block),
        "depth": _("What becomes of the signal on its way?"),
        "compare": _("Where do two outputs of {node} differ?").format(node=selection.layer),
    }[selection.aspect]


def _aspect_title(name: str) -> str:
    return {"block": _("One block"), "depth": _("Along depth"), "compare": _("Compare")}[name]
