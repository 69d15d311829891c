"""Activations: what each block does to a picture."""

from resnet_viz.ui.activations import page

page.show()
