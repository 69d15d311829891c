"""What the server keeps for a visitor: their walk, their predictions, their numbers to colour by, whether they were greeted."""

import contextlib
import json
from collections.abc import Callable
from typing import TypeVar

from resnet_viz.errors import DAMAGE, ResNetVizError
from resnet_viz.lessons.progress import Progress, read_progress
from resnet_viz.lessons.walks import Walk, read_walk
from resnet_viz.messages import gettext as _
from resnet_viz.owners import OwnerFiles
from resnet_viz.server import services
from resnet_viz.subject.subject import Subject
from resnet_viz.ui import state
from resnet_viz.ui.slots import Slot

T = TypeVar("T")

WALK = Slot("own_walk", Walk(""))
_NUMBERS: Slot[dict[str, float]] = Slot("numbers", {})
_PROGRESS = Slot("progress", Progress())
_EARLIER: Slot[Walk | Progress | None] = Slot("earlier", None)
_IS_NEW = Slot("is_new", empty=False)


def walk() -> Walk:
    """Return the walk this visitor made; it is kept on the server as uploads are."""
    return WALK.get_or(lambda: _read(services.walks(), read_walk) or Walk(""))


def keep_walk(walk: Walk) -> None:
    """Keep the visitor's own walk; an empty one is forgotten.

    Raises:
        SpecError: If it would not be read again.
    """
    text = walk.to_json() if walk.stops else ""
    WALK.set(read_walk(text) if text else walk)
    _EARLIER.take()
    _save(services.walks(), text)


def numbers() -> dict[str, float]:
    """Return the visitor's own numbers by layer id, for the picture's colours; kept on the server as uploads are."""
    return _NUMBERS.get_or(lambda: _read(services.numbers(), _numbers) or {})


def keep_numbers(numbers: dict[str, float]) -> None:
    """Keep the visitor's own numbers."""
    _NUMBERS.set(numbers)
    _save(services.numbers(), json.dumps(numbers))


def progress() -> Progress:
    """Return what this visitor predicted in lessons; kept on the server for as long as the visitor's cookie lives."""
    return _PROGRESS.get_or(lambda: _read(services.progress(), read_progress) or Progress())


def keep_progress(progress: Progress) -> None:
    """Keep what the visitor predicted; if that is nothing, nothing of it stays."""
    _PROGRESS.set(progress)
    _EARLIER.take()
    _save(services.progress(), progress.to_json() if progress.answers else "")


def remember(earlier: Walk | Progress) -> None:
    """Remember what the visitor had before the last change, for `bring_back`; the next change forgets it."""
    _EARLIER.set(earlier)


def earlier() -> Walk | Progress | None:
    """Return what can be brought back."""
    return _EARLIER.get()


def bring_back() -> None:
    """Take back the last change."""
    found = earlier()
    if isinstance(found, Walk):
        keep_walk(found)
    elif found is not None:
        keep_progress(found)


def is_new() -> bool:
    """Whether this visitor has not been greeted yet; decided when the session begins.

    A link that names anything (a layer, another network, a run, a stop) was sent for the sake of that: no greeting stands
    before it. A language is no such thing, and a page without parameters neither.
    """
    return _IS_NEW.get_or(
        lambda: state.subject().having(language="") == Subject() and services.seen().load(state.owner()) is None
    )


def set_greeted() -> None:
    """Remember that this visitor needs no greeting any more; where that cannot be kept, it holds for the session."""
    _IS_NEW.set(False)
    with contextlib.suppress(OSError):
        services.seen().save(state.owner(), b"1")


def _read(files: OwnerFiles, read: Callable[[bytes], T]) -> T | None:
    """Return what the visitor left with us; what cannot be read (any more) is dropped and said, and costs no page."""
    data = files.load(state.owner())
    if data is None:
        return None
    try:
        return read(data)
    except DAMAGE:
        files.delete(state.owner())
        state.add_problem(
            _("Something of yours that was kept here could not be read any more and was dropped: add it anew.")
        )
        return None


def _numbers(data: bytes) -> dict[str, float]:
    return {str(name): float(number) for name, number in json.loads(data).items()}


def _save(files: OwnerFiles, text: str) -> None:
    """Keep a text of the visitor's, or forget the last one; a full disk is said, and costs only the reload."""
    try:
        if text:
            files.save(state.owner(), text.encode())
        else:
            files.delete(state.owner())
    except ResNetVizError as error:
        state.add_problem(str(error))
    except OSError as error:
        sentence = _("This could not be kept on the server ({reason}): it is here until the page is reloaded.")
        state.add_problem(sentence.format(reason=error.strerror))
