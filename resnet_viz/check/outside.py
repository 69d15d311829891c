"""What stands outside the functions that are judged: said if it stops, if it reaches out, if it is no Keras at all."""

from resnet_viz.check.answer import Remark, Stop
from resnet_viz.check.known import is_known
from resnet_viz.check.running import Failure, Program
from resnet_viz.check.stops import made_by
from resnet_viz.check.vocabulary import KERAS, OUTSIDE
from resnet_viz.check.wording import at_line
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext

_GRAVE = frozenset(("memory", "recursion", "long"))
"""What would take down a notebook, wherever it stands."""


def stops_outside(program: Program, *, is_script: bool) -> list[Stop]:
    """Return why code outside the functions cannot be passed over.

    An exception counts if something that is judged is only made after it: a notebook would never come to that.

    Args:
        program: The code, run.
        is_script: Whether a model is judged that no function builds: then every statement before it counts.
    """
    last = _last_judged(program, is_script=is_script)
    return [
        *_left_the_page(program),
        *(
            failure.stop
            for failure in program.failures
            if failure.stop["kind"] in _GRAVE or (failure.place < last and (failure.cause == "own" or is_script))
        ),
    ]


def _last_judged(program: Program, *, is_script: bool) -> int:
    """Return the place of the last statement that makes what is judged."""
    if is_script:
        return program.model_place
    makes = [any(map(is_known, made_by(each))) for each in program.source.tree.body]
    return max((place for place, is_it in enumerate(makes) if is_it), default=-1)


def _left_the_page(program: Program) -> list[Stop]:
    """Return that the code calls what only gets it out of the page."""
    for call, line in program.stand_in.session.reached:
        if call.split("(")[0].split(".")[0] in OUTSIDE:
            text = _("`{call}` reaches for what lies outside this page. Nothing here can, so this code is not judged.")
            return [
                {
                    "kind": "unknown",
                    "line": line,
                    "text": program.source.text_at(line),
                    "function": "",
                    "sentence": text.format(call=call),
                    "python": call,
                }
            ]
    return []


def remarks_outside(program: Program) -> list[Remark]:
    """Return what is to be said of code that stopped, or reached out, and on which nothing judged depends."""
    own = [failure for failure in program.failures if failure.cause == "own"]
    lacking = [failure for failure in program.failures if failure.cause == "lacking"]
    return [*_reached(program), *_stopped(own), *_not_run(lacking)]


def _stopped(failures: list[Failure]) -> list[Remark]:
    if not failures:
        return []
    stop, more = failures[0].stop, len(failures) - 1
    said = (
        _("this stops with {error}.").format(error=stop["python"].rstrip(".")) if stop["python"] else stop["sentence"]
    )
    text = joined((said, _("What was judged does not depend on it.")), " ")
    if more:
        others = ngettext("{n} later line stops too.", "{n} later lines stop too.", more).format(n=more)
        text = joined((text, others), " ")
    return [_remark("stopped", failures[0].line, text)]


def _not_run(failures: list[Failure]) -> list[Remark]:
    if not failures:
        return []
    more = len(failures) - 1
    text = _("this needs values or files, and here are none. What was judged does not depend on it.")
    if more:
        text = _("{n} lines from here on need values or files, and here are none. What was judged needs none.")
    return [_remark("not-run", failures[0].line, text.format(n=more + 1))]


def _reached(program: Program) -> list[Remark]:
    session = program.stand_in.session
    calls = list(dict.fromkeys(call.split("(")[0] for call, _line in session.reached))
    if calls:
        text = _(
            "files or the network are asked for ({calls}). Nothing is reached from here, and the check needs none."
        )
        shown = joined(f"`{call}`" for call in calls[:3])
        return [_remark("reached", session.reached[0][1], text.format(calls=shown))]
    if session.outside:
        module, line = session.outside[0]
        text = _("`{module}` is imported. It reaches nothing from here, and the check does not need it.")
        return [_remark("reached", line, text.format(module=module))]
    return []


def _remark(name: str, line: int | None, text: str) -> Remark:
    return {"id": name, "line": line, "function": "", "sentence": at_line(line, text)}


def other_framework(program: Program, *, is_unknown: bool) -> Stop | None:
    """Return that the code is written for another library, if it is.

    Args:
        program: The code, run.
        is_unknown: Whether it cannot be judged for what Keras is: then another library explains it though Keras is there.
    """
    found = program.source.framework()
    if found is None or (program.source.imports & KERAS and not is_unknown):
        return None
    name, line = found
    return {
        "kind": "unknown",
        "line": line,
        "text": program.source.text_at(line),
        "function": "",
        "sentence": _("This is {framework}. This page judges Keras.").format(framework=name),
        "python": "",
    }
