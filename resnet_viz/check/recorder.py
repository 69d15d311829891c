"""What the stand-in writes down: one step for every layer that the code applies, with its shape and its line."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import FrameType

FILE = "<your code>"
"""The name under which a student's code is compiled: its frames are known by it."""

_DEEP = 12
"""Functions within functions that are looked through for a line."""

_MOST_STEPS = 2_000
"""ResNet-152 has about 700."""

Size = tuple[int, ...]
"""A shape without the batch axis."""


class TooMuchError(BaseException):
    """The code makes more layers, or runs more lines, than any network needs: a loop that does not end."""


class NotKnownError(BaseException):
    """The code does something that the stand-in does not know: nothing can be said of it then.

    No `Exception`, so that no `except` of the code swallows it.
    """

    def __init__(self, call: str, line: int | None) -> None:
        super().__init__(call)
        self.call = call
        self.line = line


@dataclass
class Step:
    """One layer, applied once.

    Attributes:
        id: Its name in the recording.
        kind: As `spec.layers.kind_of` names it; others by their Keras name in lower case.
        settings: Its arguments as far as they change the graph.
        inputs: Ids of what it reads.
        shape: What it gives; None if that cannot be worked out.
        name: What the code calls it, or "".
        line: Where it is applied; None in our own graph.
        lines: The lines being run then, from the innermost of the code's functions outwards.
        scope: Number of the block's call that it lies in, or None.
        place: Where it stands in our graph, such as ``2b``; "" in theirs.
        made: The lines being run when the layer was made, which may be elsewhere: in `__init__`, in a list.
        made_line: The line to look at for its arguments.
    """

    id: str
    kind: str
    settings: dict[str, Any]
    inputs: tuple[str, ...]
    shape: Size | None
    name: str = ""
    line: int | None = None
    scope: int | None = None
    place: str = ""
    lines: tuple[int, ...] = ()
    made: tuple[int, ...] = ()
    made_line: int | None = None


@dataclass
class Found:
    """Something wrong that the recording itself shows, whatever the graph: an argument nobody knows, a layer not called."""

    id: str
    line: int | None
    step: str = ""
    values: dict[str, str] = field(default_factory=dict)


def _unknown(call: str) -> Callable[..., NoReturn]:
    """Return what an operator does with a tensor: nobody knows."""

    def refused(self: "Tensor", *_other: object) -> NoReturn:
        self._record.refuse(call)

    return refused


def _merged(kind: str, call: str) -> "Callable[[Tensor, object], Tensor]":
    """Return what an operator does with two tensors; with anything else nobody knows."""

    def merged(self: "Tensor", other: object) -> "Tensor":
        if not isinstance(other, Tensor):
            self._record.refuse(call)
        return self._record.add((self, other), kind=kind)

    return merged


class Tensor:
    """What flows between layers: it knows who made it and its shape."""

    def __init__(self, record: "Recorder", step: Step) -> None:
        self._record = record
        self._step = step
        self.dtype = "float32"
        self.name = step.name or step.id

    @property
    def shape(self) -> "Shape":
        """Its size with the batch axis."""
        return Shape((None, *(self._step.shape or ())))

    def get_shape(self) -> "Shape":
        """Return its size, as older TensorFlow writes it."""
        return self.shape

    def __add__(self, other: object) -> "Tensor":
        if not isinstance(other, Tensor):
            self._record.refuse("x + …")
        return self._record.add((self, other))

    def __radd__(self, other: object) -> "Tensor":
        return self if other == 0 and isinstance(other, int) else self + other  # `sum` begins with 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._record.refuse(f"x.{name}")

    def __getitem__(self, key: object) -> NoReturn:
        self._record.refuse("x[…]")

    def __iter__(self) -> NoReturn:
        self._record.refuse("for … in x")

    __sub__, __mul__ = _merged("subtract", "x − …"), _merged("multiply", "x · …")
    __rsub__, __rmul__, __neg__, __matmul__ = _unknown("… − x"), _unknown("… · x"), _unknown("−x"), _unknown("x @ …")
    __truediv__, __rtruediv__, __pow__ = _unknown("x / …"), _unknown("… / x"), _unknown("x ** …")
    __gt__, __lt__, __ge__, __le__ = _unknown("x > …"), _unknown("x < …"), _unknown("x ≥ …"), _unknown("x ≤ …")


Tensor.__name__ = "KerasTensor"  # as Python names it where a student uses it wrongly, in Keras as here


class Shape(tuple[int | None, ...]):
    """A shape that also answers as TensorFlow's does."""

    __slots__ = ()

    def as_list(self) -> list[int | None]:
        """Return it as a list."""
        return list(self)

    @property
    def rank(self) -> int:
        """How many axes."""
        return len(self)

    @property
    def ndims(self) -> int:
        """How many axes."""
        return len(self)


class Recorder:
    """All that one run of the code did."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.found: list[Found] = []
        self.models: list[tuple[Tensor, Tensor]] = []
        self.scope: int | None = None
        self.calls: list[dict[str, Any]] = []
        self.uses: dict[int, int] = {}
        self.kept: list[object] = []

    def put(self, kind: str, inputs: tuple[Tensor, ...], shape: Size | None, **more: Any) -> Tensor:
        """Write a step down and return what it gives."""
        if len(self.steps) >= _MOST_STEPS:
            raise TooMuchError
        step = Step(
            f"n{len(self.steps)}",
            kind,
            more.get("settings", {}),
            tuple(tensor._step.id for tensor in inputs),
            shape,
            more.get("name", ""),
            self.line(),
            self.scope,
            lines=self.lines(),
        )
        self.steps.append(step)
        return Tensor(self, step)

    def source(self, shape: Size) -> Tensor:
        """Write an input down."""
        return self.put("input", (), shape)

    def add(self, tensors: tuple[Tensor, ...], name: str = "", kind: str = "add") -> Tensor:
        """Write a sum down; one that does not fit is found by its shapes."""
        first = size_of(tensors[0]) if tensors else None
        return self.put(kind, tensors, first, name=name)

    def refuse(self, call: str) -> NoReturn:
        """Stop, as nothing is known of a call.

        Raises:
            NotKnownError: Always.
        """
        raise NotKnownError(call, self.line())

    def line(self) -> int | None:
        """Return the line of the student's code that is being run."""
        return next(iter(self.lines()), None)

    def lines(self) -> tuple[int, ...]:
        """Return the lines of the student's code that are being run, the innermost function's first."""
        found: list[int] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and len(found) < _DEEP:
            if frame.f_code.co_filename == FILE:
                found.append(frame.f_lineno)
            frame = frame.f_back
        return tuple(found)

    def settle_lines(self) -> None:
        """Have a layer that a helper makes for several places lie on the line that asks the helper for it."""
        applied, made = (
            _ways((step.kind, step.lines) for step in self.steps),
            _ways((step.kind, step.made) for step in self.steps),
        )
        for step in self.steps:
            step.line = _asked(step.lines, applied.get((step.kind, step.lines[:1]), set())) or step.line
            if step.line not in step.made:
                step.made_line = _asked(step.made, made.get((step.kind, step.made[:1]), set()))

    @contextmanager
    def within(self, call: dict[str, Any]) -> Iterator[None]:
        """Put what follows into the scope of a block's call."""
        outer, self.scope = self.scope, len(self.calls)
        self.calls.append(call)
        try:
            yield
        finally:
            self.scope = outer


_Ways = dict[tuple[str, tuple[int, ...]], set[tuple[int, ...]]]


def _ways(lines: Iterable[tuple[str, tuple[int, ...]]]) -> _Ways:
    """Return by a kind and its innermost line the ways that led there."""
    found: _Ways = {}
    for kind, way in lines:
        found.setdefault((kind, way[:1]), set()).add(way)
    return found


def _asked(way: tuple[int, ...], ways: set[tuple[int, ...]]) -> int | None:
    """Return the innermost line of a way in which it parts from others that end alike."""
    depth = next((n for n in range(1, len(way)) if len({other[n:] for other in ways}) > 1), 0)
    return way[depth] if way else None


def size_of(tensor: Tensor) -> Size | None:
    """Return a tensor's shape without the batch axis."""
    return tensor._step.shape


def id_of(tensor: Tensor) -> str:
    """Return the id of the step that made a tensor."""
    return tensor._step.id
