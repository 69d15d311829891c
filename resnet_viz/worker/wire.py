"""The wire between server and worker: a length, a JSON header, then the bytes of its arrays.

Both ends are ours and share a machine, yet nothing is unpickled: a header is JSON and an array is a dtype, a shape,
bytes, and the order of its axes.
"""

import itertools
import json
import math
import struct
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_LENGTH = struct.Struct(">I")
_MAX_HEADER_BYTES = 16 * 2**20


class Message(NamedTuple):
    """A header of plain JSON values and arrays by name."""

    header: dict[str, Any]
    arrays: dict[str, Array]


def write_message(stream: IO[bytes], header: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> None:
    """Write one message; the caller holds the stream's lock.

    Raises:
        OSError: If the other end is gone.
    """
    turned = {name: _as_it_lies(np.asarray(array)) for name, array in (arrays or {}).items()}
    ordered = {name: np.asarray(array, order="C") for name, (array, _axes) in turned.items()}
    listed = [[name, array.dtype.str, array.shape, turned[name][1]] for name, array in ordered.items()]
    text = json.dumps({**header, "arrays": listed}).encode()
    _write_all(stream, _LENGTH.pack(len(text)) + text)
    for array in ordered.values():
        if array.size:
            _write_all(stream, array.reshape(-1).data.cast("B"))
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Read one message, or return None at the end of the stream (also in the middle of a message: a killed writer).

    Raises:
        ValueError: If the bytes are no message.
    """
    head = _read_exactly(stream, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > _MAX_HEADER_BYTES:
        message = f"header of {length} bytes"
        raise ValueError(message)
    text = _read_exactly(stream, length)
    if text is None:
        return None
    header = json.loads(text.tobytes())
    listed = [(name, np.dtype(dtype), tuple(shape), axes) for name, dtype, shape, axes in header.pop("arrays")]
    sizes = [dtype.itemsize * math.prod(shape) for _name, dtype, shape, _axes in listed]
    # One buffer for all arrays: numpy asks for huge pages from 4 MiB up, and first touches are the cost of a large read.
    buffer = np.empty(sum(sizes), np.uint8)
    if not _fill(stream, buffer.data):
        return None
    ends = itertools.accumulate(sizes)
    arrays = {
        name: buffer[end - size : end].view(dtype).reshape(shape).transpose(axes)
        for (name, dtype, shape, axes), size, end in zip(listed, sizes, ends, strict=True)
    }
    return Message(header, arrays)


def _as_it_lies(array: Array) -> tuple[Array, list[int]]:
    """Return an array with its axes in the order of its memory, and the axes that turn it back.

    Maps come channel by channel and are drawn so: turning them for the way only would cost more than the way.
    """
    lies = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    if not array.transpose(lies).flags.c_contiguous:
        lies = list(range(array.ndim))
    return array.transpose(lies), [lies.index(axis) for axis in range(array.ndim)]


def _write_all(stream: IO[bytes], data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view.nbytes:
        view = view[stream.write(view) :]


def _read_exactly(stream: IO[bytes], size: int) -> memoryview | None:
    buffer = memoryview(bytearray(size))
    return buffer if _fill(stream, buffer) else None


def _fill(stream: IO[bytes], view: memoryview) -> bool:
    while view.nbytes:
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            return False
        view = view[count:]
    return True
