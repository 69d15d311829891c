"""Weights: what a file is, what it fits, what it has learned, and where two sets differ."""

from resnet_viz.ui.weights import page

page.show()
