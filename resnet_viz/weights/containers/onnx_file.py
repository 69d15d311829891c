"""ONNX: initializers as arrays, the graph as names of who reads what. Nothing of it is run, no library for it is loaded.

References:
    onnx.proto (ONNX 1.16): ModelProto.graph is field 7, metadata_props 14; GraphProto.node 1, initializer 5; NodeProto
    input 1, output 2, op_type 4, attribute 5; TensorProto dims 1, data_type 2, name 8, raw_data 9, external_data 13.
"""

import itertools
import math
import mmap
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from resnet_viz.errors import DAMAGE, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.containers.contents import (
    MAX_ENTRIES,
    MAX_NAME,
    MAX_SPECIFICATION,
    Contents,
    Entry,
    Operator,
    damaged,
    too_many,
)
from resnet_viz.weights.containers.hdf5 import bfloat16
from resnet_viz.weights.containers.wire import Piece, Wire

_MAX_OPERATORS = 20_000
_GRAPH, _METADATA = 7, 14
_INT64, _MOST_SETTINGS = 7, 16
_NODE, _INITIALIZER = 1, 5
# By TensorProto.DataType: NumPy's name, and the field that holds values that are not raw bytes.
_TYPES = {1: ("<f4", 4), 10: ("<f2", 5), 11: ("<f8", 10), 16: ("bfloat16", 5)}
_INTEGERS = {2: "|u1", 3: "|i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "|b1", 12: "<u4", 13: "<u8"}


def is_one(head: bytes) -> bool:
    """Return whether a file that begins like this is one: its first field is ONNX's ir_version, 3 to 31."""
    return len(head) > 8 and head[0] == 8 and 3 <= head[1] < 32 and head[2:3] in (b"\x12", b"\x1a", b":", b"B", b"r")


def opened(path: Path) -> Iterator[Contents]:
    """Yield what the file declares, once, while it is open."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            data = memoryview(mapped)
            try:
                yield _contents(Wire(data), len(data))
            finally:
                data.release()
    except DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        raise damaged(error) from error


def _contents(wire: Wire, size: int) -> Contents:
    entries: list[Entry] = []
    operators: list[Operator] = []
    specification = ""
    for number, value in wire.fields(Piece(0, size)):
        if number == _METADATA and isinstance(value, Piece):
            texts = dict(wire.fields(value))
            if wire.text(texts.get(1, 0), MAX_NAME) == "specification":
                specification = wire.text(texts.get(2, 0), MAX_SPECIFICATION)
        if number != _GRAPH or not isinstance(value, Piece):
            continue
        for part, inside in wire.fields(value):
            if part == _INITIALIZER and isinstance(inside, Piece):
                entries.append(_tensor(wire, inside))
            elif part == _NODE and isinstance(inside, Piece):
                operators.append(_operator(wire, inside))
            if len(entries) > MAX_ENTRIES or len(operators) > _MAX_OPERATORS:
                raise too_many(max(len(entries), len(operators)))
    return Contents("onnx", entries, specification, operators)


def _operator(wire: Wire, piece: Piece) -> Operator:
    inputs, outputs, kind = [], [], ""
    settings: dict[str, Any] = {}
    for number, value in wire.fields(piece):
        if number == 1:
            inputs.append(wire.text(value, MAX_NAME))
        elif number == 2:
            outputs.append(wire.text(value, MAX_NAME))
        elif number == 4:
            kind = wire.text(value, 40)
        elif number == 5 and isinstance(value, Piece):
            settings |= _setting(wire, value)
    return Operator(kind, tuple(inputs), tuple(outputs), settings)


def _setting(wire: Wire, piece: Piece) -> dict[str, Any]:
    """Return an attribute by name: a number, or a list of whole numbers; others are of no use here."""
    name, found = "", None
    several: list[int] = []
    for number, value in wire.fields(piece):
        if number == 1:
            name = wire.text(value, 40)
        elif number == 2 and isinstance(value, Piece):
            (found,) = struct.unpack("<f", wire.bytes(value))
        elif number == 3:
            found = value
        elif number == 8 and len(several) < 16:
            several += wire.numbers(value)
    return {name: several or found} if several or found is not None else {}


class _Values(NamedTuple):
    pieces: list[int | Piece]
    is_raw: bool


def _tensor(wire: Wire, piece: Piece) -> Entry:
    name, kind, dims = "", 0, []
    values: dict[int, list[int | Piece]] = {}
    for number, value in wire.fields(piece):
        if number == 1:
            dims += wire.numbers(value)
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8:
            name = wire.text(value, MAX_NAME + 1)
        elif number == 13 or (number == 14 and value != 0):
            advice = _("Save the model as one file, with its arrays inside.")
            raise WeightsError(broken_rule("weights", _("stored inside the file"), _("external data"), advice))
        elif number in (4, 5, 7, 9, 10):
            values.setdefault(number, []).append(value)
    shape = tuple(dims[:16])
    if kind == _INT64 and len(shape) == 1 and shape[0] <= _MOST_SETTINGS:
        return Entry(name, shape, "<i8", partial(_settings, wire, values))
    if kind not in _TYPES:
        return Entry(name, shape, _INTEGERS.get(kind, f"type {kind}"), _unread)
    dtype, field = _TYPES[kind]
    stored = _Values(values[9], True) if 9 in values else _Values(values.get(field, []), False)
    return Entry(name, shape, dtype, partial(_read, wire, stored, shape, kind))


def _read(wire: Wire, values: _Values, shape: tuple[int, ...], kind: int) -> Any:
    dtype, _field = _TYPES[kind]
    as_stored = np.dtype("<u2") if kind in (10, 16) else np.dtype(dtype)
    count = math.prod(shape)
    if values.is_raw or kind in (1, 11):
        pieces = [piece for piece in values.pieces if isinstance(piece, Piece)]
        _check_count(sum(piece.end - piece.start for piece in pieces), count * as_stored.itemsize)
        flat = np.frombuffer(b"".join(bytes(wire.bytes(piece)) for piece in pieces), as_stored)
    else:
        flat = wire.shorts(values.pieces, count)
    turn: Callable[[Any], Any] = {10: lambda halves: halves.view(np.float16), 16: bfloat16}.get(kind, lambda same: same)
    return turn(flat).reshape(shape)


def _check_count(found: int, expected: int) -> None:
    if found != expected:  # before any of it is copied
        message = f"{found:,} bytes for {expected:,}"
        raise ValueError(message)


def _settings(wire: Wire, values: dict[int, list[int | Piece]]) -> Any:
    """Return a few 64-bit whole numbers, which later versions of ONNX have in place of attributes."""
    pieces = [piece for piece in values.get(9, []) if isinstance(piece, Piece)]
    raw = b"".join(bytes(wire.bytes(piece)[: 8 * _MOST_SETTINGS]) for piece in pieces[:_MOST_SETTINGS])
    numbers = (number for piece in values.get(7, []) for number in _all(wire, piece))
    packed = list(itertools.islice(numbers, _MOST_SETTINGS))
    return np.frombuffer(raw, "<i8") if raw else np.array(packed, np.uint64).view(np.int64)


def _all(wire: Wire, value: int | Piece) -> Iterator[int]:
    if isinstance(value, int):
        yield value
        return
    at = value.start
    while at < value.end:
        number, at = wire.varint(at, value.end)
        yield number


def _unread() -> Any:
    message = "whole numbers are not read"
    raise ValueError(message)
