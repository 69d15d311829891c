"""Protocol buffers, read field by field: just what an ONNX file needs, in place, with a bound on how much is looked at.

References:
    https://protobuf.dev/programming-guides/encoding/: a tag is (number << 3) | type; types 0 varint, 1 eight bytes, 2 a
    length and as many bytes, 5 four bytes.
"""

from collections.abc import Iterator
from typing import NamedTuple

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10
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
