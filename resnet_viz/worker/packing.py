"""Requests and results as what crosses the wire, plain JSON values and arrays, by their types alone. No Keras.

Types that can cross: numbers, texts, None, paths, arrays; lists, tuples and mappings of what can; dataclasses and named
tuples with such fields. An array travels beside the plain values, which name it; a specification is its own JSON text,
made and read once: both ends meet the same few again and again.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from resnet_viz.spec import ResNetSpec
from resnet_viz.worker.wire import Array

_SPECIFICATIONS = 64


def packed(value: Any, arrays: dict[str, Array]) -> Any:
    """Return a value as plain JSON values; the arrays in it are put into `arrays` under names of their own."""
    if isinstance(value, np.ndarray):
        name = str(len(arrays))
        arrays[name] = value
        return name
    if isinstance(value, ResNetSpec):
        return _text_of(value)
    if is_dataclass(value):
        return {item.name: packed(getattr(value, item.name), arrays) for item in fields(value)}
    if hasattr(value, "_asdict"):  # a named tuple
        return {name: packed(part, arrays) for name, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: packed(part, arrays) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(part, arrays) for part in value]
    return str(value) if isinstance(value, Path) else value


def unpacked(kind: Any, plain: Any, arrays: Mapping[str, Array]) -> Any:
    """Return the value of a type that `packed` made plain."""
    if isinstance(plain, (int, float, bool)):
        return plain
    origin, parts = _taken_apart(kind)
    if origin is np.ndarray:
        return arrays[plain]
    if origin is ResNetSpec:
        return _specification_of(plain)
    if origin in (Union, UnionType):
        if plain is None:
            return None
        return unpacked(next(part for part in parts if part is not NoneType), plain, arrays)
    if origin is tuple:
        kinds = [parts[0]] * len(plain) if parts[-1] is ... else parts
        return tuple(unpacked(own, part, arrays) for own, part in zip(kinds, plain, strict=True))
    if isinstance(plain, list):
        return [unpacked(parts[0], part, arrays) for part in plain]
    if is_dataclass(origin) or hasattr(origin, "_fields"):
        hints = _hints_of(origin)
        return origin(**{name: unpacked(hints[name], part, arrays) for name, part in plain.items()})
    if isinstance(plain, dict):
        return {name: unpacked(parts[1], part, arrays) for name, part in plain.items()}
    return Path(plain) if origin is Path else plain


@cache
def _taken_apart(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what a type is made of: ``list`` and ``(int,)`` of ``list[int]``."""
    return get_origin(kind) or kind, get_args(kind)


@cache
def _hints_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@lru_cache(maxsize=_SPECIFICATIONS)
def _text_of(spec: ResNetSpec) -> str:
    return spec.to_json(indent=None)


@lru_cache(maxsize=_SPECIFICATIONS)
def _specification_of(text: str) -> ResNetSpec:
    return ResNetSpec.from_json(text)
