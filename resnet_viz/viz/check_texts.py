"""What the page Check says, by the names that its script has for it."""

from resnet_viz.messages import gettext as _


def texts() -> dict[str, str]:
    """Return what the page says; signs in braces are filled in by the browser."""
    return _texts_of_code() | _texts_of_files() | _texts_of_answers() | _texts_of_order()


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
        "clear": _("Clear"),
        "leave": _("Esc, then Tab leaves the field."),
    }


def _texts_of_files() -> dict[str, str]:
    return {
        "unreadable": _("{name} could not be read. Open a .py file or a notebook (.ipynb)."),
        "empty": _("There is no code in {name}."),
        "large": _("{name} is too large: {n} MB at most."),
        "long": _("The code in {name} is too long: {n} characters at most."),
    }


def _texts_of_answers() -> dict[str, str]:
    return {
        "verdict": _("Verdict"),
        "fetching": _("Python is being fetched, once: {size} MB."),
        "starting": _("Python is starting…"),
        "checking": _("Checking…"),
        "notFetched": _("Python could not be fetched. Is the server still there, and the network?"),
        "older": _("The server has a newer version of this page. Load it again: your code stays."),
        "notStarted": _(
            "Python was fetched, but this browser does not start it. A current Firefox, Chrome or Safari can."
        ),
        "again": _("Try again"),
        "reload": _("Load the page again"),
        "unable": _(
            "This browser cannot run Python: it has no WebAssembly or no workers. A current Firefox, Chrome or Safari has both."
        ),
        "endless": _("The code did not end within 5 seconds, so it was stopped. Is there a loop that never ends?"),
        "deep": _("The code calls itself too often, and Python gave up. Does a function call itself?"),
        "ended": _("The code ended Python itself. It starts anew; remove what ends it and check again."),
        "checkAgainst": _("Check against {name}"),
        "remarks": _("Differs, but changes nothing ({n})"),
        "why": _("Why?"),
        "line": _("line {n}"),
        "theirs": _("Your network"),
        "ours": _("The course's"),
        "course": _("What your code should make, with the sizes of this check:"),
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
        "anew": _("Start again"),
    }
