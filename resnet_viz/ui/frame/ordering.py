"""Things to be put in order: dragged, or moved with the arrow keys."""

from functools import partial

from resnet_viz.lessons.asks import Ask
from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.frame import walking
from resnet_viz.ui.shared.component import as_json, component

_KEY = "lesson_order"


def show(ask: Ask, place: str) -> None:
    """Draw what is to be put in order.

    Args:
        ask: An order.
        place: Names the stop: what was moved at one stays there.
    """
    order = walking.order(place, len(ask.options))
    data = {
        "items": [{"id": index, "text": _(ask.options[index].text)} for index in order],
        "lead": _("Largest first:") if ask.pick == "largest" else _("Smallest first:"),
        "help": _("{text}, place {n} of {m}. The arrow keys move it."),
    }
    component("order")(key=_KEY, data=as_json(data), on_did_change=partial(_take, place, len(ask.options)))


def _take(place: str, count: int) -> None:
    event = state.news(_KEY)
    if event is None:
        return
    order = event.get("order")
    if isinstance(order, list) and sorted(map(str, order)) == sorted(map(str, range(count))):
        walking.set_order(place, [int(index) for index in order])
