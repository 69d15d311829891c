"""Which class a picture of a person's own belongs to: the topmost folder that tells the pictures apart. No Keras."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

Folders = tuple[str, ...]
"""The folders a file lies in, the topmost first."""

MAX_NAME = 60
_SPLITS = {"train", "training", "val", "valid", "validation", "test", "testing", "训练集", "验证集", "测试集"}
"""Names of parts of one set, in which the same classes come again; where all folders are such, the next level counts."""


@dataclass(frozen=True)
class ClassFolders:
    """How folders become classes.

    Attributes:
        labels: The class by folders; pictures elsewhere belong to none.
        classes: All classes, as people count: 2 before 10.
        empty: Folders that stand among the classes and hold no picture.
        parts: Folders whose classes were put together, as `train` and `val`.
    """

    labels: dict[Folders, str]
    classes: tuple[str, ...]
    empty: tuple[str, ...]
    parts: tuple[str, ...]


def class_folders(pictures: Iterable[Folders], others: Iterable[Folders]) -> ClassFolders:
    """Return the classes of pictures by the folders they lie in.

    Args:
        pictures: Where each picture lies.
        others: Folders that are there all the same.
    """
    places, parts, level = set(pictures), set[str](), 0
    while True:
        names = {place[level] for place in places if len(place) > level}
        are_parts = len(names) > 1 and all(name.casefold() in _SPLITS for name in names)
        if not names or (len(names) > 1 and not are_parts):
            break
        parts |= names if are_parts else set()
        level += 1
    within = {place[:level] for place in places}
    besides = {place[level] for place in others if len(place) > level and place[:level] in within} - names
    shown = _shown(names)
    return ClassFolders(
        {place: shown[place[level]] for place in places if len(place) > level},
        tuple(shown.values()),
        tuple(_shown(besides).values()) if names else (),
        tuple(sorted(parts)),
    )


def spelled_once(path: PurePosixPath) -> PurePosixPath:
    """Return a path in Unicode's composed form: macOS writes é as two characters, other systems as one."""
    return PurePosixPath(unicodedata.normalize("NFC", str(path)))


def counting_key(name: str) -> tuple[str, str]:
    """Return a key that sorts names as people count: ``img2`` before ``img10``."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(20), name.casefold()), name


def _shown(names: Iterable[str]) -> dict[str, str]:
    """Return by name what is shown of it, in counting order: printable, of bounded length, no two the same."""
    shown: dict[str, str] = {}
    for name in sorted(names, key=counting_key):
        text = "".join(sign if sign.isprintable() else "�" for sign in name)
        text = text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
        taken = set(shown.values())
        tries = (text, *(f"{text[: MAX_NAME - 6]} ({n})" for n in range(2, len(taken) + 3)))
        shown[name] = next(each for each in tries if each not in taken)
    return shown
