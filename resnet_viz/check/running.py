"""Running a student's code against the stand-in."""

import ast
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from resnet_viz.check.answer import Stop
from resnet_viz.check.notebook import PHASE_NAME, PHASES, TICK_NAME, Source
from resnet_viz.check.recorder import FILE, Recorder, Tensor, TooMuchError
from resnet_viz.check.session import PHASE, Initializer
from resnet_viz.check.standin import StandIn, builtins_for, meant_layer
from resnet_viz.check.stops import made_by, outer_line, stop_of, unfilled
from resnet_viz.check.vocabulary import KERAS, MODULES
from resnet_viz.check.wording import near
from resnet_viz.messages import gettext as _

USUAL = {"identity_block": False, "convolutional_block": True, "convolution_block": True}
"""Blocks by name, and whether they project."""

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


BUILDS = ("build", "build_model", "create", "create_model", "get_model", "make_model", "make", "model", "forward")
"""Methods of a class that is no layer, by which it gives its network."""


class StoppedError(Exception):
    """The code stopped; carries what to say."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop["sentence"])
        self.stop = stop


class Failure(NamedTuple):
    """A statement outside all functions that stopped.

    Attributes:
        place: Which statement, from 0.
        line: Its line, though it may have stopped inside a function that it calls.
        stop: Why.
        cause: ``own``: a notebook would stop too; ``lacking``: values, files or helper modules took part, which only we
            lack; ``follows``: an earlier statement that stopped should have made what it needs.
    """

    place: int
    line: int | None
    stop: Stop
    cause: str


class Program:
    """A student's code, run once; its functions can then be called with what we choose.

    Attributes:
        names: What it made.
        failed: Why a statement stopped, by each name that it would have made.
        failures: All statements that stopped, in order.
        owners: The class of each name that is a method.
        model_place: Which statement made the last model outside all functions; -1 if none did.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stand_in = StandIn()
        self.failed: dict[str, Stop] = {}
        self.failures: list[Failure] = []
        self.owners: dict[str, type] = {}
        self.model_place = -1
        self._left = MOST_LINES
        self.names: dict[str, Any] = {
            "__builtins__": builtins_for(self.stand_in),
            "__name__": "notebook",
            PHASE_NAME: PHASE,
            TICK_NAME: self._tick,
        }
        usual = self.stand_in.usual()
        self.usual_names = [*usual, *USUAL]
        if not source.imports & KERAS:
            self.names |= usual
        for place, statement in enumerate(source.tree.body):
            self._run(place, statement)

    def _run(self, place: int, statement: ast.stmt) -> None:
        """Run one statement of the notebook; one that fails matters only if a function needs what it makes."""
        with warnings.catch_warnings(action="ignore"):
            code = compile(ast.Module([statement], []), FILE, "exec")
        session = self.stand_in.session
        stars, dust, models = len(self.stand_in.stars), session.dust, len(session.record.models)
        try:
            with bounded():
                exec(code, self.names)
        except BaseException as error:
            stop = stop_of(error, self.source, "", self.usual_names)
            used = session.dust > dust
            self.failures.append(Failure(place, outer_line(error), stop, self._cause(error, stop, is_dusty=used)))
            for name in made_by(statement):
                self.failed.setdefault(name, stop)
            self.failed.setdefault("", stop)
        if len(session.record.models) > models:
            self.model_place = place
        if len(self.stand_in.stars) > stars:
            for name in self.source.unbound - self.names.keys():
                self._take_from_star(name)

    def _take_from_star(self, name: str) -> None:
        """Give a name that a helper module may bring: what it is usually, else dust; a layer or a misspelt name stays undefined."""
        if name in MODULES:
            self.names[name] = self.stand_in.usual()[name]
        elif not meant_layer(name) and not near(name, [*self.source.functions, *self.usual_names], 0.8):
            self.names.setdefault(name, self.stand_in.undefined(name))

    def _tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooMuchError

    def _cause(self, error: BaseException, stop: Stop, *, is_dusty: bool) -> str:
        """Return why a statement stopped: see `Failure`."""
        name = getattr(error, "name", None) if isinstance(error, NameError) else None
        if name in self.failed:
            return "follows"
        # Without the cell that imports Keras only a part was pasted: the name may stand in another cell.
        is_elsewhere = name in self.source.unbound and not self.source.imports & KERAS
        return "lacking" if stop["kind"] == "unknown" or is_dusty or is_elsewhere else "own"

    def recorder(self) -> Recorder:
        """Return a fresh recording that the code writes to from now on."""
        self.stand_in.session.record = Recorder()
        return self.stand_in.session.record

    def call(self, function: Callable[..., Any], values: Mapping[str, Any], name: str) -> Any:
        """Call one of the code's functions with values by what its parameters stand for; a class is made, then called.

        Raises:
            StoppedError: If it fails, or needs an argument of which nothing is known.
        """
        if isinstance(function, type):
            made = self.made(function, values, name)
            if "built_of" in vars(made):
                return made.built_of
            takes = getattr(made, "call", made)
            if callable(takes):
                return self._called(made, {"x": values.get("x")}, name, takes)
            builds = next((getattr(made, each) for each in BUILDS if callable(getattr(made, each, None))), None)
            if builds is None:
                raise StoppedError(self._no_function(name))
            return self._called(builds, values, name, builds)
        return self._called(function, values, name, function)

    def made(self, own: type, values: Mapping[str, Any], name: str) -> Any:
        """Return an object of one of the code's classes.

        Raises:
            StoppedError: If it fails, or needs an argument of which nothing is known.
        """
        return self._called(own, {role: value for role, value in values.items() if role != "x"}, name, own)

    def _called(
        self, function: Callable[..., Any], values: Mapping[str, Any], name: str, takes: Callable[..., Any]
    ) -> Any:
        """Call something; `takes` is what shows its parameters."""
        try:
            args, kwargs = arguments(takes, values)
        except LookupError as error:
            raise StoppedError(self._strange(name, str(error.args[0]))) from None
        self.stand_in.session.is_judging = True
        try:
            with bounded():
                given = function(*args, **kwargs)
        except BaseException as error:
            stop = stop_of(error, self.source, name, self.usual_names)
            earlier = self.failed.get(getattr(error, "name", None) or " ") if isinstance(error, NameError) else None
            if stop["line"] is None:
                line = self.source.defined.get(name)
                stop |= {"line": line, "text": self.source.text_at(line)}
            raise StoppedError(earlier or stop) from None
        finally:
            self.stand_in.session.is_judging = False
        if inspect.isgenerator(given) or inspect.iscoroutine(given):
            given.close()
            raise StoppedError(self._gives_none(name))
        line = self.source.unfilled(name) if given is None and self.source.returns_something(name) else None
        if line is not None:
            raise StoppedError(unfilled(self.source, name, line))
        return given

    def _no_function(self, name: str) -> Stop:
        line = self.source.defined.get(name)
        text = _(
            "`{function}` is a class that builds nothing when it is called. Write it as a function, or give it `call`."
        )
        return {
            "kind": "unknown",
            "line": line,
            "text": self.source.text_at(line),
            "function": name,
            "sentence": text.format(function=name),
            "python": name,
        }

    def _gives_none(self, name: str) -> Stop:
        line = self.source.defined.get(name)
        text = _("`{function}` gives no layer when it is called: it has `yield` or `async`. Write `def` and `return`.")
        return {
            "kind": "exception",
            "line": line,
            "text": self.source.text_at(line),
            "function": name,
            "sentence": text.format(function=name),
            "python": "",
        }

    def _strange(self, name: str, parameter: str) -> Stop:
        line = self.source.line_of(name, parameter)
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
    roles = roles_by_name(function)
    for place, parameter in enumerate(parameters_of(function)):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        role = roles[parameter.name]
        if role in values:
            value = values[role]
            if role in ("s", "f") and isinstance(parameter.default, (tuple, list)):
                value = (value,) * len(parameter.default)  # the code may take one of them out
        elif place == 0 and "x" in values:
            value = values["x"]
        elif parameter.default is not parameter.empty:
            continue
        elif _is_dusty(parameter.name):
            value = PHASE if parameter.name in PHASES else Initializer
        else:
            raise LookupError(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY or kwargs or len(args) < place:
            kwargs[parameter.name] = value
        else:
            args.append(value)
    return args, kwargs


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a function, or the making of a class, takes."""
    if isinstance(function, type):
        return list(inspect.signature(function.__init__).parameters.values())[1:]  # type: ignore[misc]
    return list(inspect.signature(function).parameters.values())


def roles_by_name(function: Callable[..., Any]) -> dict[str, str]:
    """Return what each parameter of a function stands for, or "".

    Names in other languages count by their place, if there are as many as in an edition of the course.
    """
    parameters = parameters_of(function)
    roles = {parameter.name: role_of(parameter.name) for parameter in parameters}
    needed = [
        each.name for each in parameters if each.default is each.empty and each.kind == each.POSITIONAL_OR_KEYWORD
    ]
    if len(needed) in (3, 5) and not isinstance(function, type):
        for name, role in zip(needed[1:], ("f", "filters", "stage", "block"), strict=False):
            if not roles[name] and role not in roles.values() and not _is_dusty(name):
                roles[name] = role
    return roles


def _is_dusty(parameter: str) -> bool:
    """Whether a parameter hands the phase or a start of weights through."""
    return parameter in PHASES or "init" in parameter.lower()


def role_of(parameter: str) -> str:
    """Return what a parameter stands for, or "".

    >>> role_of("Filters"), role_of("F1"), role_of("X")
    ('filters', 'f1', '')
    """
    return PARAMETERS.get(parameter.lower().strip("_"), "")


def is_tensor(value: object) -> bool:
    """Whether a function returned what a layer gives."""
    return isinstance(value, Tensor)
