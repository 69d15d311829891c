"""Layers: every shape and parameter accounted for, one row a layer, and where they sit."""

from resnet_viz.ui import state
from resnet_viz.ui.layers import layer_table

layer_table.show(state.subject())
