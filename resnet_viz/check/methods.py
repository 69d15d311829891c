"""Blocks and networks that are methods of a class which is no layer: they are judged as functions are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from resnet_viz.check.known import is_known
from resnet_viz.check.layers import Layer
from resnet_viz.check.recorder import Recorder
from resnet_viz.check.running import Program, StoppedError
from resnet_viz.check.session import Unknown
from resnet_viz.spec import DEFAULT_PRESET, preset


def lift_methods(program: Program) -> None:
    """Have the methods that would be judged as functions stand among the code's names, bound to an object of their class."""
    for own in list(program.names.values()):
        if isinstance(own, type) and not issubclass(own, (Layer, Unknown)):
            known = [name for name in vars(own) if is_known(name) and name not in program.names]
            if known:
                _lift(program, own, known)


def _lift(program: Program, own: type, known: list[str]) -> None:
    spec = preset(DEFAULT_PRESET)
    session = program.stand_in.session
    kept, session.record = session.record, Recorder()
    try:
        made = program.made(own, {"input_shape": spec.input_shape, "classes": spec.classes}, own.__name__)
    except StoppedError as stopped:
        program.failed |= dict.fromkeys(known, stopped.stop)
        return
    finally:
        session.record = kept
    for name in known:
        program.names[name] = getattr(made, name)
        program.owners[name] = own


@contextmanager
def standing_in(program: Program, name: str, block: Callable[..., Any]) -> Iterator[None]:
    """Put another block in a method's place, for whatever the class calls by that name."""
    own = program.owners.get(name)
    if own is None:
        yield
        return
    kept = vars(own)[name]
    setattr(own, name, staticmethod(block))
    try:
        yield
    finally:
        setattr(own, name, kept)
