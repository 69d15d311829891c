"""What visitors leave with us: where it lies, whose it is, how long it is kept."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs

from resnet_viz.errors import QuotaError
from resnet_viz.messages import gettext as _

LIFETIME_S = 2 * 3600
"""Idle time after which a visitor's file is deleted, as the pages promise."""
KEPT = ("uploads", "weights", "walks", "numbers", "data/folders")
"""Folders of the data folder in which a visitor has one thing each, under a digest of who they are."""
EXPORTS = "exports"
"""Folder of the ONNX files made last; they are nobody's: whoever asks for the same network finds them."""
SEEN = "seen"
"""Folder of the marks, one empty-handed byte each, of who has been greeted."""
PROGRESS = "progress"
"""Folder of what visitors predicted in lessons."""
LASTING = (SEEN, PROGRESS)
"""Folders whose files live as long as the cookie they are under."""
MAX_KEPT_BYTES = 2 * 10**9
"""What one visitor may keep in all: four runs of the course's network with their checkpoints."""
FREE_BYTES = 10**9
"""What stays free on the server's disk, whoever wants to keep something."""
UPLOAD_BYTES = 600 * 10**6
"""What one visitor may upload within `UPLOAD_WINDOW_S`: two of the largest files, and many small ones."""
UPLOAD_WINDOW_S = 3600.0

# Class folders go by the first half of the digest.
_STEM = 32


def data_folder() -> Path:
    """Return where the app keeps what visitors make: ``RESNET_VIZ_DATA``, or the platform's place for user data."""
    return Path(os.environ.get("RESNET_VIZ_DATA") or platformdirs.user_data_dir("resnet-viz", appauthor=False))


def owner_digest(owner: str) -> str:
    """Return the file name of an owner: a digest, so that no id leads anywhere else and no name gives the cookie away."""
    return hashlib.sha256(owner.encode()).hexdigest()


def is_expired(path: Path, lifetime_s: float = LIFETIME_S) -> bool:
    """Whether a file was last used longer ago than it is kept.

    Raises:
        OSError: If it does not exist.
    """
    return time.time() - path.stat().st_mtime > lifetime_s


def is_used(path: Path, lifetime_s: float = LIFETIME_S) -> bool:
    """Whether a visitor's file is there; asking counts as a use, and one that is expired is deleted."""
    try:
        if is_expired(path, lifetime_s):
            path.unlink(missing_ok=True)
            return False
        os.utime(path)
    except OSError:
        return False
    return True


def upload_refusal() -> str:
    """Return what a visitor reads whose upload was not taken."""
    return _("Nothing was taken: one visitor may upload {n} MB within an hour. Wait an hour, then try again.").format(
        n=UPLOAD_BYTES // 10**6
    )


class Room:
    """The one bound for all that a visitor keeps, wherever it lies, and for what all visitors keep together."""

    def __init__(self, root: Path, runs_of: Callable[[str], Iterable[Path]]) -> None:
        """Count what lies in the folders `KEPT` of `root` and in the folders of an owner's runs."""
        self._root, self._runs_of = root, runs_of

    def kept_bytes(self, stem: str, *, but: str = "") -> int:
        """Return what an owner, by digest, keeps outside the folder `but`."""
        own = [path for name in KEPT if name != but for path in (self._root / name).glob(f"{stem[:_STEM]}*")]
        return sum(_bytes(path) for path in (*own, *self._runs_of(stem)))

    def check(self, stem: str, new_bytes: int, *, instead_of: str = "") -> None:
        """Check that there is room for something new.

        Args:
            stem: Digest of the owner.
            new_bytes: What comes.
            instead_of: The folder of `KEPT` in which it takes the place of what is there.

        Raises:
            QuotaError: If the owner keeps too much, or the disk is nearly full.
        """
        kept = self.kept_bytes(stem, but=instead_of)
        if kept + new_bytes > MAX_KEPT_BYTES:
            sentence = _(
                "You keep {kept} MB on this server and one visitor may keep {most} MB: delete runs, weights or pictures of yours, then try again."
            )
            raise QuotaError(sentence.format(kept=kept // 10**6, most=MAX_KEPT_BYTES // 10**6))
        check_disk(self._root, new_bytes)


def check_disk(folder: Path, new_bytes: int) -> None:
    """Make a folder unless it is there, and check that the disk has room for something new.

    Raises:
        QuotaError: If it is nearly full.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < FREE_BYTES + new_bytes:
        raise QuotaError(_("The server's disk is nearly full: ask whoever runs it to free some space."))


class OwnerFiles:
    """One small file per owner, in a folder that no other owner's id leads to."""

    def __init__(self, folder: Path, room: Room | None = None, lifetime_s: float = LIFETIME_S) -> None:
        """Keep files in `folder`, if there is `room`, until nobody has used them for a time."""
        self._folder, self._room, self._lifetime_s = folder, room, lifetime_s

    def save(self, owner: str, data: bytes) -> None:
        """Keep bytes in place of the owner's last ones; all of them or nothing.

        Raises:
            OSError: If the disk does not take them.
            QuotaError: If the owner keeps too much.
        """
        if self._room:
            self._room.check(owner_digest(owner), len(data), instead_of=self._folder.name)
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
            return path.read_bytes() if is_used(path, self._lifetime_s) else None
        except OSError:
            return None

    def delete(self, owner: str) -> None:
        """Forget the owner's bytes."""
        self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        return self._folder / owner_digest(owner)


def delete_expired(folder: Path, lifetime_s: float = LIFETIME_S) -> int:
    """Delete what nobody used for that long and what a crash left half-written; return how many entries."""
    removed, found = 0, []
    with contextlib.suppress(OSError):  # nothing there yet, or not ours to look at: the next time tries again
        found = list(folder.iterdir())
    for path in found:
        with contextlib.suppress(OSError):  # another process of ours swept it first
            if is_expired(path, lifetime_s):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                removed += 1
    return removed


def _bytes(path: Path) -> int:
    """Return what a file or folder takes; what goes away meanwhile takes nothing."""
    total = 0
    for item in path.rglob("*") if path.is_dir() else (path,):
        with contextlib.suppress(OSError):
            total += item.stat().st_size
    return total
