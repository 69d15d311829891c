"""Running a student's code against the stand-in, and saying in plain words why it stopped."""

import ast
import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from resnet_viz.check.answer import Stop
from resnet_viz.check.layers import PHASE, Initializer, KerasRefusesError
from resnet_viz.check.notebook import PHASE_NAME, PHASES, Source
from resnet_viz.check.recorder import FILE, NotKnownError, Recorder, Tensor, TooMuchError
from resnet_viz.check.standin import StandIn, builtins_for
from resnet_viz.errors import did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

MOST_LINES = 100_000
"""Lines of the code that one statement or call may run; a network is made in some hundred."""

PARAMETERS: dict[str, str] = {
    **dict.fromkeys(("f", "kernel_size", "kernel", "ks", "k", "filter_size", "size", "middle_kernel"), "f"),
    **dict.fromkeys(("filters", "filter", "n_filters", "nb_filters", "num_filters", "fs", "channels"), "filters"),
    **dict.fromkeys(("s", "stride", "strides"), "s"),
    **dict.fromkeys(("stage", "level"), "stage"),
    **dict.fromkeys(("name", "prefix", "base", "base_name", "name_base", "layer_name"), "name"),
    **dict.fromkeys(("block", "block_name", "letter"), "block"),
    "f1": "f1",
    "f2": "f2",
    "f3": "f3",
    "input_shape": "input_shape",
    "shape": "input_shape",
    **dict.fromkeys(("classes", "n_classes", "num_classes", "nb_classes"), "classes"),
}
"""What a parameter of a student's function stands for, by its name in lower case."""


class StoppedError(Exception):
    """The code stopped; carries what to say."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop["sentence"])
        self.stop = stop


class Program:
    """A student's code, run once; its functions can then be called with what we choose."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stand_in = StandIn()
        self.failed: dict[str, Stop] = {}
        self.names: dict[str, Any] = {
            "__builtins__": builtins_for(self.stand_in),
            "__name__": "notebook",
            PHASE_NAME: PHASE,
        }
        if not source.imports & {"keras", "tensorflow"}:
            self.names |= self.stand_in.usual()
        for statement in source.tree.body:
            self._run(statement)

    def _run(self, statement: ast.stmt) -> None:
        """Run one statement of the notebook; one that fails matters only if a function needs what it makes."""
        with warnings.catch_warnings(action="ignore"):
            code = compile(ast.Module([statement], []), FILE, "exec")
        stars = len(self.stand_in.stars)
        try:
            with bounded():
                exec(code, self.names)  # noqa: S102 - in a sandbox, for this: see the room's first words
        except BaseException as error:  # noqa: BLE001 - whatever a stranger's code raises
            stop = stop_of(error, self.source, "")
            for name in _made_by(statement):
                self.failed.setdefault(name, stop)
            self.failed.setdefault("", stop)
        if len(self.stand_in.stars) > stars:
            for name in self.source.unbound - self.names.keys():
                self.names[name] = self.stand_in.undefined(name)

    def recorder(self) -> Recorder:
        """Return a fresh recording that the code writes to from now on."""
        self.stand_in.session.record = Recorder()
        return self.stand_in.session.record

    def call(self, function: Callable[..., Any], values: Mapping[str, Any], name: str) -> Any:
        """Call one of the code's functions with values by what its parameters stand for.

        Raises:
            StoppedError: If it fails, or needs an argument of which nothing is known.
        """
        try:
            args, kwargs = arguments(function, values)
        except LookupError as error:
            raise StoppedError(self._strange(name, str(error.args[0]))) from None
        try:
            with bounded():
                given = function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - whatever a stranger's code raises
            stop = stop_of(error, self.source, name)
            earlier = self.failed.get(getattr(error, "name", None) or " ") if isinstance(error, NameError) else None
            raise StoppedError(earlier or stop) from None
        line = self.source.unfilled(name) if given is None and self.source.returns_something(name) else None
        if line is not None:
            raise StoppedError(_unfilled(self.source, name, line))
        return given

    def _strange(self, name: str, parameter: str) -> Stop:
        node = self.source.functions.get(name)
        line = node.lineno if node else None
        text = _("`{function}` has a parameter `{parameter}` that the course's does not have, so it cannot be tried.")
        return {
            "kind": "unknown",
            "line": line,
            "text": self.source.text_at(line),
            "function": name,
            "sentence": text.format(function=name, parameter=parameter),
            "python": parameter,
        }


@contextmanager
def bounded() -> Iterator[None]:
    """End code that runs too many lines; what takes long within one line is for the page to stop."""
    left = MOST_LINES
    before = sys.gettrace()

    def count(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != FILE:
            return None
        left -= event == "line"
        if left < 0:
            raise TooMuchError
        return count

    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


def arguments(function: Callable[..., Any], values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments for a call: the first parameter is x, others by what their names stand for.

    Raises:
        LookupError: If a parameter has no default and its name says nothing.
    """
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for place, parameter in enumerate(inspect.signature(function).parameters.values()):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        role = role_of(parameter.name)
        if role in values:
            value = values[role]
        elif place == 0 and "x" in values:
            value = values["x"]
        elif parameter.default is not parameter.empty:
            continue
        elif parameter.name in PHASES:
            value = PHASE
        elif "init" in parameter.name.lower():
            value = Initializer
        else:
            raise LookupError(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY or kwargs or len(args) < place:
            kwargs[parameter.name] = value
        else:
            args.append(value)
    return args, kwargs


def role_of(parameter: str) -> str:
    """Return what a parameter stands for, or "".

    >>> role_of("Filters"), role_of("F1"), role_of("X")
    ('filters', 'f1', '')
    """
    return PARAMETERS.get(parameter.lower().strip("_"), "")


def _made_by(statement: ast.stmt) -> set[str]:
    named = {statement.name} if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else set()
    nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return named | {node.id for node in nodes if isinstance(node.ctx, ast.Store)}


def stop_of(error: BaseException, source: Source, function: str) -> Stop:
    """Return why code stopped, on the last of its own lines that was being run."""
    line, where = line_of(error)
    empty = source.unfilled(where) if isinstance(error, KerasRefusesError) and "None" in str(error) else None
    if empty is not None:
        return _unfilled(source, where, empty)
    kind, sentence = _said(error, source.text_at(line), source)
    python = error.call if isinstance(error, NotKnownError) else f"{type(error).__name__}: {error}"
    return {
        "kind": kind,
        "line": line,
        "text": source.text_at(line),
        "function": where or function,
        "sentence": sentence,
        "python": python[:300],
    }


def _unfilled(source: Source, function: str, line: int) -> Stop:
    return {
        "kind": "exception",
        "line": line,
        "text": source.text_at(line),
        "function": function,
        "sentence": _("This line still has None in it: it is not filled in yet."),
        "python": "None",
    }


def line_of(error: BaseException) -> tuple[int | None, str]:
    """Return the last line of the student's code in a traceback, and the function that it is in."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__, limit=-60) if frame.filename == FILE]
    if not frames:
        return getattr(error, "line", None), ""
    # A recursion ends on the function's first line; the line before it is the one that calls.
    last = frames[-2] if isinstance(error, RecursionError) and len(frames) > 1 else frames[-1]
    return last.lineno, "" if last.name.startswith("<") else last.name


def _said(error: BaseException, text: str, source: Source) -> tuple[str, str]:
    """Return the kind of a stop and its sentence."""
    match error:
        case NotKnownError():
            sentence = _(
                "The checker does not know {call}, so it cannot judge this code. It says nothing about right or wrong."
            )
            return "unknown", sentence.format(call=f"`{error.call}`")
        case TooMuchError():
            return "long", _("This line runs again and again: a loop does not end.")
        case RecursionError():
            return "recursion", _("A function calls itself again and again, and never ends.")
        case OverflowError() if "index-sized" in str(error):  # what a browser's 32 bits cannot count
            return "memory", _("The code asks for more memory than there is.")
        case MemoryError():
            return "memory", _("The code asks for more memory than there is.")
        case KerasRefusesError():
            return "exception", str(error)
        case NameError():
            name = error.name or str(error).partition("'")[2].partition("'")[0]
            near = did_you_mean(name, sorted(source.words - {name})) if name else ""
            near = near if len(source.words) > 24 or not near else near.partition("?")[0] + "?"
            sentence = _("`{name}` is used here, but nothing of that name exists.").format(name=name)
            return "exception", joined((sentence, near), " ") if "`" in near else sentence
        case TypeError() if "NoneType" in str(error) and "None" in text:
            return "exception", _("This line still has None in it: it is not filled in yet.")
    sentence = _("Python stops at this line: {error}.").format(
        error=str(error)[:160].rstrip(".") or type(error).__name__
    )
    return "exception", sentence


def syntax_stop(error: SyntaxError, code: str) -> Stop:
    """Return why text is no Python."""
    lines = code.splitlines()
    line = error.lineno
    text = lines[line - 1].strip()[:160] if line and line <= len(lines) else ""
    return {
        "kind": "syntax",
        "line": line,
        "text": text,
        "function": "",
        "sentence": _("This is not Python yet: {error}.").format(error=(error.msg or "").rstrip(".")[:160]),
        "python": f"{type(error).__name__}: {error.msg}",
    }


def is_tensor(value: object) -> bool:
    """Whether a function returned what a layer gives."""
    return isinstance(value, Tensor)
