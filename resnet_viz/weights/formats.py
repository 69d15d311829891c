"""Weights files read as arrays only: safetensors, NumPy archives, and Keras's HDF5 in the layout named by layers.

Nothing in a file is executed or unpickled, no architecture is rebuilt. The magic bytes decide the format, metadata come
before any array, and every array is checked. Runs in a throw-away process with limits: see `reader`.
"""

import contextlib
import re
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from resnet_viz.errors import DAMAGE, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.weights.names import is_automatic, own_name
from resnet_viz.weights.signatures import FROM_KERAS, HEAD_BYTES, Kind, archive_kind, recognised, refusal

Array = npt.NDArray[np.float32]

MAX_FILE_BYTES = 256 * 10**6
MAX_ENTRIES = 2_000
MAX_VISITS = 4 * MAX_ENTRIES
MAX_NAME = 256
MAX_EXPANSION = 20
# Of a safetensors header: MAX_ENTRIES names of MAX_NAME take a quarter of it.
MAX_HEADER = 4 * 10**6
# No length that a header declares is larger; eight letters of a text read as a number are.
_LONGEST_HEADER = 10**9
_DTYPES = {"float16", "bfloat16", "float32", "float64", "F16", "BF16", "F32", "F64", "<f2", "<f4", "<f8"}

# Keras's optimiser state, which no picture needs.
_OPTIMIZERS = ("optimizer_weights", "optimizer")
_KNOWN_ARRAYS = {"kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"}


# Beside the common ones: NumPy reads headers with Python's tokenizer, archives are zip files.
_DAMAGE: tuple[type[Exception], ...] = (*DAMAGE, tokenize.TokenError, zlib.error, zipfile.BadZipFile)


class Entry(NamedTuple):
    """An array as a file declares it, and how to read it."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    item_bytes: int
    read: Callable[[], Any]


def read_weights(path: Path, *, max_bytes: int) -> dict[str, Array]:
    """Return a file's arrays as float32 under ``layer/array``.

    Args:
        path: The file.
        max_bytes: Most bytes that its arrays may declare in all.

    Raises:
        WeightsError: If the file is of another format, breaks a limit, or holds a value no weights have.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise WeightsError(
            broken_rule("weights", _("at most {n} MB").format(n=MAX_FILE_BYTES // 10**6), f"{size / 1e6:.0f} MB")
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    arrays: dict[str, Array] = {}
    for entries in _opened(path, head):
        _check_entries(entries, size, max_bytes)
        for entry in entries:
            arrays[entry.name] = _checked(entry)
    return arrays


def _opened(path: Path, head: bytes) -> Iterator[list[Entry]]:
    """Yield the entries of a file once, while it is open."""
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        yield from _hdf5(path)
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _numpy_archive(path, head)
    elif head[8:9] == b"{" and int.from_bytes(head[:8], "little") < _LONGEST_HEADER:
        yield from _safetensors(path, int.from_bytes(head[:8], "little"))
    else:
        kind = recognised(head) or Kind(
            head[:8].hex(" "), _("No kind of file that this app knows begins like this one.")
        )
        raise WeightsError(refusal(kind))


def save_arrays(arrays: Mapping[str, Any], path: Path) -> None:
    """Write arrays in the one format that is read again."""
    save_file(dict(arrays), path)


def _safetensors(path: Path, header_bytes: int) -> Iterator[list[Entry]]:
    if header_bytes > MAX_HEADER:
        rule = _("a file whose header has at most {n} bytes").format(n=f"{MAX_HEADER:,}")
        raise WeightsError(broken_rule("weights", rule, header_bytes))
    with contextlib.suppress(ImportError):
        import_module("ml_dtypes")  # teaches NumPy bfloat16, where it is installed
    try:
        with safe_open(path, framework="np") as file:
            names = list(file.keys())
            slices = {name: file.get_slice(name) for name in names[: MAX_ENTRIES + 1]}
            yield [
                Entry(
                    own_name(name, tuple(part.get_shape())),
                    tuple(part.get_shape()),
                    part.get_dtype(),
                    8 if part.get_dtype() == "F64" else 4,
                    partial(_tensor, file, name),
                )
                for name, part in slices.items()
            ]
    except SafetensorError as error:
        raise WeightsError(_damaged(error)) from error
    except _DAMAGE as error:
        raise WeightsError(_damaged(error)) from error


def _tensor(file: Any, name: str) -> Any:
    try:
        return file.get_tensor(name)
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _numpy_archive(path: Path, head: bytes) -> Iterator[list[Entry]]:
    try:
        if _declared_members(path) > MAX_ENTRIES:
            raise WeightsError(_too_many(_declared_members(path)))
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if not infos or any(not info.filename.endswith(".npy") for info in infos):
                raise WeightsError(refusal(archive_kind([info.filename for info in infos])))
            if sum(info.file_size for info in infos) > MAX_EXPANSION * path.stat().st_size + 10**6:
                raise WeightsError(_expands())
            entries = []
            for info in infos:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise WeightsError(
                        broken_rule(info.filename[:60], _("uncompressed or gzip"), f"method {info.compress_type}")
                    )
                with archive.open(info) as member:
                    version = np.lib.format.read_magic(member)
                    header = (
                        np.lib.format.read_array_header_1_0
                        if version == (1, 0)
                        else np.lib.format.read_array_header_2_0
                    )
                    shape, _fortran, dtype = header(member)
                entries.append(
                    Entry(
                        own_name(info.filename[:-4], tuple(shape)),
                        tuple(shape),
                        dtype.str,
                        max(1, dtype.itemsize),
                        _npy_reader(archive, info),
                    )
                )
            yield entries
    except _DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        if b"/data.pkl" in head:  # a download that was cut off: the list of what is inside stands at the end
            raise WeightsError(refusal(archive_kind(["data.pkl"]))) from error
        raise WeightsError(_damaged(error)) from error


def _declared_members(path: Path) -> int:
    """Return how many members an archive says it has, before anything lists them.

    References:
        PKWARE APPNOTE 4.3.16: the record at the end; 0xFFFF stands for a number in zip64's own record, more than we take.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**16 - 22))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    return int.from_bytes(end[at + 10 : at + 12], "little") if at >= 0 else 0


def _npy_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Any]:
    def read() -> Any:
        with archive.open(info) as member:
            return np.lib.format.read_array(member, allow_pickle=False)

    return read


def _hdf5(path: Path) -> Iterator[list[Entry]]:
    import h5py  # 0.1 s that only these files need

    try:
        with h5py.File(path, "r") as file:
            entries: list[Entry] = []
            _walk(h5py, file, "", entries, [MAX_VISITS])
            yield entries
    except _DAMAGE as error:
        if isinstance(error, WeightsError):
            raise
        cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", str(error))
        if cut:
            raise WeightsError(_cut_off(*map(int, cut.groups()))) from error
        raise WeightsError(_damaged(error)) from error


def _walk(h5py: Any, group: Any, layer: str, entries: list[Entry], left: list[int], depth: int = 0) -> None:
    """Collect datasets by layer; links that lead elsewhere and storage that lies elsewhere are refused.

    Groups may hold each other in circles, so not only their depth is bounded but also how many are looked at (`left`).
    """
    if depth > 8:
        raise WeightsError(broken_rule("weights", _("at most 8 groups deep"), group.name[:60]))
    for name in group:
        left[0] -= 1
        if left[0] < 0:
            raise WeightsError(
                broken_rule("weights", _("at most {n} groups and arrays").format(n=f"{MAX_VISITS:,}"), _("more"))
            )
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise WeightsError(broken_rule("weights", _("free of soft and external links"), name[:60]))
        item = group[name]
        if isinstance(item, h5py.Group):
            if name in _OPTIMIZERS:
                continue
            _walk(h5py, item, layer if name in ("model_weights", "vars", layer) else name, entries, left, depth + 1)
        elif isinstance(item, h5py.Dataset):
            _check_dataset(item)
            entries.append(
                Entry(
                    own_name(f"{layer}/{name}", item.shape),
                    item.shape,
                    item.dtype.str,
                    item.dtype.itemsize,
                    partial(item.__getitem__, ()),
                )
            )
        if len(entries) > MAX_ENTRIES:
            raise WeightsError(_too_many(len(entries)))


def _check_dataset(item: Any) -> None:
    if item.external or item.is_virtual:
        raise WeightsError(broken_rule("weights", _("stored inside the file"), item.name[:60]))
    if item.dtype.kind != "f":
        raise WeightsError(broken_rule(item.name[:60], _("an array of floating-point numbers"), str(item.dtype)[:40]))
    if item.compression not in (None, "gzip") or item.scaleoffset is not None:
        raise WeightsError(broken_rule(item.name[:60], _("uncompressed or gzip"), item.compression))
    stored = item.id.get_storage_size()
    if item.size * item.dtype.itemsize > MAX_EXPANSION * stored + 10**6:
        raise WeightsError(_expands())


def _check_entries(entries: list[Entry], file_bytes: int, max_bytes: int) -> None:
    if not entries:
        raise WeightsError(broken_rule("weights", _("a file with arrays"), _("none")))
    if len(entries) > MAX_ENTRIES:
        raise WeightsError(_too_many(len(entries)))
    _check_names(entries)
    declared = 0
    for entry in entries:
        layer, _slash, array = entry.name.rpartition("/")
        if len(entry.name) > MAX_NAME or array not in _KNOWN_ARRAYS or not layer:
            rule = _("named layer/array, such as conv1/kernel")
            raise WeightsError(broken_rule("array", rule, entry.name[:60]))
        if entry.dtype not in _DTYPES:
            raise WeightsError(
                broken_rule(entry.name[:60], _("of 16, 32 or 64-bit floating-point numbers"), entry.dtype[:40])
            )
        if any(not 0 < size < 2**31 for size in entry.shape) or not 0 < len(entry.shape) <= 4:
            raise WeightsError(broken_rule(entry.name[:60], _("of one to four sizes"), entry.shape[:6]))
        declared += int(np.prod(entry.shape, dtype=object)) * entry.item_bytes
    limit = min(max_bytes, MAX_EXPANSION * file_bytes + 10**6)
    if declared > limit:
        raise WeightsError(broken_rule("weights", _("at most {n} bytes of arrays").format(n=f"{limit:,}"), declared))


def _check_names(entries: list[Entry]) -> None:
    """Refuse a file whose layers are mostly told by numbers alone: their order would have to be guessed."""
    layers = {_layer_of(entry.name) for entry in entries}
    numbered = [layer for layer in layers if is_automatic(layer)]
    if 2 * len(numbered) > len(layers):
        shown = joined(f"`{layer}`" for layer in sorted(numbered)[:3])
        raise WeightsError(
            _(
                "The layers of these weights carry only numbers ({names}), which do not tell their places in this network, so they are refused: give every layer its name, such as `conv1`, and save the arrays as .npz: {code}."
            ).format(names=shown, code=FROM_KERAS)
        )


def _layer_of(name: str) -> str:
    """Return the last part of an array's name that tells its layer; a name of one part is told by itself."""
    parts = [part for part in re.split(r"[/.]", name[:MAX_NAME]) if part]
    return parts[-2] if len(parts) > 1 else "".join(parts)


def _checked(entry: Entry) -> Array:
    try:
        array = np.asarray(entry.read()).astype(np.float32)
    except _DAMAGE as error:
        raise WeightsError(_damaged(error)) from error
    if array.shape != entry.shape:
        raise WeightsError(broken_rule(entry.name[:60], _("of the shape it declares"), array.shape))
    if not np.isfinite(array).all():
        raise WeightsError(broken_rule(entry.name[:60], _("finite everywhere"), _("NaN or infinity")))
    if entry.name.endswith("/moving_variance") and (array < 0).any():
        raise WeightsError(broken_rule(entry.name[:60], _("a variance, so at least 0"), float(array.min())))
    return array


def _too_many(count: int) -> str:
    return broken_rule("weights", _("at most {n} arrays").format(n=MAX_ENTRIES), count)


def _expands() -> str:
    rule = _("at most {n} times larger unpacked than packed").format(n=MAX_EXPANSION)
    return broken_rule("weights", rule, _("more"))


def _cut_off(have: int, whole: int) -> str:
    return _("The weights file is cut off: {have} of its {whole} bytes are here. Download it again.").format(
        have=f"{have:,}", whole=f"{whole:,}"
    )


def _damaged(error: Exception) -> str:
    return _(
        "The weights file is damaged or incomplete ({reason}): save or download it again, then try once more."
    ).format(reason=str(error)[:80] or type(error).__name__)
