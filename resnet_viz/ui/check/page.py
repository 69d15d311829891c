"""What the page Check sends a browser: texts, marks, material, and where the files lie that run Python there."""

from functools import cache
from typing import Any

from resnet_viz.check import course_pair, examples, presets, puzzle
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.server.check_files import FOLDER, packed_files
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.theme import BRANCH, MARKS, STATUS_MARKS, Mark

KEY = "check"
_BLOCKS = ("identity_block", "convolutional_block")
_STATUSES = {"missing": "removed", "extra": "added", "changed": "changed", "rewired": "changed"}
_OTHER = Mark("#808080", "box", "filled,dashed")


def show() -> None:
    """Draw the page: all of it is one component, which sends nothing back."""
    component("check")(key=KEY, data=as_json(_data(current_language())))


@cache
def _data(language: str) -> dict[str, Any]:
    """Return what the component draws."""
    marks = {**MARKS, "block": BRANCH, "other": _OTHER}
    return {
        "language": language,
        "texts": _texts(),
        "presets": list(presets()),
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


def _texts() -> dict[str, str]:
    """Return what the page says; signs in braces are filled in by the browser."""
    return {**_texts_of_code(), **_texts_of_answers(), **_texts_of_order()}


def _texts_of_code() -> dict[str, str]:
    return {
        "code": _("Your code"),
        "placeholder": _(
            "Paste identity_block, convolutional_block or ResNet50 from your notebook, or drop the notebook here."
        ),
        "way": _("How to work"),
        "write": _("Write code"),
        "order": _("Put lines in order"),
        "template": _("Template"),
        "example": _("Example"),
        "file": _("Open a file…"),
        "check": _("Check"),
        "against": _("ResNet50 as in"),
        "private": _("Runs in your browser. The server never sees your code."),
        "writeFirst": _(
            "Is your block the one of the course? Press Check: you are told the mistake, its line, and why it matters."
        ),
        "orderFirst": _("Put the lines of the block in order, then press Check. Some lines do not belong."),
        "noFile": _("{name} could not be read. Open a .py file or a notebook (.ipynb)."),
    }


def _texts_of_answers() -> dict[str, str]:
    return {
        "verdict": _("Verdict"),
        "fetching": _("Python is being fetched, once: {percent} % of {size} MB."),
        "starting": _("Python is starting…"),
        "checking": _("Checking…"),
        "notFetched": _("Python could not be fetched or started. Is the server still there? Press Check to try again."),
        "unable": _("This browser cannot run Python (it has no WebAssembly). A current Firefox, Chrome or Safari can."),
        "endless": _("The code did not end within 5 seconds, so it was stopped. Is there a loop that never ends?"),
        "deep": _("The code calls itself too often, and Python gave up. Does a function call itself?"),
        "ended": _("The code ended Python itself. It starts anew; remove what ends it and check again."),
        "remarks": _("Differs, but changes nothing ({n})"),
        "why": _("Why?"),
        "line": _("line {n}"),
        "theirs": _("Your network"),
        "ours": _("The course's"),
        "course": _("What your code should make:"),
        "alt": _("Your graph and the course's side by side; what differs is marked."),
        "missing": _("missing"),
        "alike": _("{n} alike"),
        "unread": _("used by nothing"),
    }


def _texts_of_order() -> dict[str, str]:
    return {
        "own": _("Your block"),
        "pool": _("Lines to choose from"),
        "ownEmpty": _("Click a line below or drag it here. Alt with an arrow key moves it."),
        "poolEmpty": _("No lines left."),
        "hint": _("A hint ({n} left)"),
        "solution": _("Show the solution, line by line"),
        "nextLine": _("The next line"),
    }
