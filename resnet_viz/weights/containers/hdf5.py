"""HDF5 as Keras writes it: groups by layer, arrays in them; every link leads to a place in the file itself."""

import re
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
    damaged,
    expands,
    too_many,
)

MAX_VISITS = 8_000
_DEPTH = 8
# Keras's optimiser state, which no picture needs, in each of its versions; none of it is looked at.
_OPTIMIZERS = ("optimizer_weights", "optimizer", "_optimizer")
_BFLOAT16 = "bfloat16"


def is_one(head: bytes) -> bool:
    """Return whether a file that begins like this is one."""
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def opened(path: Path) -> Iterator[Contents]:
    """Yield what the file declares, once, while it is open."""
    import h5py  # 0.1 s that only these files need

    try:
        with h5py.File(path, "r") as file:
            walk = _Walk(h5py)
            walk.group(file, "", "")
            yield Contents("hdf5", walk.entries, _specification(file), passed=walk.passed)
    except DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", str(error))
        if cut:
            raise WeightsError(_cut_off(*map(int, cut.groups()))) from error
        raise damaged(error) from error


class _Walk:
    """Collects arrays; groups may hold each other in circles, so not only their depth but their number is bounded."""

    def __init__(self, h5py: Any) -> None:
        self._h5py = h5py
        self.entries: list[Entry] = []
        self.passed = 0
        self._left = MAX_VISITS

    def group(self, group: Any, path: str, layer: str, depth: int = 0) -> None:
        if depth > _DEPTH:
            rule = _("at most {n} groups deep").format(n=_DEPTH)
            raise WeightsError(broken_rule("weights", rule, group.name[:60]))
        for name in group:
            self._left -= 1
            if self._left < 0:
                rule = _("at most {n} groups and arrays").format(n=f"{MAX_VISITS:,}")
                raise WeightsError(broken_rule("weights", rule, _("more")))
            if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
                raise WeightsError(broken_rule("weights", _("free of soft and external links"), name[:60]))
            if name in _OPTIMIZERS and depth == 0:
                self.passed += 1
                continue
            item = group[name]
            below = f"{path}/{name}".lstrip("/")
            if isinstance(item, self._h5py.Group):
                self.group(item, below, _name_of(item) or layer if name == "vars" else "", depth + 1)
            elif isinstance(item, self._h5py.Dataset):
                self.entries.append(_entry(item, below, layer))
            if len(self.entries) > MAX_ENTRIES:
                raise too_many(len(self.entries))


def _entry(item: Any, path: str, layer: str) -> Entry:
    if item.external or item.is_virtual:
        raise WeightsError(broken_rule("weights", _("stored inside the file"), item.name[:60]))
    is_bfloat16 = item.dtype.kind == "V" and item.dtype.itemsize == 2 and _text(item.attrs, "dtype") == _BFLOAT16
    if item.dtype.kind not in "fiub" and not is_bfloat16:
        raise WeightsError(broken_rule(item.name[:60], _("an array of floating-point numbers"), str(item.dtype)[:40]))
    if item.compression not in (None, "gzip") or item.scaleoffset is not None:
        raise WeightsError(broken_rule(item.name[:60], _("uncompressed or gzip"), item.compression))
    if item.size * item.dtype.itemsize > MAX_EXPANSION * item.id.get_storage_size() + 10**6:
        raise expands()
    read: Callable[[], Any] = partial(item.__getitem__, ())
    if is_bfloat16:
        return Entry(path, item.shape, _BFLOAT16, lambda: bfloat16(np.asarray(read()).view(np.uint16)), layer)
    return Entry(path, item.shape, item.dtype.str.replace(">", "<"), read, layer)


def bfloat16(halves: Any) -> Any:
    """Return float32 from the upper halves of its numbers, as 16-bit whole numbers."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def _name_of(group: Any) -> str:
    """Return what a group of Keras 3 says its layer is called; older ones say nothing."""
    return _text(group.attrs, "name")


def _specification(file: Any) -> str:
    return _text(file.attrs, "specification")


def _text(attributes: Any, name: str) -> str:
    """Return a short text attribute, or "" if it is none."""
    if name not in attributes or attributes.get_id(name).get_storage_size() > MAX_SPECIFICATION:
        return ""
    value = attributes[name]
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return value[:MAX_SPECIFICATION] if isinstance(value, str) else ""


def _cut_off(have: int, whole: int) -> str:
    return _("The weights file is cut off: {have} of its {whole} bytes are here. Download it again.").format(
        have=f"{have:,}", whole=f"{whole:,}"
    )
