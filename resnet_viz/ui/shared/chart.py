"""A Plotly chart on a page, its letters as large as the page's."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from resnet_viz.ui import state
from resnet_viz.viz.letters import lettered

# A toolbar over a chart hides what it serves; dragging zooms and a double click goes back without it.
_CONFIG = {"displaylogo": False, "displayModeBar": False}


def show(figure: go.Figure, key: str, alt: str, **options: Any) -> None:
    """Draw a chart; `options` are Streamlit's own."""
    figure = lettered(figure, is_projected=state.subject().viewer.present)
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt, **options)
