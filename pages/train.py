"""Train: a demo in front of the class, every run kept."""

from resnet_viz.ui.train import page

page.show()
