"""Weights files read as arrays only: which container it is, which layout, which network, then one array after another.

Nothing in a file is executed or unpickled, no architecture is rebuilt. The magic bytes decide the container, metadata come
before any array, and every array is checked. Runs in a throw-away process with limits: see `reader`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from resnet_viz.errors import ResNetVizError, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import ResNetSpec
from resnet_viz.weights.about import About, about_file
from resnet_viz.weights.containers import hdf5, keras_archive, npz, onnx_file, safetensors_file
from resnet_viz.weights.containers.contents import (
    FLOATS,
    MAX_ENTRIES,
    MAX_EXPANSION,
    MAX_FILE_BYTES,
    MAX_NAME,
    Contents,
    damaged,
    too_many,
)
from resnet_viz.weights.containers.npz import BROKEN
from resnet_viz.weights.layouts.layout import Source
from resnet_viz.weights.norms import one_norm, with_identities
from resnet_viz.weights.signatures import HEAD_BYTES, Kind, recognised, refusal

Array = npt.NDArray[np.float32]

# As float32: more than any network with a published file needs.
MAX_ARRAY_BYTES = 400 * 10**6


class Found(NamedTuple):
    """What a file brings.

    Attributes:
        arrays: As float32 in Keras's layout, by ``layer/array``.
        about: What it is.
    """

    arrays: dict[str, Array]
    about: About


def read_weights(path: Path, *, spec: ResNetSpec | None = None) -> Found:
    """Return a file's arrays, and which network they belong to.

    Args:
        path: The file.
        spec: The network, where a person has said which; the file decides it otherwise.

    Raises:
        WeightsError: If the file is no weights file, breaks a limit, holds nothing of a residual network, or a value that
            no weights have.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        text = _(
            "This file has {size} MB; at most {n} MB are read. Save the arrays alone, without the optimiser's state."
        )
        raise WeightsError(text.format(size=f"{size / 1e6:,.0f}", n=MAX_FILE_BYTES // 10**6))
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for contents in _opened(path, head):
        _check_entries(contents)
        about, places = _about(contents, spec)
        _check_bytes(places, about, size)
        arrays = {name: _checked(name, source) for name, source in places.items()}
        return Found(with_identities(one_norm(arrays), about), about)
    raise _without_arrays()


def _without_arrays() -> WeightsError:
    code = '`model.save_weights("my.weights.h5")`'
    text = _("This file has no arrays: a network's plan perhaps, without its weights. In Keras save those: {code}.")
    return WeightsError(text.format(code=code))


def _about(contents: Contents, spec: ResNetSpec | None) -> tuple[About, dict[str, Source]]:
    try:
        return about_file(contents, spec)
    except ResNetVizError:
        raise
    except BROKEN as error:  # a graph that makes no sense
        raise damaged(error) from error


def save_arrays(arrays: Mapping[str, Any], path: Path, about: Mapping[str, str] | None = None) -> None:
    """Write arrays in the one format that is read again; `about` is what the file says of them, by key."""
    save_file(dict(arrays), path, dict(about) if about else None)


def _opened(path: Path, head: bytes) -> Iterator[Contents]:
    """Yield what a file declares once, while it is open."""
    if hdf5.is_one(head):
        yield from hdf5.opened(path)
    elif npz.is_one(head):
        yield from keras_archive.opened(path) if keras_archive.is_one(path) else npz.opened(path, head)
    elif safetensors_file.is_one(head):
        yield from safetensors_file.opened(path, head)
    elif onnx_file.is_one(head):
        yield from onnx_file.opened(path)
    else:
        kind = recognised(head) or Kind(
            _("a file that begins with the bytes {bytes}").format(bytes=head[:8].hex(" ")),
            _("No kind of file that this app knows begins like this one."),
        )
        raise WeightsError(refusal(kind))


def _check_entries(contents: Contents) -> None:
    if not contents.entries:
        raise _without_arrays()
    if len(contents.entries) > MAX_ENTRIES:
        raise too_many(len(contents.entries))
    for entry in contents.entries:
        if len(entry.name) > MAX_NAME:
            rule = _("named with at most {n} letters").format(n=MAX_NAME)
            raise WeightsError(broken_rule("array", rule, entry.name[:60]))


def _check_bytes(places: Mapping[str, Source], about: About, file_bytes: int) -> None:
    """Refuse arrays of types and sizes that no weights have; what is not read does not count."""
    declared = 0
    for name, source in places.items():
        shape, dtype = source.entry.shape, source.entry.dtype
        if dtype not in FLOATS:
            raise WeightsError(broken_rule(name, _("of 16, 32 or 64-bit floating-point numbers"), dtype[:40]))
        if any(not 0 < size < 2**31 for size in shape) or not 0 < len(shape) <= 4:
            raise WeightsError(broken_rule(name, _("of one to four sizes"), shape[:6]))
        declared += int(np.prod(shape, dtype=object)) * (8 if dtype in ("float64", "F64", "<f8") else 4)
    most = 2 * 8 * about.parameters if about.parameters else MAX_ARRAY_BYTES
    limit = min(max(most, 10**6), MAX_ARRAY_BYTES, MAX_EXPANSION * file_bytes + 10**6)
    if declared > limit:
        raise WeightsError(broken_rule("weights", _("at most {n} bytes of arrays").format(n=f"{limit:,}"), declared))


def _checked(name: str, source: Source) -> Array:
    entry = source.entry
    try:
        with np.errstate(over="ignore"):
            array = np.asarray(entry.read()).astype(np.float32, copy=False)
    except BROKEN as error:
        if isinstance(error, WeightsError):
            raise
        raise damaged(error) from error
    if array.shape != tuple(entry.shape):
        raise WeightsError(broken_rule(name, _("of the shape it declares"), array.shape))
    if not np.isfinite(array).all():
        is_half = entry.dtype in ("F16", "<f2", "float16")
        what = _("`{name}` holds NaN or infinity: a network with it gives no numbers.").format(name=name)
        advice = _("Take a copy from before its training broke down.")
        if is_half:
            advice = _("float16 ends at 65,504: save them as float32 or bfloat16.")
        raise WeightsError(joined((what, advice), " "))
    if name.endswith("/moving_variance") and (array < 0).any():
        raise WeightsError(broken_rule(name, _("a variance, so at least 0"), float(array.min())))
    return _turned(array) if source.is_turned else array


def _turned(array: Array) -> Array:
    """Return a kernel as Keras has it, from PyTorch's order: outputs, inputs, height, width."""
    axes: Sequence[int] = {4: (2, 3, 1, 0), 2: (1, 0)}.get(array.ndim, tuple(range(array.ndim)))
    return np.ascontiguousarray(array.transpose(axes))
