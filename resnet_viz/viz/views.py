"""The names of the views of a network's layers; apart from the charts, so that a link can be read without Plotly."""

from resnet_viz.messages import gettext as _

COUNTING = ("treemap", "depth")
"""Views that show one of `resnet_viz.analysis.measures.COUNTS`."""


def view_name(view: str) -> str:
    """Return what a view of the layers is called."""
    return {
        "table": _("Overview"),
        "treemap": _("Treemap"),
        "depth": _("Along depth"),
        "field": _("Receptive field"),
        "size": _("Size and channels"),
    }[view]


def metric_short_name(metric: str) -> str:
    """Return what a counted column is called on a button."""
    return {"parameters": _("Parameters"), "macs": _("MACs"), "activation_bytes": _("Memory")}[metric]


def metric_name(metric: str) -> str:
    """Return what a counted column is called, with its unit."""
    return {
        "parameters": _("Parameters"),
        "macs": _("MACs (multiply-accumulates)"),
        "activation_bytes": _("Memory for maps (float32)"),
    }[metric]
