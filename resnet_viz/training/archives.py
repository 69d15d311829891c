"""A person's own pictures: a zip with one folder per class, read as data of unknown origin. No Keras.

The archive is walked, never unpacked to disk, in a throw-away process with limits; every picture goes through
`resnet_viz.images.reader`. ``python -m resnet_viz.training.archives SOURCE TARGET LANGUAGE`` writes arrays and prints one
JSON object.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from resnet_viz.errors import DAMAGE, DataError, ImageError, ResNetVizError, broken_rule
from resnet_viz.images.preprocess import resized
from resnet_viz.images.reader import read_picture
from resnet_viz.messages import current_language, ngettext, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.owners import Room
from resnet_viz.training.catalogue import arrays_file

MAX_BYTES = 200 * 10**6
MAX_FILES = 5_000
MAX_CLASSES = 200
MAX_FILE_BYTES = 20 * 10**6
MAX_UNPACKED_BYTES = 500 * 10**6
MAX_RATIO = 200
KEPT_SIDE_PX = 64
"""Pictures are kept at this size: what the course network receives, and 5,000 of them take 61 MB."""

_TIMEOUT_S = 120.0
_MEMORY_BYTES = 3 * 2**30
_PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_MAX_NAME = 60
_UTF8_FLAG = 0x800
_KIND = 0o170000
_PLAIN_KINDS = (0, 0o100000, 0o040000)


_DAMAGE: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, NotImplementedError, *DAMAGE)


@dataclass(frozen=True)
class FolderSet:
    """What came of an archive.

    Attributes:
        classes: Names of the folders, in order.
        count: Pictures kept.
        notes: What was passed over, a sentence each.
    """

    classes: tuple[str, ...]
    count: int
    notes: tuple[str, ...]


def keep_folders(file: BinaryIO, store: Path, name: str, room: Room | None = None) -> FolderSet:
    """Read an archive in a process of its own and keep its pictures under a name; all of it or nothing.

    Raises:
        DataError: If it breaks a limit, holds a path that leads elsewhere, or cannot be read or kept.
        QuotaError: If there is no `room` for it.
    """
    target = arrays_file(store, "folders", name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as work:
            source, made = Path(work, "source.zip"), Path(work, "made.npz")
            with source.open("wb") as copy:
                shutil.copyfileobj(file, copy)
            found = _read_apart(source, made)
            if room:
                room.check(name, made.stat().st_size, instead_of="data/folders")
            made.replace(target)
    except OSError as error:
        sentence = _("The pictures could not be kept on the server ({reason}): free some space, then try again.")
        raise DataError(sentence.format(reason=error.strerror)) from error
    return found


def _read_apart(source: Path, target: Path) -> FolderSet:
    command = [sys.executable, "-m", __spec__.name, str(source), str(target), current_language()]
    too_much = _(
        "The archive could not be read within {n:.0f} s and the memory allowed: make it smaller, then try again."
    ).format(n=_TIMEOUT_S)
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - our own module
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise DataError(too_much) from error
    if "sentence" in answer:
        raise DataError(answer["sentence"])
    return FolderSet(tuple(answer["classes"]), answer["count"], tuple(answer["notes"]))


def read_folders(source: Path, target: Path) -> FolderSet:
    """Read an archive of class folders and write its pictures as arrays.

    Args:
        source: The zip.
        target: Gets `images` uint8 ``(n, 64, 64, 3)``, `labels` int32, `classes`.

    Raises:
        DataError: If it breaks a limit, holds a path that leads elsewhere, is damaged, or has fewer than two classes.
    """
    size = source.stat().st_size
    if size > MAX_BYTES:
        raise DataError(
            broken_rule("archive", _("at most {n} MB").format(n=MAX_BYTES // 10**6), f"{size / 1e6:.0f} MB")
        )
    notes: Counter[str] = Counter()
    try:
        with zipfile.ZipFile(source) as archive:
            entries = _checked_entries(archive, notes)
            images, labels = _pictures(archive, entries, notes)
    except _DAMAGE as error:
        if isinstance(error, ResNetVizError):
            raise
        raise DataError(
            _("The archive is damaged or no zip ({reason}): pack it anew, then try again.").format(
                reason=str(error)[:80] or type(error).__name__
            )
        ) from error
    classes = sorted(set(labels))
    if len(classes) < 2:
        rule = _("a zip with a folder of pictures for each of at least two classes")
        raise DataError(broken_rule("archive", rule, ", ".join(classes) or "0"))
    numbers = np.array([classes.index(label) for label in labels], np.int32)
    with target.open("wb") as file:
        np.savez(file, images=np.stack(images), labels=numbers, classes=np.array(classes))
    return FolderSet(tuple(classes), len(images), tuple(_note(kind, count) for kind, count in notes.items()))


def _checked_entries(archive: zipfile.ZipFile, notes: "Counter[str]") -> list[tuple[zipfile.ZipInfo, str]]:
    """Return the files to read with their class, the folder they lie in; names and sizes checked before any byte."""
    infos = archive.infolist()
    if len(infos) > MAX_FILES + MAX_CLASSES:
        raise DataError(broken_rule("archive", _("at most {n} files").format(n=MAX_FILES), len(infos)))
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 1) + 10**6:
        rule = _("at most {n} MB and {m} times its size unpacked").format(n=MAX_UNPACKED_BYTES // 10**6, m=MAX_RATIO)
        raise DataError(broken_rule("archive", rule, f"{unpacked / 1e6:.0f} MB"))
    found = []
    for info in infos:
        path = _checked_path(info)
        if info.is_dir():
            continue
        if any(part in _PASSED_OVER or part.startswith("._") for part in path.parts):
            notes["passed_over"] += 1
        elif info.flag_bits & 1:
            raise DataError(broken_rule("archive", _("free of passwords"), path.name[:_MAX_NAME]))
        elif path.suffix.lower() in _ARCHIVES:
            raise DataError(broken_rule("archive", _("free of archives inside"), path.name[:_MAX_NAME]))
        elif info.file_size > MAX_FILE_BYTES:
            notes["too_large"] += 1
        elif len(path.parts) < 2:
            notes["no_folder"] += 1
        else:
            found.append((info, path.parent.name[:_MAX_NAME]))
    if len({label for _info, label in found}) > MAX_CLASSES:
        count = len({label for _info, label in found})
        raise DataError(broken_rule("archive", _("at most {n} folders").format(n=MAX_CLASSES), count))
    return found


def _checked_path(info: zipfile.ZipInfo) -> PurePosixPath:
    """Return an entry's path; one that leads out of the archive, or is no plain file, refuses the whole of it."""
    name = _name(info)
    path = PurePosixPath(name)
    kind = info.external_attr >> 16 & _KIND
    leads_out = (
        path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in info.orig_filename or ":" in path.parts[0]
    )
    if not path.parts or leads_out or kind not in _PLAIN_KINDS:
        rule = _("made of plain files in folders, without absolute paths, `..`, backslashes or links")
        raise DataError(broken_rule("archive", rule, name[:_MAX_NAME]))
    return path


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; without the flag for UTF-8 it is UTF-8 or GBK all the same, as Chinese systems write it."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _pictures(
    archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], notes: "Counter[str]"
) -> tuple[list[Any], list[str]]:
    """Return the pictures and their classes; the same bytes twice count once, or training pictures would be held back."""
    images: list[Any] = []
    labels: list[str] = []
    seen: dict[bytes, str] = {}
    for info, label in entries:
        with archive.open(info) as member:
            data = member.read(MAX_FILE_BYTES + 1)
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            notes["twice" if seen[digest] == label else "two_classes"] += 1
            continue
        seen[digest] = label
        try:
            rgb = read_picture(data).rgb
        except ImageError:
            notes["unreadable"] += 1
            continue
        images.append(np.asarray(_small(rgb), np.uint8))
        labels.append(label)
    return images, labels


def _small(rgb: Image.Image) -> Image.Image:
    return resized(rgb, KEPT_SIDE_PX, KEPT_SIDE_PX, "crop", "bilinear")


def _note(kind: str, n: int) -> str:
    return {
        "passed_over": ngettext(
            "{n} file of the system was passed over.", "{n} files of the system were passed over.", n
        ),
        "too_large": ngettext("{n} file above 20 MB was passed over.", "{n} files above 20 MB were passed over.", n),
        "no_folder": ngettext(
            "{n} file outside any class folder was passed over.",
            "{n} files outside any class folder were passed over.",
            n,
        ),
        "unreadable": ngettext(
            "{n} file that is no readable picture was passed over.",
            "{n} files that are no readable pictures were passed over.",
            n,
        ),
        "twice": ngettext(
            "{n} picture was there twice and counts once.", "{n} pictures were there twice and count once.", n
        ),
        "two_classes": ngettext(
            "{n} picture lies in two class folders; it counts in the first.",
            "{n} pictures lie in two class folders; they count in the first.",
            n,
        ),
    }[kind].format(n=n)


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - does not exist on Windows, where the time limit alone holds
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(_TIMEOUT_S), int(_TIMEOUT_S)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_UNPACKED_BYTES, MAX_UNPACKED_BYTES))


def main() -> None:
    """Read the archive that the arguments name."""
    source, target, language = sys.argv[1:]
    use_language(language)
    _limit()
    try:
        found = read_folders(Path(source), Path(target))
        answer: dict[str, Any] = {"classes": found.classes, "count": found.count, "notes": found.notes}
    except ResNetVizError as error:
        answer = {"sentence": str(error)}
    print(json.dumps(answer))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
