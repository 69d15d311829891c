"""The script that Streamlit runs for every page. It compiles it anew for whoever comes when nobody else is here, so it is short."""

from resnet_viz.ui.frame import page

page.show()
