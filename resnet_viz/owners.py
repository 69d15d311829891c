"""What visitors leave with us: where it lies, whose it is, how long it is kept."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import platformdirs

LIFETIME_S = 2 * 3600
"""Idle time after which a visitor's file is deleted, as the pages promise."""


def data_folder() -> Path:
    """Return where the app keeps what visitors make: ``RESNET_VIZ_DATA``, or the platform's place for user data."""
    return Path(os.environ.get("RESNET_VIZ_DATA") or platformdirs.user_data_dir("resnet-viz", appauthor=False))


def owner_stem(owner: str) -> str:
    """Return the file name of an owner: a digest, so that no id leads anywhere else and no name tells the cookie."""
    return hashlib.sha256(owner.encode()).hexdigest()


def is_expired(path: Path) -> bool:
    """Whether a file was last used longer ago than `LIFETIME_S`.

    Raises:
        OSError: If it does not exist.
    """
    return time.time() - path.stat().st_mtime > LIFETIME_S


class OwnerFiles:
    """One small file per owner, in a folder that no other owner's id leads to."""

    def __init__(self, folder: Path) -> None:
        """Keep files in `folder`."""
        self._folder = folder

    def save(self, owner: str, data: bytes) -> None:
        """Keep bytes in place of the owner's last ones; all of them or nothing.

        Raises:
            OSError: If the disk does not take them.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path(owner))
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    def load(self, owner: str) -> bytes | None:
        """Return the owner's bytes and count this as a use, or None if there are none (any more)."""
        path = self._path(owner)
        try:
            if is_expired(path):
                path.unlink(missing_ok=True)
                return None
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def delete(self, owner: str) -> None:
        """Forget the owner's bytes."""
        self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        return self._folder / owner_stem(owner)


def sweep(folder: Path) -> int:
    """Delete what nobody used for `LIFETIME_S` and what a crash left half-written; return how many entries."""
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):  # another process of ours swept it first
            if is_expired(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                removed += 1
    return removed
