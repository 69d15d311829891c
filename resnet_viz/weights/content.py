"""Files known by their bytes: a path may hold others tomorrow, as when a run is continued. No Keras."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

Mark = tuple[int, int, int, int]
"""What changes when a file does: inode, size, and the times of its last change of bytes and of anything, ns."""


class Content(NamedTuple):
    """A file, and the sha256 of the bytes that are meant: whoever reads it later must find these."""

    path: Path
    sha256: str


def mark_of(path: Path) -> Mark:
    """Return the mark of a file, at once.

    Raises:
        OSError: If there is none.
    """
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def content_of(path: Path) -> Content:
    """Return what a file holds now; its bytes are read again only when the file changed.

    Raises:
        OSError: If there is none.
    """
    return Content(path, _sha256_of(path, mark_of(path)))


@lru_cache(maxsize=64)
def _sha256_of(path: Path, _mark: Mark) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
