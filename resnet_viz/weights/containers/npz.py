"""NumPy's archives: a zip of arrays, none of which may be a pickle."""

import contextlib
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
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
    occurrences,
    too_many,
)
from resnet_viz.weights.signatures import archive_kind, refusal

# Beside the common ones: NumPy reads headers with Python's tokenizer, archives are zip files.
BROKEN: tuple[type[Exception], ...] = (*DAMAGE, tokenize.TokenError, zlib.error, zipfile.BadZipFile)
# As NumPy allows; it reads what is longer before it says so.
_MAX_HEADER = 10_000
ABOUT = "about"
"""The array that holds JSON about the others in files of this app."""


def is_one(head: bytes) -> bool:
    """Return whether a file that begins like this is a zip."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def opened(path: Path, head: bytes) -> Iterator[Contents]:
    """Yield what the archive declares, once, while it is open."""
    try:
        with archive_at(path) as archive:
            infos = archive.infolist()
            if not infos or any(not info.filename.endswith(".npy") for info in infos):
                raise WeightsError(refusal(archive_kind([info.filename for info in infos])))
            if sum(info.file_size for info in infos) > MAX_EXPANSION * path.stat().st_size + 10**6:
                raise expands()
            entries = [_entry(archive, info) for info in infos]
            yield Contents("npz", [entry for entry in entries if entry.name != ABOUT], _specification(entries))
    except BROKEN as error:
        if isinstance(error, WeightsError):
            raise
        if b"/data.pkl" in head:  # a download that was cut off: the list of what is inside stands at the end
            raise WeightsError(refusal(archive_kind(["data.pkl"]))) from error
        raise damaged(error) from error


@contextlib.contextmanager
def archive_at(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose number of members is bounded before it is listed.

    What it declares as their number binds no reader: they are counted by what each begins with in the list.

    Raises:
        WeightsError: If there are too many.

    References:
        PKWARE APPNOTE 4.3.12.
    """
    count = len(occurrences(path, b"PK\x01\x02", MAX_ENTRIES))
    if count > MAX_ENTRIES:
        raise too_many(count)
    with zipfile.ZipFile(path) as archive:
        yield archive


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    check_packing(info)
    with archive.open(info) as member:
        begins = member.read(12)  # two bytes of length in version 1, four in later ones
    if int.from_bytes(begins[8:10] if begins[6:7] == b"\1" else begins[8:12], "little") > _MAX_HEADER:
        message = f"a header of over {_MAX_HEADER:,} bytes"
        raise damaged(ValueError(message))
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _fortran, dtype = header(member)
    return Entry(info.filename[:-4], tuple(shape), dtype.str, _reader(archive, info))


def check_packing(info: zipfile.ZipInfo) -> None:
    """Refuse a member packed in a way that neither NumPy nor Keras uses."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WeightsError(broken_rule(info.filename[:60], _("uncompressed or gzip"), f"method {info.compress_type}"))


def _specification(entries: list[Entry]) -> str:
    """Return the network's description that stands beside the arrays, if one does."""
    about = next((entry for entry in entries if entry.name == ABOUT), None)
    if about is None or about.shape or about.dtype[:2] != "<U" or not 0 < int(about.dtype[2:]) <= MAX_SPECIFICATION:
        return ""
    return str(about.read())


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Any]:
    def read() -> Any:
        with archive.open(info) as member:
            return np.lib.format.read_array(member, allow_pickle=False)

    return read
