"""Safetensors: a header of JSON, then the arrays."""

import contextlib
import json
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from resnet_viz.errors import DAMAGE, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.containers.contents import MAX_ENTRIES, MAX_SPECIFICATION, Contents, Entry, cut_off, damaged

# Of the header: MAX_ENTRIES names of MAX_NAME take half of it.
MAX_HEADER = 4 * 10**6
# No length that a header declares is larger; eight letters of a text read as a number are.
_LONGEST_HEADER = 10**9


def is_one(head: bytes) -> bool:
    """Return whether a file that begins like this is one."""
    return head[8:9] == b"{" and _header_bytes(head) < _LONGEST_HEADER


def opened(path: Path, head: bytes) -> Iterator[Contents]:
    """Yield what the file declares, once, while it is open."""
    if _header_bytes(head) > MAX_HEADER:
        rule = _("a file whose header has at most {n} bytes").format(n=f"{MAX_HEADER:,}")
        raise WeightsError(broken_rule("weights", rule, _header_bytes(head)))
    with contextlib.suppress(ImportError):
        import_module("ml_dtypes")  # teaches NumPy bfloat16, where it is installed
    try:
        with safe_open(path, framework="np") as file:
            names = list(file.keys())[: MAX_ENTRIES + 1]
            slices = {name: file.get_slice(name) for name in names}
            yield Contents(
                "safetensors",
                [
                    Entry(name, tuple(part.get_shape()), part.get_dtype(), partial(_tensor, file, name))
                    for name, part in slices.items()
                ],
                ((file.metadata() or {}).get("specification", ""))[:MAX_SPECIFICATION],
            )
    except SafetensorError as error:
        have, whole = path.stat().st_size, _whole_bytes(path, head)
        raise (cut_off(have, whole) if have < whole else damaged(error)) from error
    except DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        raise damaged(error) from error


def _header_bytes(head: bytes) -> int:
    return int.from_bytes(head[:8], "little")


def _whole_bytes(path: Path, head: bytes) -> int:
    """Return how many bytes a file has whose last array is there; 0 if its header does not say so."""
    length = _header_bytes(head)
    try:
        with path.open("rb") as file:
            arrays = json.loads(file.read(8 + length)[8:])
        return (
            8 + length + max(int(entry["data_offsets"][1]) for name, entry in arrays.items() if name != "__metadata__")
        )
    except DAMAGE:
        return 0


def _tensor(file: Any, name: str) -> Any:
    try:
        return file.get_tensor(name)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
