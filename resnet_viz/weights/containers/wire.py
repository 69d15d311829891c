"""Protocol buffers, read field by field: just what an ONNX file needs, in place, with a bound on how much is looked at.

References:
    https://protobuf.dev/programming-guides/encoding/: a tag is (number << 3) | type; types 0 varint, 1 eight bytes, 2 a
    length and as many bytes, 5 four bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10
# A number below 2¹⁶ takes at most three bytes.
_LONGEST_SHORT = 3
_AT_ONCE = 2**20
_TOO_LARGE = "a whole number of over 16 bits"
MAX_FIELDS = 400_000


class Piece(NamedTuple):
    """A run of bytes of a file."""

    start: int
    end: int


class Wire:
    """The bytes of a message, and how many fields may still be looked at."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self._left = MAX_FIELDS

    def fields(self, piece: Piece) -> Iterator[tuple[int, int | Piece]]:
        """Yield the number of every field of a message, with its whole number, or where its bytes lie.

        Raises:
            ValueError: If the bytes are no message, or it has too many fields.
        """
        at = piece.start
        while at < piece.end:
            self._left -= 1
            if self._left < 0:
                message = f"over {MAX_FIELDS:,} fields"
                raise ValueError(message)
            tag, at = self.varint(at, piece.end)
            number, kind = tag >> 3, tag & 7
            if kind == _VARINT:
                value, at = self.varint(at, piece.end)
                yield number, value
                continue
            if kind == _BYTES:
                length, at = self.varint(at, piece.end)
            elif kind in (_EIGHT, _FOUR):
                length = 8 if kind == _EIGHT else 4
            else:
                message = f"field {number} of type {kind}"
                raise ValueError(message)
            if at + length > piece.end:
                message = "cut off"
                raise ValueError(message)
            yield number, Piece(at, at + length)
            at += length

    def varint(self, at: int, end: int) -> tuple[int, int]:
        """Return a whole number and where the next field begins."""
        value = 0
        for shift in range(_LONGEST_VARINT):
            if at >= end:
                message = "cut off"
                raise ValueError(message)
            byte = self.data[at]
            value |= (byte & 0x7F) << 7 * shift
            at += 1
            if byte < 0x80:
                return value, at
        message = "a whole number without end"
        raise ValueError(message)

    def bytes(self, piece: Piece) -> memoryview:
        """Return the bytes themselves."""
        return self.data[piece.start : piece.end]

    def text(self, value: int | Piece, longest: int) -> str:
        """Return a text, cut at a length."""
        if isinstance(value, int):
            return ""
        return bytes(self.data[value.start : min(value.end, value.start + longest)]).decode("utf-8", "replace")

    def numbers(self, value: int | Piece) -> list[int]:
        """Return one whole number, or a packed run of them; at most 16, more than any size or setting has."""
        if isinstance(value, int):
            return [value]
        found: list[int] = []
        at = value.start
        while at < value.end and len(found) < 16:
            number, at = self.varint(at, value.end)
            found.append(number)
        return found

    def shorts(self, values: Sequence[int | Piece], count: int) -> npt.NDArray[np.uint16]:
        """Return whole numbers below 2¹⁶, a million bytes at a time.

        Args:
            values: Numbers, and where packed runs of them lie.
            count: How many there are.

        Raises:
            ValueError: If there are more or fewer, or one is larger.
        """
        found = np.empty(count, np.uint16)
        at = 0
        for numbers in self._runs(values):
            if at + len(numbers) > count:
                message = f"over {count:,} numbers"
                raise ValueError(message)
            if numbers.max() >= 2**16:
                raise ValueError(_TOO_LARGE)
            found[at : at + len(numbers)] = numbers
            at += len(numbers)
        if at < count:
            message = f"{at:,} numbers for {count:,}"
            raise ValueError(message)
        return found

    def _runs(self, values: Sequence[int | Piece]) -> Iterator[npt.NDArray[Any]]:
        singles = [value for value in values if isinstance(value, int)]
        if singles:  # no writer mixes both
            yield np.array(singles)
        for value in values:
            if not isinstance(value, int):
                yield from self._unpacked(value)

    def _unpacked(self, piece: Piece) -> Iterator[npt.NDArray[np.int64]]:
        start = piece.start
        while start < piece.end:
            data = np.frombuffer(bytes(self.data[start : min(start + _AT_ONCE, piece.end)]), np.uint8)
            ends = np.flatnonzero(data < 0x80)
            lengths = np.diff(ends, prepend=-1)
            if not ends.size or lengths.max() > _LONGEST_SHORT:
                raise ValueError(_TOO_LARGE)
            numbers = np.zeros(len(ends), np.int64)
            for place in range(_LONGEST_SHORT):
                own = lengths > place
                numbers[own] |= (data[ends[own] - lengths[own] + 1 + place] & 0x7F).astype(np.int64) << 7 * place
            yield numbers
            start += int(ends[-1]) + 1
