"""Dust: whatever a notebook has that no graph depends on. It does nothing, and a tensor that goes through it is not judged."""

from collections.abc import Mapping
from types import FunctionType
from typing import Any, Self

from resnet_viz.check.recorder import Tensor
from resnet_viz.check.session import Initializer, Session, Unknown
from resnet_viz.check.vocabulary import OUTSIDE, REACHING


class Dust(Unknown):
    """Anything that no graph depends on: pictures, files, training. Every use of it gives more of it.

    A tensor that goes through it, or an argument that it stands for, is what nobody can judge.
    """

    def __init__(self, name: str, session: Session, *, is_undefined: bool = False) -> None:
        self._name = name
        self._session = session
        self._is_undefined = is_undefined

    def __repr__(self) -> str:
        if self._is_undefined:
            message = f"name '{self._name}' is not defined"
            raise NameError(message, name=self._name)
        return self._name

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return "2.16.1"
        if name.startswith("__"):
            raise AttributeError(name)
        self._session.used_dust()
        return Dust(f"{self._name}.{name}", self._session)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do nothing; a function that is given alone comes back, as from a decorator."""
        self._session.used_dust()
        if len(args) == 1 and isinstance(args[0], (FunctionType, type)) and not kwargs:
            return args[0]
        if any(_has_tensor(value) for value in (*args, *kwargs.values())):
            self._session.record.refuse(f"{self!r}(…)")
        if reaches(self._name):
            self._session.reach(self._name)
        return Dust(f"{self._name}(…)", self._session)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        """Let a class of the code's own be made from it: of another library, or a callback of training."""
        return (type(self._name.rpartition(".")[2] or "Base", (Foreign,), {"_session": self._session}),)

    def __getitem__(self, key: object) -> "Dust":
        self._session.used_dust()
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __enter__(self) -> Self:
        self._session.used_dust()
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def __iter__(self) -> Any:
        self._session.used_dust()
        return iter(())

    def __len__(self) -> int:
        self._session.used_dust()
        return 0

    def _more(self, other: object = None) -> "Dust":
        self._session.used_dust()
        if isinstance(other, Tensor):
            self._session.record.refuse(repr(self))
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = _more
    __or__ = __ror__ = __floordiv__ = __mod__ = __pow__ = __lt__ = __gt__ = __le__ = __ge__ = __matmul__ = _more


class Foreign(Unknown):
    """What a class of the code's own inherits from if the stand-in does not know its base."""

    _session: Session

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing, with whatever the code hands up."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Dust(f"{type(self).__name__}.{name}", self._session)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse a tensor: what a foreign library does with it is not known."""
        return Dust(type(self).__name__, self._session)(*args, **kwargs)

    def __repr__(self) -> str:
        return type(self).__name__


class Initializers(Dust):
    """`keras.initializers`: each start under any of its names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def made(*args: Any, **kwargs: Any) -> Initializer:
            return Initializer(name, kwargs.get("seed", args[0] if len(args) == 1 else None))

        made.initializer = name  # type: ignore[attr-defined]
        made.__name__ = made.__qualname__ = name
        return made


class Home(Dust):
    """A module with things of its own; the rest of it is dust."""

    def __init__(self, name: str, session: Session, things: Mapping[str, Any]) -> None:
        super().__init__(name, session)
        self._things = things

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_things", {}):
            return self._things[name]
        return super().__getattr__(name)


class Built(Dust):
    """A finished model: what it reads and gives; training and the like are dust."""

    def __init__(self, name: str, session: Session, start: Tensor, end: Tensor) -> None:
        super().__init__(name, session)
        self.inputs, self.outputs = [start], [end]
        self.input, self.output = start, end


def reaches(call: str) -> bool:
    """Whether a call asks for files, programs, the network or the page itself.

    >>> reaches("urllib.request.urlopen"), reaches("os.path.join"), reaches("open"), reaches("js.fetch")
    (True, False, True, True)
    """
    parts = call.split("(", maxsplit=1)[0].split(".")
    return parts[0] in OUTSIDE | REACHING or ".".join(parts[:2]) in REACHING


def _has_tensor(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_tensor, value))
    return isinstance(value, Tensor)
