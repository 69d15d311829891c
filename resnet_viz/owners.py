"""What visitors leave with us: where it lies, whose it is, how long it is kept."""

import contextlib
import hashlib
import os
import shutil
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


def sweep(folder: Path) -> int:
    """Delete what nobody used for `LIFETIME_S` and what a crash left half-written; return how many entries."""
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):  # another process of ours swept it first
            if is_expired(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                removed += 1
    return removed
