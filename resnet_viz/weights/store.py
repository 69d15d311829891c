"""A visitor's own weights, kept under their cookie like their picture: two files of safe arrays per owner.

Two, so that a file that is only looked at does not take the place of the one in use, and both can be compared.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resnet_viz.errors import DAMAGE, ResNetVizError, WeightsError
from resnet_viz.files import write_whole
from resnet_viz.messages import gettext as _
from resnet_viz.owners import Room, is_used, owner_digest
from resnet_viz.spec.layers import Shape
from resnet_viz.weights.about import About
from resnet_viz.weights.reader import convert, shapes_from

PLACES = ("file", "file2")
"""Where an owner's files are kept, as links call them."""

# What is stored may have been written by another version.
_DAMAGE: tuple[type[Exception], ...] = (*DAMAGE, ResNetVizError)


@dataclass(frozen=True)
class WeightsFile:
    """Arrays ready to load.

    Attributes:
        name: What its owner called the file.
        path: Where our safe copy lies.
        sha256: Of the bytes that were uploaded.
        shapes: Shape of every array by ``layer/array``.
        about: What the file is, where it is a visitor's.
    """

    name: str
    path: Path
    sha256: str
    shapes: dict[str, Shape]
    about: About | None = None


class WeightsStore:
    """As many weights files per owner as there are `PLACES`."""

    def __init__(self, folder: Path, room: Room | None = None) -> None:
        """Keep files in `folder`, if there is `room`."""
        self._folder, self._room = folder, room

    def save(self, owner: str, name: str, data: bytes, place: str = PLACES[0]) -> WeightsFile:
        """Check and keep a weights file instead of what is in its place; all of it or nothing.

        Args:
            owner: Whose it is.
            name: What they call it.
            data: Its bytes.
            place: Where; one of `PLACES`.

        Raises:
            WeightsError: If it cannot be read safely, holds nothing of a residual network, or it cannot be stored.
            QuotaError: If the owner keeps too much.
        """
        digest = hashlib.sha256(data).hexdigest()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new-") as work:
                source, target = Path(work, "source"), Path(work, "target")
                source.write_bytes(data)
                shapes, about_it = convert(source, target)
                if self._room:
                    self._room.check(
                        owner_digest(owner),
                        target.stat().st_size + self._beside(owner, place),
                        instead_of=self._folder.name,
                    )
                about = Path(work, "about")
                called = "".join(filter(str.isprintable, name))[:80]
                about.write_text(json.dumps(_record(called, digest, shapes, about_it)), "utf-8")
                path = self._path(owner, place)
                target.replace(path.with_suffix(f".{digest[:16]}.safetensors"))
                about.replace(path)
        except OSError as error:
            raise _not_kept(error) from error
        kept = self.load(owner, place)
        if kept is None:
            raise _not_kept(None)
        self._drop_others(owner, place, kept.path)
        return kept

    def load(self, owner: str, place: str = PLACES[0]) -> WeightsFile | None:
        """Return the weights in a place and count this as a use, or None if there are none (any more)."""
        path = self._path(owner, place)
        try:
            if not is_used(path):
                self._drop_others(owner, place, None)
                return None
            about = json.loads(path.read_text("utf-8"))
            arrays = path.with_suffix(f".{about['sha256'][:16]}.safetensors")
            found = About.from_dict(about["about"]) if "about" in about else None
            kept = WeightsFile(str(about["name"]), arrays, about["sha256"], shapes_from(about["shapes"]), found)
            os.utime(arrays)
        except _DAMAGE:  # not there, or not as we write it
            return None
        return kept

    def say(self, owner: str, place: str, *, preset: str = "", normalisation: str = "") -> None:
        """Keep what the owner says of their weights where the file leaves it open.

        Args:
            owner: Whose they are.
            place: Where they are kept.
            preset: Which of the networks is meant that they fit equally well.
            normalisation: How pictures were prepared for them.

        Raises:
            WeightsError: If they are gone, or fit no such network.
        """
        kept = self.load(owner, place)
        if kept is None or kept.about is None:
            raise WeightsError(
                _("The weights file is not on the server any more: upload it again, or choose random weights.")
            )
        about = kept.about.decided(preset) if preset else kept.about
        if normalisation:
            about = replace(about, normalisation=normalisation, is_said=True)
        record = json.dumps(_record(kept.name, kept.sha256, kept.shapes, about))
        try:
            write_whole(self._path(owner, place), record.encode())
        except OSError as error:
            raise _not_kept(error) from error

    def delete(self, owner: str, place: str = PLACES[0]) -> None:
        """Forget the weights in a place."""
        self._path(owner, place).unlink(missing_ok=True)
        self._drop_others(owner, place, None)

    def _drop_others(self, owner: str, place: str, kept: Path | None) -> None:
        for path in self._arrays(owner, place):
            if path != kept:
                path.unlink(missing_ok=True)

    def _beside(self, owner: str, place: str) -> int:
        """Return how many bytes of arrays lie in the owner's other places."""
        return sum(path.stat().st_size for other in PLACES if other != place for path in self._arrays(owner, other))

    def _arrays(self, owner: str, place: str) -> list[Path]:
        return list(self._folder.glob(f"{self._path(owner, place).stem}.*.safetensors"))

    def _path(self, owner: str, place: str = PLACES[0]) -> Path:
        return self._folder / f"{owner_digest(owner)}{'' if place == PLACES[0] else '-2'}.json"


def _record(name: str, sha256: str, shapes: dict[str, Shape], about: About) -> dict[str, Any]:
    return {"name": name, "sha256": sha256, "shapes": shapes, "about": about.to_dict()}


def _not_kept(error: OSError | None) -> WeightsError:
    sentence = _("The weights could not be kept on the server ({reason}): free some space, then try again.")
    return WeightsError(sentence.format(reason=error.strerror if error else "-"))
