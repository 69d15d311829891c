"""A person's own pictures: a zip with one folder per class, read as data of unknown origin. No Keras.

The archive is walked, never unpacked to disk, in a throw-away process with limits; every picture goes through
`resnet_viz.images.reader`. ``python -m resnet_viz.datasets.archives SOURCE TARGET LANGUAGE`` writes arrays and prints one
JSON object.
"""

import hashlib
import json
import lzma
import os
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

from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.datasets.class_folders import MAX_NAME, ClassFolders, Folders, class_folders, counting_key, spelled_once
from resnet_viz.errors import DAMAGE, DataError, ImageError, ResNetVizError, broken_rule
from resnet_viz.images.preprocess import resized
from resnet_viz.images.reader import read_picture
from resnet_viz.messages import current_language, joined, ngettext, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.owners import Room
from resnet_viz.sandbox import Limits

MAX_BYTES = 200 * 10**6
MAX_FILES = 5_000
MAX_CLASSES = 200
MAX_FILE_BYTES = 20 * 10**6
MAX_UNPACKED_BYTES = 500 * 10**6
MAX_RATIO = 200
KEPT_SIDE_PX = 64
"""Pictures are kept at this size: what the course network receives, and 5,000 of them take 61 MB."""

_TIMEOUT_S = 120.0
LIMITS = Limits(memory_bytes=2**30, cpu_s=int(_TIMEOUT_S), file_bytes=MAX_UNPACKED_BYTES)
_PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_KINDS_OF_NOTES = ("passed_over", "hidden", "too_large", "no_folder", "unreadable", "twice", "two_classes")
_MOST_NAMES = 5
_UTF8_FLAG = 0x800
_KIND = 0o170000
_PLAIN_KINDS = (0, 0o100000, 0o040000)

# Where a zip's list of files is described, and how many bytes an entry of the list takes at most in ours.
_TAIL_BYTES = 2**16 + 200
_END = b"PK\5\6"
_END_64 = b"PK\6\6"
_MAX_ENTRY_BYTES = 1_000

_DAMAGE: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, *DAMAGE)


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
            _copy(file, source)
            found = _read_sandboxed(source, made)
            if room:
                room.check(name, made.stat().st_size, instead_of="data/folders")
            made.replace(target)
    except OSError as error:
        sentence = _("The pictures could not be kept on the server ({reason}): free some space, then try again.")
        raise DataError(sentence.format(reason=error.strerror)) from error
    return found


def _copy(file: BinaryIO, target: Path) -> None:
    """Copy an archive piece by piece, and no more of it than will be read."""
    size = 0
    with target.open("wb") as copy:
        while piece := file.read(2**20):
            size += len(piece)
            if size > MAX_BYTES:
                raise _too_large(f"> {MAX_BYTES // 10**6} MB")
            copy.write(piece)


def _read_sandboxed(source: Path, target: Path) -> FolderSet:
    command = [sys.executable, "-m", __spec__.name, str(source), str(target), current_language()]
    too_much = _(
        "The archive could not be read within {n:.0f} s and the memory allowed: make it smaller, then try again."
    ).format(n=_TIMEOUT_S)
    try:
        # One thread: NumPy's others would take address space that counts as memory.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, env=environment)
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
        raise _too_large(f"{size / 1e6:.0f} MB")
    notes: Counter[str] = Counter()
    try:
        _check_directory(source)
        with zipfile.ZipFile(source) as archive:
            files, places = _checked_entries(archive, notes)
            images, again = _pictures(archive, files, notes)
    except _DAMAGE as error:
        if isinstance(error, ResNetVizError):
            raise
        raise DataError(
            _("The archive is damaged or no zip ({reason}): pack it anew, then try again.").format(
                reason=str(error)[:80] or type(error).__name__
            )
        ) from error
    found = class_folders((place for place, _pixels in images), places)
    _check_classes(found, images)
    for place, first in again:
        notes["twice" if found.labels.get(place) == found.labels.get(first) else "two_classes"] += 1
    kept = [(found.labels[place], pixels) for place, pixels in images if place in found.labels]
    notes["no_folder"] += len(images) - len(kept)
    numbers = np.array([found.classes.index(label) for label, _pixels in kept], np.int32)
    with target.open("wb") as file:
        np.savez(
            file, images=np.stack([pixels for _label, pixels in kept]), labels=numbers, classes=np.array(found.classes)
        )
    return FolderSet(found.classes, len(kept), (*_counted(notes), *_named(found)))


def _too_large(received: str) -> DataError:
    return DataError(broken_rule("archive", _("at most {n} MB").format(n=MAX_BYTES // 10**6), received))


def _check_directory(source: Path) -> None:
    """Check how many bytes of file names an archive announces: they are read at once, ten times as large in memory."""
    with source.open("rb") as file:
        file.seek(max(0, source.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    place = len(tail) - 22 if tail[-22:-18] == _END else tail.rfind(_END)
    announced = int.from_bytes(tail[place + 12 : place + 16], "little")
    if announced == 2**32 - 1:  # the archive uses the form for more than 4 GB
        place = tail.rfind(_END_64)
        announced = int.from_bytes(tail[place + 40 : place + 48], "little")
    if place >= 0 and announced > (MAX_FILES + MAX_CLASSES) * _MAX_ENTRY_BYTES:
        rule = _("at most {n} files").format(n=MAX_FILES)
        raise DataError(broken_rule("archive", rule, _("{n:.0f} MB of file names").format(n=announced / 1e6)))


def _check_classes(found: ClassFolders, images: list[tuple[Folders, Any]]) -> None:
    if len(found.classes) < 2:
        places = sorted({"/".join(place) for place, _pixels in images}, key=counting_key)
        rule = _("a zip with a folder of pictures for each of at least two classes")
        advice = _(
            "A class is the topmost folder that tells pictures apart: as `cats` and `dogs` in `data/cats/1.jpg` and `data/dogs/1.jpg`."
        )
        raise DataError(broken_rule("archive", rule, ", ".join(places)[:MAX_NAME] or "0", advice))
    if len(found.classes) > MAX_CLASSES:
        raise DataError(broken_rule("archive", _("at most {n} folders").format(n=MAX_CLASSES), len(found.classes)))


def _checked_entries(
    archive: zipfile.ZipFile, notes: "Counter[str]"
) -> tuple[list[tuple[zipfile.ZipInfo, Folders]], set[Folders]]:
    """Return the files to read with the folders they lie in, and all folders; names and sizes checked before any byte."""
    infos = archive.infolist()
    if len(infos) > MAX_FILES + MAX_CLASSES:
        raise DataError(broken_rule("archive", _("at most {n} files").format(n=MAX_FILES), len(infos)))
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 1) + 10**6:
        rule = _("at most {n} MB and {m} times its size unpacked").format(n=MAX_UNPACKED_BYTES // 10**6, m=MAX_RATIO)
        raise DataError(broken_rule("archive", rule, f"{unpacked / 1e6:.0f} MB"))
    files: list[tuple[zipfile.ZipInfo, Folders]] = []
    folders: set[Folders] = set()
    for info in infos:
        path, is_folder = _checked_path(info)
        place = path.parts if is_folder else path.parts[:-1]
        if any(part in _PASSED_OVER or part.startswith("._") for part in path.parts):
            notes["passed_over"] += not is_folder
        elif any(part.startswith(".") for part in path.parts):
            notes["hidden"] += not is_folder
        elif is_folder:
            folders.add(place)
        elif _is_wanted(info, path, notes):
            folders.add(place)
            files.append((info, place))
    return files, folders


def _is_wanted(info: zipfile.ZipInfo, path: PurePosixPath, notes: "Counter[str]") -> bool:
    if info.flag_bits & 1:
        raise DataError(broken_rule("archive", _("free of passwords"), path.name[:MAX_NAME]))
    if path.suffix.lower() in _ARCHIVES:
        raise DataError(broken_rule("archive", _("free of archives inside"), path.name[:MAX_NAME]))
    reason = "too_large" if info.file_size > MAX_FILE_BYTES else "no_folder" if len(path.parts) < 2 else ""
    if reason:
        notes[reason] += 1
    return not reason


def _checked_path(info: zipfile.ZipInfo) -> tuple[PurePosixPath, bool]:
    """Return an entry's path and whether it is a folder; one that leads out of the archive refuses the whole of it.

    Windows' own tools write backslashes, which are separators here on every system.
    """
    name = _name(info).replace("\\", "/")
    path = spelled_once(PurePosixPath(name))
    kind = info.external_attr >> 16 & _KIND
    leads_out = path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts or ":" in path.parts[0]
    if leads_out or kind not in _PLAIN_KINDS:
        rule = _("made of plain files in folders, without absolute paths, `..` or links")
        raise DataError(broken_rule("archive", rule, name[:MAX_NAME]))
    return path, name.endswith("/")


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name as it stands in the archive, whatever this system would make of it.

    Without the flag for UTF-8 it is UTF-8 or GBK all the same, as Chinese systems write it.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return name
    raw = name.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _pictures(
    archive: zipfile.ZipFile, files: list[tuple[zipfile.ZipInfo, Folders]], notes: "Counter[str]"
) -> tuple[list[tuple[Folders, Any]], list[tuple[Folders, Folders]]]:
    """Return the pictures with their folders; the same bytes twice count once, or training pictures would be held back.

    Returns:
        The pictures, and where those that were there again lie, with the place of the first.
    """
    images: list[tuple[Folders, Any]] = []
    again: list[tuple[Folders, Folders]] = []
    seen: dict[bytes, Folders] = {}
    for info, place in files:
        with archive.open(info) as member:
            data = member.read(MAX_FILE_BYTES + 1)
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            again.append((place, seen[digest]))
            continue
        try:
            rgb = read_picture(data).rgb
        except ImageError:
            notes["unreadable"] += 1
            continue
        seen[digest] = place
        images.append((place, np.asarray(_small(rgb), np.uint8)))
    return images, again


def _small(rgb: Image.Image) -> Image.Image:
    return resized(rgb, KEPT_SIDE_PX, KEPT_SIDE_PX, "crop", "bilinear")


def _counted(notes: "Counter[str]") -> list[str]:
    """Return what was passed over and how many times, a sentence each."""
    return [_note(kind, notes[kind]) for kind in _KINDS_OF_NOTES if notes[kind]]


def _named(found: ClassFolders) -> list[str]:
    sentences = []
    if found.empty:
        names = joined(found.empty[:_MOST_NAMES]) + (" …" if len(found.empty) > _MOST_NAMES else "")
        sentences.append(
            ngettext(
                "{n} folder without a readable picture was passed over: {names}.",
                "{n} folders without a readable picture were passed over: {names}.",
                len(found.empty),
            ).format(n=len(found.empty), names=names)
        )
    if found.parts:
        sentence = _(
            "The folders {names} are parts of one set: what lies in them was put together, and some of it will be held back anew."
        )
        sentences.append(sentence.format(names=joined(found.parts)))
    return sentences


def _note(kind: str, n: int) -> str:
    return {
        "passed_over": ngettext(
            "{n} file of the system was passed over.", "{n} files of the system were passed over.", n
        ),
        "hidden": ngettext(
            "{n} file that is hidden, or in a hidden folder such as `.ipynb_checkpoints`, was passed over.",
            "{n} files that are hidden, or in a hidden folder such as `.ipynb_checkpoints`, were passed over.",
            n,
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


def main() -> None:
    """Read the archive that the arguments name."""
    source, target, language = sys.argv[1:]
    use_language(language)
    LIMITS.apply()
    try:
        found = read_folders(Path(source), Path(target))
        answer: dict[str, Any] = {"classes": found.classes, "count": found.count, "notes": found.notes}
    except ResNetVizError as error:
        answer = {"sentence": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
