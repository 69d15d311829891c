"""Layers: every shape and parameter accounted for, one row a layer."""

from resnet_viz.ui import state
from resnet_viz.ui.components import layer_table

selection = state.current_selection()
rows = layer_table.show(selection)
layer_table.show_chart(selection, rows)
