"""Damage done to files where their formats keep sizes, counts and offsets: what a parser believes."""

import random
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_VALUES = (0, 1, 2, 3, 7, 8, 16, 127, 128, 255, 256, 32_767, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


class Field(NamedTuple):
    """Where a number stands in a file."""

    place: int
    size: int
    order: str


def mutated_picture(data: bytes, source: random.Random) -> bytes:
    """Return a picture file with some of its numbers changed, its chunks moved or its bytes damaged."""
    changed = _with_numbers(data, list(_picture_fields(data)), source) if source.random() < 0.7 else data
    if changed.startswith(b"\x89PNG") and source.random() < 0.8:
        changed = _with_checksums(changed, source)
    return changed if changed != data and source.random() < 0.8 else damaged_bytes(changed, source)


def mutated_zip(data: bytes, source: random.Random) -> bytes:
    """Return a zip with some of its numbers or names changed or its bytes damaged."""
    changed = _with_numbers(data, list(_zip_fields(data)), source) if source.random() < 0.7 else data
    if source.random() < 0.2:
        changed = changed.replace(
            b"set/a", source.choice([b"../..", b"/////", b"se\\.\\", b"C:/a/", b"\0\0\0\0\0", b".....", b"s\xff\xfe/a"])
        )
    return changed if changed != data and source.random() < 0.8 else damaged_bytes(changed, source)


def damaged_bytes(data: bytes, source: random.Random) -> bytes:
    """Return a file with a few bytes changed, cut or doubled, or a number blown up somewhere."""
    buffer = bytearray(data)
    for _round in range(source.randint(1, 6)):
        if not buffer:
            break
        place = source.randrange(len(buffer))
        match source.randrange(6):
            case 0 | 1:
                buffer[place] = source.randrange(256)
            case 2:
                del buffer[place : place + source.randint(1, 40)]
            case 3:
                buffer[place:place] = buffer[place : place + source.randint(1, 40)]
            case 4:
                buffer[place : place + 4] = struct.pack(">I", source.choice(_VALUES))
            case 5:
                del buffer[place + source.randint(0, 400) :]
    return bytes(buffer)


def _with_numbers(data: bytes, fields: list[Field], source: random.Random) -> bytes:
    buffer = bytearray(data)
    for field in source.sample(fields, min(len(fields), source.choice([1, 1, 1, 2, 3]))):
        value = source.choice((*_VALUES, source.randrange(2**32), len(data))) % 2 ** (8 * field.size)
        buffer[field.place : field.place + field.size] = value.to_bytes(field.size, field.order)  # type: ignore[arg-type]
    return bytes(buffer)


def _picture_fields(data: bytes) -> Iterator[Field]:
    if data.startswith(b"\x89PNG"):
        yield from _png(data)
    elif data.startswith(b"\xff\xd8"):
        yield from _jpeg(data)
    elif data.startswith((b"II", b"MM")):
        yield from _tiff(data, 0, len(data))
    elif data.startswith(b"GIF"):
        yield from (Field(place, 2, "little") for place in (6, 8))
        yield from (Field(place, 1, "big") for place in (10, 11))
        for place in _all(data, b","):
            yield from (Field(place + step, 2, "little") for step in (1, 3, 5, 7))
            yield from (Field(place + step, 1, "big") for step in (9, 10, 11))
    elif data.startswith(b"RIFF"):
        yield Field(4, 4, "little")
        for name in (b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"EXIF", b"ALPH"):
            for place in _all(data, name):
                yield from (Field(place + step, 4, "little") for step in range(4, 28, 4))
    elif data.startswith(b"BM"):
        yield from (Field(place, 4, "little") for place in range(2, 54, 4))


def _png(data: bytes) -> Iterator[Field]:
    place = 8
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        yield Field(place, 4, "big")
        if size <= 64:
            yield from (Field(place + 8 + step, 4, "big") for step in range(0, max(0, size - 3), 4))
            yield from (Field(place + 8 + step, 1, "big") for step in range(size))
        place += 12 + size


def _jpeg(data: bytes) -> Iterator[Field]:
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        yield Field(place + 2, 2, "big")
        yield from (Field(place + 4 + step, 1, "big") for step in range(min(size - 2, 24)))
        if kind in (0xC0, 0xC1, 0xC2):
            yield from (Field(place + step, 2, "big") for step in (5, 7) for _twice in range(4))
        head = data[place + 4 : place + 10]
        if kind == 0xE2 and head.startswith(b"MPF\0"):
            yield from _tiff(data, place + 8, place + 2 + size)
        if kind == 0xE1 and head == b"Exif\0\0":
            yield from _tiff(data, place + 10, place + 2 + size)
        if kind == 0xDA:
            return
        place += 2 + size


def _tiff(data: bytes, base: int, end: int) -> Iterator[Field]:
    order = "little" if data[base : base + 2] == b"II" else "big"
    yield Field(base + 4, 4, order)
    place, known = base + int.from_bytes(data[base + 4 : base + 8], order), set()  # type: ignore[arg-type]
    while base < place < end - 2 and place not in known:
        known.add(place)
        count = int.from_bytes(data[place : place + 2], order)  # type: ignore[arg-type]
        yield Field(place, 2, order)
        for entry in range(place + 2, min(end - 12, place + 2 + 12 * count), 12):
            yield from (Field(entry + step, 2, order) for step in (0, 2, 8))
            yield from (Field(entry + step, 4, order) for step in (4, 8))
        place = place + 2 + 12 * count
        yield Field(place, 4, order)
        place = base + int.from_bytes(data[place : place + 4], order)  # type: ignore[arg-type]


def _zip_fields(data: bytes) -> Iterator[Field]:
    for mark, twos, fours in (
        (b"PK\3\4", (4, 6, 8, 26, 28), (14, 18, 22)),
        (b"PK\1\2", (4, 6, 8, 10, 28, 30, 32, 34), (16, 20, 24, 38, 42)),
        (b"PK\5\6", (4, 6, 8, 10, 20), (12, 16)),
    ):
        for place in _all(data, mark):
            yield from (Field(place + step, 2, "little") for step in twos)
            yield from (Field(place + step, 4, "little") for step in fours)


def _with_checksums(data: bytes, source: random.Random) -> bytes:
    """Return a PNG with right checksums, perhaps a chunk twice, missing or elsewhere: what else only a checksum would stop."""
    chunks, place = [], 8
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        chunks.append(data[place + 4 : place + 8 + size])
        place += 12 + size
    for _round in range(source.choice([0, 0, 1, 2])):
        if chunks:
            chunk = chunks[source.randrange(len(chunks))]
            chunks.insert(source.randrange(len(chunks) + 1), chunk)
            if source.random() < 0.5:
                chunks.remove(chunk)
    whole = (
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
        if len(chunk) >= 4
    )
    return data[:8] + b"".join(whole)


def _all(data: bytes, part: bytes) -> Iterator[int]:
    place = data.find(part)
    while place >= 0:
        yield place
        place = data.find(part, place + 1)
