"""How large the letters of a Plotly chart are: no chart says so itself, and Streamlit's own are too small to be projected."""

import plotly.graph_objects as go

PX, PROJECTED_PX = 15, 18


def letters_px(*, is_projected: bool) -> int:
    """Return the height of a chart's letters on a screen or on a projector."""
    return PROJECTED_PX if is_projected else PX


def lettered(figure: go.Figure, *, is_projected: bool) -> go.Figure:
    """Return the figure with all letters of one size: of its axes, its legend, its title, its notes."""
    font = {"size": letters_px(is_projected=is_projected)}
    axis = {"tickfont": font, "title": {"font": font}, "automargin": True}
    figure.update_layout(font=font, legend={"font": font}, hoverlabel={"font": font})
    if figure.layout.title.text:
        figure.update_layout(title={"font": font})
    figure.update_annotations(font=font)
    # Names below an axis make room below it and at its end; at its start the other axis has made it. Those that a narrow window
    # hides are measured all the same: they took half of a phone's chart.
    return figure.update_xaxes(axis | {"automargin": "height+right"}).update_yaxes(axis)
