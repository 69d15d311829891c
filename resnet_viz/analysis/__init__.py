"""Arithmetic on the LayerGraph: shapes, parameters, cost, receptive fields. Standard library only."""

from resnet_viz.analysis.receptive_field import Extent, ReceptiveField, covering_cells
from resnet_viz.analysis.summary import (
    LayerRecord,
    NetworkSummary,
    Totals,
    analyse,
    analyse_graph,
    network,
    smallest_side,
)

__all__ = [
    "Extent",
    "LayerRecord",
    "NetworkSummary",
    "ReceptiveField",
    "Totals",
    "analyse",
    "analyse_graph",
    "covering_cells",
    "network",
    "smallest_side",
]
