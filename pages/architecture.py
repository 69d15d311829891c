"""Architecture: the network as one picture that folds and unfolds, from the whole down to one layer."""

from resnet_viz.ui.architecture import page

page.show()
