"""Activations: what each block does to a picture."""

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.components import anatomy, forward, image_source, maps, weights_source

selection = state.current_selection()
picture = image_source.picture_of(selection)
left, middle, right = st.columns([0.17, 0.62, 0.21], gap="medium")
with left:
    values = forward.input_of(selection, picture)
    maps.show_input(selection, picture, values)
    with st.popover(_("Another picture"), width="stretch"):
        image_source.show("page")
block = selection.block
with middle:
    anatomy.show_blocks(selection)
    nodes = list(dict.fromkeys([*anatomy.signals(block).values(), selection.node]))
    found = forward.maps_of(selection, picture, nodes)
    if found is not None:
        st.subheader(_("What did block {name} add to its input?").format(name=block.name), anchor=False)
        anatomy.show(block, found, weights_source.weights_text(selection))
with right:
    if found is not None:
        maps.show_channel(selection, found[selection.node])
if found is not None:
    maps.show_layer(selection, found[selection.node])
    maps.show_downloads(selection, picture, found)
