"""HDF5 as Keras writes it: groups by layer, arrays in them; every link leads to a place in the file itself."""

import itertools
import math
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.errors import DAMAGE, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.containers.contents import (
    MAX_ENTRIES,
    MAX_EXPANSION,
    MAX_SPECIFICATION,
    Contents,
    Entry,
    cut_off,
    damaged,
    expands,
    occurrences,
    too_many,
)

MAX_VISITS = 8_000
MAX_CHUNKS = 20_000
_DEPTH = 8
# Of one store of texts, and of all texts that are looked at; a whole model's configuration takes 0.3 MB.
_MAX_HEAP = 16 * 10**6
_MAX_TEXT = 10**6
# What may be done to an array's bytes, in this order: H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE.
_SHUFFLE, _DEFLATE = 2, 1
_PIPELINES = ((), (_SHUFFLE,), (_DEFLATE,), (_SHUFFLE, _DEFLATE))
# Keras's optimiser state, which no picture needs, in each of its versions; none of it is looked at.
_OPTIMIZERS = ("optimizer_weights", "optimizer", "_optimizer")
_BFLOAT16 = "bfloat16"


def is_one(head: bytes) -> bool:
    """Return whether a file that begins like this is one."""
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def opened(path: Path) -> Iterator[Contents]:
    """Yield what the file declares, once, while it is open."""
    import h5py  # 0.1 s that only these files need

    _check_heaps(path)
    try:
        with h5py.File(path, "r") as file:
            walk = _Walk(h5py)
            walk.group(file, "", "")
            yield Contents("hdf5", walk.entries, walk.text(file, "specification"), passed=walk.passed)
    except DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", str(error))
        if cut:
            raise cut_off(*map(int, cut.groups())) from error
        raise damaged(error) from error


def _check_heaps(path: Path) -> None:
    """Refuse a store of texts that is far too large, before the library takes it into memory as a whole.

    References:
        HDF5 File Format Specification III.E: a global heap collection is "GCOL", version 1, three zeros, and its size.
    """
    with path.open("rb") as file:
        for place in occurrences(path, b"GCOL\x01\0\0\0", MAX_ENTRIES):
            file.seek(place + 8)
            size = int.from_bytes(file.read(8), "little")
            if size > _MAX_HEAP:
                rule = _("free of texts over {n} MB").format(n=_MAX_HEAP // 10**6)
                raise WeightsError(broken_rule("weights", rule, f"{size / 1e6:.0f} MB"))


class _Walk:
    """Collects arrays; groups may hold each other in circles, so not only their depth but their number is bounded."""

    def __init__(self, h5py: Any) -> None:
        self._h5py = h5py
        self.entries: list[Entry] = []
        self.passed = 0
        self._left = MAX_VISITS
        self._chunks_left = MAX_CHUNKS
        self._text_left = _MAX_TEXT

    def group(self, group: Any, path: str, layer: str, depth: int = 0) -> None:
        if depth > _DEPTH:
            rule = _("at most {n} groups deep").format(n=_DEPTH)
            raise WeightsError(broken_rule("weights", rule, group.name[:60]))
        self._left -= len(group)  # before they are listed
        if self._left < 0:
            rule = _("at most {n} groups and arrays").format(n=f"{MAX_VISITS:,}")
            raise WeightsError(broken_rule("weights", rule, _("more")))
        for name in group:
            if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
                raise WeightsError(broken_rule("weights", _("free of soft and external links"), name[:60]))
            if name in _OPTIMIZERS and depth == 0:
                self.passed += 1
                continue
            item = group[name]
            below = f"{path}/{name}".lstrip("/")
            if isinstance(item, self._h5py.Group):
                # Keras 3 says there what the layer is called; older ones say nothing.
                self.group(item, below, self.text(item, "name") or layer if name == "vars" else "", depth + 1)
            elif isinstance(item, self._h5py.Dataset):
                self.entries.append(self._entry(item, below, layer))
            if len(self.entries) > MAX_ENTRIES:
                raise too_many(len(self.entries))

    def _entry(self, item: Any, path: str, layer: str) -> Entry:
        if item.external or item.is_virtual:
            raise WeightsError(broken_rule("weights", _("stored inside the file"), item.name[:60]))
        is_two_bytes = item.dtype.kind == "V" and item.dtype.itemsize == 2
        is_bfloat16 = is_two_bytes and self.text(item, "dtype") == _BFLOAT16
        if item.dtype.kind not in "fiub" and not is_bfloat16:
            rule = _("an array of floating-point numbers")
            raise WeightsError(broken_rule(item.name[:60], rule, str(item.dtype)[:40]))
        filters = _filters(item)
        if filters not in _PIPELINES:
            rule = _("uncompressed or gzip")
            raise WeightsError(broken_rule(item.name[:60], rule, item.compression or f"filters {filters}"))
        if item.size * item.dtype.itemsize > MAX_EXPANSION * item.id.get_storage_size() + 10**6:
            raise expands()
        read: Callable[[], Any] = partial(self._read, item, is_packed=_DEFLATE in filters)
        if is_bfloat16:
            return Entry(path, item.shape, _BFLOAT16, lambda: bfloat16(np.asarray(read()).view(np.uint16)), layer)
        return Entry(path, item.shape, item.dtype.str.replace(">", "<"), read, layer)

    def _read(self, item: Any, *, is_packed: bool) -> Any:
        """Return an array, after a look at each of its chunks: the library unpacks whatever one holds, however much."""
        if item.chunks:
            self._chunks_left -= math.prod(
                -(-size // chunk) for size, chunk in zip(item.shape, item.chunks, strict=True)
            )
            if self._chunks_left < 0:
                rule = _("in at most {n} chunks").format(n=f"{MAX_CHUNKS:,}")
                raise WeightsError(broken_rule("weights", rule, _("more")))
            _check_chunks(item, is_packed=is_packed)
        return item[()]

    def text(self, item: Any, name: str) -> str:
        """Return a short text attribute, or "" if it is none."""
        attributes = item.attrs
        if name not in attributes or attributes.get_id(name).get_storage_size() > MAX_SPECIFICATION:
            return ""
        value = attributes[name]
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if not isinstance(value, str):
            return ""
        self._text_left -= len(value)
        if self._text_left < 0:  # one text that many groups hold
            rule = _("free of texts over {n} MB").format(n=_MAX_TEXT // 10**6)
            raise WeightsError(broken_rule("weights", rule, item.name[:60]))
        return value[:MAX_SPECIFICATION]


def _filters(item: Any) -> tuple[int, ...]:
    """Return what was done to the bytes of an array, in that order, by HDF5's numbers."""
    plan = item.id.get_create_plist()
    return tuple(plan.get_filter(index)[0] for index in range(plan.get_nfilters()))


def _check_chunks(item: Any, *, is_packed: bool) -> None:
    """Refuse a chunk that holds more than its share of the array."""
    most = math.prod(item.chunks) * item.dtype.itemsize
    for start in itertools.product(*map(range, itertools.repeat(0), item.shape, item.chunks)):
        found = item.id.get_chunk_info_by_coord(start)
        if found.size > most + most // 100 + 1000:
            raise expands()
        if found.byte_offset is None or not is_packed or found.filter_mask:
            continue
        _mask, packed = item.id.read_direct_chunk(start)
        if len(zlib.decompressobj().decompress(packed, most + 1)) > most:
            raise expands()


def bfloat16(halves: Any) -> Any:
    """Return float32 from the upper halves of its numbers, as 16-bit whole numbers."""
    return (halves.astype(np.uint32) << 16).view(np.float32)
