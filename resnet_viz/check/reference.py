"""The blocks as the course writes them, in place of a student's own while the whole network is recorded.

So a mistake in a block is told once, for the block, and the network is judged for what it makes of right ones.
"""

import inspect
from collections.abc import Callable
from typing import Any

from resnet_viz.check.layers import shown, tensor_of
from resnet_viz.check.ours import Trial, block_steps
from resnet_viz.check.recorder import Tensor, size_of
from resnet_viz.check.running import parameters_of, role_of, roles_by_name
from resnet_viz.check.session import KerasRefusesError, Session
from resnet_viz.check.wording import near, suggested
from resnet_viz.messages import gettext as _


def reference(session: Session, name: str, own: Callable[..., Any] | None, *, projects: bool) -> Callable[..., Any]:
    """Return our block with the signature of theirs, or of the course if they have none."""
    takes = own or (_convolutional if projects else _identity)
    signature, roles = inspect.Signature(parameters_of(takes)), roles_by_name(takes)

    def made(*args: Any, **kwargs: Any) -> Callable[..., Tensor]:
        line = session.record.line()
        return lambda x, *_more, **_rest: block(*args, of_class=(x, line), **kwargs)

    def block(*args: Any, of_class: tuple[Tensor, int | None] | None = None, **kwargs: Any) -> Tensor:
        record = session.record
        line = record.line()
        if own is None:
            _check_names(name, kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        values: dict[str, Any] = {}
        for place, (parameter, value) in enumerate(bound.arguments.items()):
            values[roles.get(parameter) or ("x" if place == 0 and not of_class else parameter)] = value
        if of_class:
            values["x"], line = of_class
        x = tensor_of(values.get("x"), record, name)
        if own is None and len(args) == 4 and "block" not in kwargs:
            values["s"], values["stage"] = args[3], ""  # the editions without names have the stride there
        filters = _filters(values, name)
        strides = _side(values.get("s", 2)) if projects else 1
        f = _side(values.get("f", 3))
        label = f"{values.get('stage') or ''}{values.get('block') or ''}"
        call = {"projects": projects, "f": f, "filters": filters, "strides": strides, "line": line, "label": label}
        with record.within(call):
            return _recorded(session, x, Trial(projects, f, filters, strides, size_of(x) or (1, 1, 1), "2a"))

    return made if isinstance(own, type) else block


def _check_names(name: str, kwargs: dict[str, Any]) -> None:
    """Refuse an argument that no edition's block has, as Python does: the block itself stands in another cell."""
    known = ("X", "f", "filters", "stage", "block", "s", "training", "initializer")
    for given in kwargs:
        if not role_of(given) and given not in known:
            text = _("`{layer}` has no argument `{name}`.").format(layer=name, name=given)
            raise KerasRefusesError(suggested(text, near(given, known)))


def _recorded(session: Session, x: Tensor, trial: Trial) -> Tensor:
    made = {"input": x}
    for step in block_steps(trial)[1:]:
        reads = tuple(made[name] for name in step.inputs)
        made[step.id] = session.record.put(step.kind, reads, step.shape, settings=step.settings)
        last = step.id
    return made[last]


def _filters(values: dict[str, Any], name: str) -> tuple[int, ...]:
    given = values.get("filters")
    if given is None:
        given = [values[each] for each in ("f1", "f2", "f3") if each in values]
    if isinstance(given, int) and not isinstance(given, bool):
        return given, given, 4 * given
    numbers = tuple(given) if isinstance(given, (list, tuple)) else ()
    if len(numbers) != 3 or not all(isinstance(each, int) and each > 0 for each in numbers):
        text = _("`{block}` needs three numbers of filters. Received: {value}.")
        raise KerasRefusesError(text.format(block=name, value=shown(given)))
    return numbers


def _side(value: Any) -> int:
    side = value[0] if isinstance(value, (list, tuple)) and value else value
    if not isinstance(side, int) or not 1 <= side <= 31:
        raise KerasRefusesError(
            _("A stride or a kernel must be a whole number from 1 to 31. Received: {value}.").format(value=shown(value))
        )
    return side


def _identity(X: Any, f: Any, filters: Any, stage: Any = "", block: Any = "", **_more: Any) -> None:
    """Have the course's parameters."""


def _convolutional(X: Any, f: Any, filters: Any, stage: Any = "", block: Any = "", s: Any = 2, **_more: Any) -> None:
    """Have the course's parameters."""
