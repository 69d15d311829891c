"""A visitor's own picture, kept on this machine under their cookie: survives a reload, gone after two idle hours."""

import os
import tempfile
from pathlib import Path

from resnet_viz.errors import ImageError
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import gettext as _
from resnet_viz.owners import is_expired, owner_stem


class Uploads:
    """One picture per owner, in a folder that no other owner's id leads to."""

    def __init__(self, folder: Path) -> None:
        """Keep pictures in `folder`."""
        self._folder = folder

    def save(self, owner: str, data: bytes) -> Picture:
        """Check and keep a picture in place of the owner's last one; all of it or nothing.

        Raises:
            ImageError: If it cannot be read safely, or not be stored.
        """
        picture = read_picture(data)
        try:
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
        except OSError as error:
            sentence = _("The picture could not be kept on the server ({reason}): free some space, then try again.")
            raise ImageError(sentence.format(reason=error.strerror)) from error
        return picture

    def load(self, owner: str) -> Picture | None:
        """Return the owner's picture and count this as a use, or None if there is none (any more)."""
        path = self._path(owner)
        try:
            if is_expired(path):
                path.unlink(missing_ok=True)
                return None
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return read_picture(data)

    def delete(self, owner: str) -> None:
        """Forget the owner's picture."""
        self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        return self._folder / owner_stem(owner)
