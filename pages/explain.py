"""Explain: why does the network say that of this picture?"""

from resnet_viz.ui.explain import page

page.show()
