"""One line at a layer, block or chart: the lessons that explain it."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.reports.lessons import Explained, about_part, about_view
from resnet_viz.spec import LayerGraph
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import say


def show_part(graph: LayerGraph, name: str) -> None:
    """Draw the lessons about a layer or block."""
    _show(about_part(graph, name))


def show_view(page: str, subject: Subject) -> None:
    """Draw the lessons about what a page shows."""
    _show(about_view(page, subject))


def _show(found: Sequence[Explained]) -> None:
    """Draw links; they open beside this page, so that nothing on it is lost."""
    if found:
        links = joined((_link(place) for place in found), " · ")
        said = _("Explained in {lessons}")
        st.markdown(f":small[{said.format(lessons=links)}]")


def _link(place: Explained) -> str:
    title = say.plain(_(shipped_walks()[place.lesson].title))
    return f"[{title}](./?{urlencode({'walk': place.lesson, 'stop': place.stop})})"
