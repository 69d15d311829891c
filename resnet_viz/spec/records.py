"""Frozen dataclasses from plain JSON values and from text, each field checked and named in any error."""

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec.rules import one_of, real_of, whole_of

Leaf = int | float | bool | str | tuple[int, ...]
# More than any field of several numbers holds.
_MOST_NUMBERS = 16


def from_plain(cls: type[Any], data: object, path: str = "specification") -> Any:
    """Build dataclass `cls` from a dict; missing fields take their default.

    Args:
        cls: Its fields are numbers, texts, booleans, tuples of one type, or dataclasses of the same kind.
        data: What came from JSON.
        path: What the whole is called in an error; its fields are called by their own path.

    Raises:
        SpecError: On an unknown or missing field, a wrong type, or a rule that `cls` checks.
    """
    return _built(cls, data, "", path)


def parse_like(path: str, text: str, like: Leaf) -> Leaf | list[int]:
    """Return text as the type of the value it replaces: ``on`` or ``off``, a number, numbers with dots between, text.

    Raises:
        SpecError: If it is of another form.

    >>> parse_like("blocks", "3.4.6", (3, 4)), parse_like("width", "0.5", 1.0), parse_like("use_relu", "on", False)
    ([3, 4, 6], 0.5, True)
    """
    value = _read_like(text, like)
    if value is None:
        rules = {bool: _("`on` or `off`"), tuple: _("whole numbers with dots between"), int: _("a whole number")}
        raise SpecError(broken_rule(path, rules.get(type(like), _("a number")), text))
    return value


def _read_like(text: str, like: Leaf) -> Leaf | list[int] | None:
    if isinstance(like, bool):
        return {"on": True, "off": False}.get(text)
    if isinstance(like, tuple):
        numbers = [whole_of(part) for part in text.split(".", _MOST_NUMBERS)]
        return None if None in numbers else numbers  # type: ignore[return-value]
    if isinstance(like, int):
        return whole_of(text)
    return real_of(text) if isinstance(like, float) else text


@cache
def hints_of(cls: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields, resolved."""
    return get_type_hints(cls)


def check_choices(record: Any, prefix: str = "") -> None:
    """Refuse a value that is none of those which a field of a record names as a `Literal`.

    Raises:
        SpecError: With the field's name after the prefix.
    """
    hints = hints_of(record.__class__)
    for item in fields(record):
        if get_origin(hints[item.name]) is Literal:
            one_of(f"{prefix}{item.name}", getattr(record, item.name), get_args(hints[item.name]))


def _built(cls: Any, data: object, path: str, title: str) -> Any:
    name = path or title
    if not isinstance(data, dict):
        raise SpecError(broken_rule(name, _("an object with named fields"), data))
    hints = hints_of(cls)
    for field in data:
        if field not in hints:
            raise SpecError(broken_rule(name, _("made of known fields"), field, did_you_mean(str(field), hints)))
    values = {field: _converted(hints[field], value, f"{path}.{field}".strip(".")) for field, value in data.items()}
    missing = [
        f.name for f in fields(cls) if f.name not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise SpecError(broken_rule(name, _("complete: it needs {names}").format(names=joined(missing)), data))
    return cls(**values)


def _converted(hint: Any, value: object, path: str) -> object:
    if is_dataclass(hint) and isinstance(hint, type):
        return _built(hint, value, path, path)
    if get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)):
            raise SpecError(broken_rule(path, _("a list"), value))
        return tuple(_converted(get_args(hint)[0], item, path) for item in value)
    if hint is bool and not isinstance(value, bool):
        raise SpecError(broken_rule(path, _("true or false"), value))
    return value
