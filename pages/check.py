"""Check: is your block the one of the course? It runs in the browser, never here."""

from resnet_viz.ui import state
from resnet_viz.ui.check import page

page.show(state.subject().checking)
