"""The names of the views of a network's layers; apart from the charts, so that a link can be read without Plotly."""

from resnet_viz.messages import N_, Titles

COUNTING = ("treemap", "depth")
"""Views that show one of `resnet_viz.analysis.measures.COUNTS`."""


view_name = Titles(
    {
        "table": N_("Overview"),
        "treemap": N_("Treemap"),
        "depth": N_("Along depth"),
        "field": N_("Receptive field"),
        "size": N_("Size and channels"),
    }
)
"""What a view of the layers is called."""


metric_short_name = Titles({"parameters": N_("Parameters"), "macs": N_("MACs"), "activation_bytes": N_("Memory")})
"""What a counted column is called on a button."""


metric_name = Titles(
    {
        "parameters": N_("Parameters"),
        "macs": N_("MACs (multiply-accumulates)"),
        "activation_bytes": N_("Memory for maps (float32)"),
    }
)
"""What a counted column is called, with its unit."""
