"""A visitor's own picture, kept on this machine under their cookie: survives a reload, gone after two idle hours."""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

from PIL import Image

from resnet_viz.errors import ImageError
from resnet_viz.images.reader import KEPT_PIXELS, Picture, read_picture
from resnet_viz.images.sandboxed import read_sandboxed
from resnet_viz.messages import gettext as _
from resnet_viz.owners import OwnerFiles, Room

# Two of the largest pictures that are kept, or many small ones: 100 MB at most, as Pillow takes 4 bytes a pixel.
_DECODED_PIXELS = 2 * KEPT_PIXELS
# Pictures that were read apart once, by their bytes.
_KNOWN = 10_000


class Uploads:
    """One picture per owner."""

    def __init__(self, folder: Path, room: Room | None = None) -> None:
        """Keep pictures in `folder`, if there is `room`."""
        self._files = OwnerFiles(folder, room)
        self._decoded: OrderedDict[str, Image.Image] = OrderedDict()
        self._notes: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def save(self, owner: str, data: bytes) -> Picture:
        """Check and keep a picture in place of the owner's last one; all of it or nothing.

        Raises:
            ImageError: If it cannot be read safely, or not be stored.
            QuotaError: If the owner keeps too much.
        """
        picture = self._read(data)
        try:
            self._files.save(owner, data)
        except OSError as error:
            sentence = _("The picture could not be kept on the server ({reason}): free some space, then try again.")
            raise ImageError(sentence.format(reason=error.strerror)) from error
        return picture

    def load(self, owner: str) -> Picture | None:
        """Return the owner's picture and count this as a use, or None if there is none (any more)."""
        data = self._files.load(owner)
        if data is None:
            return None
        try:
            return self._read(data)
        except ImageError:  # damaged since it was kept, or kept by an older version
            self.delete(owner)
            return None

    def delete(self, owner: str) -> None:
        """Forget the owner's picture."""
        self._files.delete(owner)

    def _read(self, data: bytes) -> Picture:
        """Read bytes once, apart; every rerun of a page asks again, and seldom for the pixels."""
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            notes = self._notes.get(digest)
        if notes is None:
            picture = read_sandboxed(data)
            notes = picture.notes
            self._keep(digest, picture.rgb, notes)
        return Picture(lambda: self._decoded_again(digest, data), digest, notes)

    def _decoded_again(self, digest: str, data: bytes) -> Image.Image:
        """Return the pixels of bytes that were read before: they showed then that they may be decoded here."""
        with self._lock:
            rgb = self._decoded.get(digest)
        if rgb is None:
            picture = read_picture(data)
            rgb = picture.rgb
            self._keep(digest, rgb, picture.notes)
        return rgb

    def _keep(self, digest: str, rgb: Image.Image, notes: tuple[str, ...]) -> None:
        with self._lock:
            self._notes[digest] = notes
            if len(self._notes) > _KNOWN:
                self._notes.popitem(last=False)
            self._decoded[digest] = rgb
            while sum(kept.width * kept.height for kept in self._decoded.values()) > _DECODED_PIXELS:
                self._decoded.popitem(last=False)
