"""What the page Check sends a browser: texts, marks, material, and where the files lie that run Python there."""

from functools import cache
from typing import Any

from resnet_viz.check import course_pair, examples, puzzle
from resnet_viz.messages import current_language
from resnet_viz.server.check_files import FOLDER, packed_files
from resnet_viz.subject.views import JUDGED, PUZZLES, CheckView
from resnet_viz.ui import state
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.check_texts import texts
from resnet_viz.viz.theme import BRANCH, MARKS, STATUS_MARKS, Mark

KEY = "check"
_BLOCKS = PUZZLES[1:]
_STATUSES = {"missing": "removed", "extra": "added", "changed": "changed", "rewired": "changed"}
_OTHER = Mark("#808080", "box", "filled,dashed")


def show(view: CheckView) -> None:
    """Draw the page: all of it is one component, which sends back what is chosen, and nothing of the code."""
    shown = {"judged": view.judged, "puzzle": view.puzzle}
    component("check")(key=KEY, data=as_json(_data(current_language()) | {"view": shown}), on_did_change=_take)


def _take() -> None:
    """Follow a choice, so that a link leads to it."""
    event = state.news(KEY)
    if event is None:
        return
    choices = {"judged": JUDGED, "puzzle": PUZZLES}
    chosen = {name: event.get(name) for name, valid in choices.items() if event.get(name) in valid}
    state.set_parts(**chosen)


@cache
def _data(language: str) -> dict[str, Any]:
    """Return what the component draws."""
    marks = {**MARKS, "block": BRANCH, "other": _OTHER}
    return {
        "language": language,
        "texts": texts(),
        "presets": list(JUDGED),
        "examples": examples(language),
        "course": [course_pair(function, language) for function in _BLOCKS],
        "puzzles": [puzzle(function, language) for function in _BLOCKS],
        "marks": {kind: {**mark._asdict(), "fill": mark.fill} for kind, mark in marks.items()},
        "statuses": {status: STATUS_MARKS[name]._asdict() for status, name in _STATUSES.items()},
        "files": {
            role: {"url": f"./{FOLDER}/{file.name}", "size_bytes": len(file.data)}
            for role, file in packed_files().items()
        },
    }
