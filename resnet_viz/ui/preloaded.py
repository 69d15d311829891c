"""What a server imports before anybody asks for it."""

FIRST = (
    "resnet_viz.server.services",
    "resnet_viz.ui.frame.page",
    "resnet_viz.ui.architecture.page",
    "PIL.JpegImagePlugin",
    "resnet_viz.ui.activations.page",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.PpmImagePlugin",
)
"""What the first picture needs, then the first maps. What draws the pages is imported before what they are about: the first page
waits for it. Pillow's other formats it looks through with the first file that it opens.
"""
THEN = (
    "resnet_viz.ui.activations.depth",
    "streamlit.emojis",
    "pandas",
    "resnet_viz.ui.layers.layer_table",
    "resnet_viz.ui.architecture.comparison",
    "resnet_viz.ui.architecture.files",
    "resnet_viz.ui.explain.page",
)
"""What is asked for next; pandas and the emoji table are Streamlit's own late imports, for tables and labels that are not
plain ASCII."""
