"""What a server imports before anybody asks for it."""

FIRST = (
    "resnet_viz.server.services",
    "resnet_viz.ui.frame.subject_line",
    "resnet_viz.ui.architecture.picture",
    "resnet_viz.ui.architecture.panels",
    "PIL.JpegImagePlugin",
)
"""What the first picture needs. What draws the pages is imported before what they are about: the first page waits for it."""
THEN = (
    "resnet_viz.ui.activations.ways",
    "streamlit.emojis",
    "pandas",
    "resnet_viz.ui.layers.layer_table",
    "resnet_viz.ui.architecture.comparison",
    "resnet_viz.ui.architecture.files",
    "resnet_viz.ui.explain.explanation",
)
"""What is asked for next; pandas and the emoji table are Streamlit's own late imports, for tables and labels that are not
plain ASCII."""
