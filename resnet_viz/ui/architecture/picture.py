"""The Graphviz picture: laid out, folded and walked in the browser; what is chosen there becomes the subject."""

from functools import lru_cache
from typing import NamedTuple

from resnet_viz.analysis.measures import OWN
from resnet_viz.messages import current_language
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.picked import picked
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.views import COLORS
from resnet_viz.ui import kept, state
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.coloring import color_by
from resnet_viz.viz.dot import Drawing
from resnet_viz.viz.drawn import drawing_of, drawn_summary
from resnet_viz.viz.picture import picture_data

KEY = "picture"


def show(subject: Subject) -> None:
    """Draw the picture with its trail, search, legend and tools."""
    view, numbers = subject.architecture, kept.numbers()
    colors = tuple(name for name in COLORS if name != OWN or numbers or view.color == OWN)
    # A stage's side is that of its last layer and of the next stage's: a lesson that asks for one gets none of them told.
    tells_shapes = not any(quantity.startswith("output_side(") for quantity in state.STILL_ASKED.get())
    shown = _Shown(subject.other, subject.spec, subject.preset, view.opened, subject.node, tells_shapes)
    component("graph")(
        key=KEY,
        data=_data(shown, view.color, colors, tuple(numbers.items()), current_language()),
        on_did_change=lambda: _take(drawing_of(shown.other, shown.spec, shown.opened)),
    )


class _Shown(NamedTuple):
    """What is drawn, how far it is opened, and what of it is in focus."""

    other: ResNetSpec | None
    spec: ResNetSpec
    preset: str
    opened: frozenset[str]
    node: str
    tells_shapes: bool


@lru_cache(maxsize=128)
def _data(
    shown: _Shown, color: str, colors: tuple[str, ...], numbers: tuple[tuple[str, float], ...], _language: str
) -> bytes:
    """Return the picture as its component reads it; the same for all who look at the same."""
    drawing = drawing_of(shown.other, shown.spec, shown.opened)
    summary = drawn_summary(shown.other, shown.spec)
    coloring = color_by(summary, drawing.members, color, dict(numbers))
    told = {"tells_shapes": shown.tells_shapes}
    return as_json(picture_data(summary, drawing, shown.node, coloring, (color, colors), shown.preset, **told))


def _take(drawing: Drawing) -> None:
    """Do what was done in the picture: pick, open, close, toggle a group, seek a layer."""
    event = state.news(KEY)
    if event is None:
        return
    kind, name = str(event.get("kind")), str(event.get("id"))
    if kind == "toggle":
        state.update(lambda subject: subject.toggled(name))
    elif kind == "color" and name in COLORS:
        state.set_parts(color=name)
    elif kind == "seek":
        state.update(lambda subject: subject.revealing(name) if name in subject.summary.by_id else subject)
    else:
        state.update(lambda subject: picked(subject, kind, name, drawing.members.get(name, ())))
