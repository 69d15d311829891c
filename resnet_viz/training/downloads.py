"""Downloads that can be watched and cancelled, never block a page, and keep nothing half-done. No Keras.

A file counts only with the sha256 its publisher gives; what arrives goes aside first, and a fetch that was broken off goes
on where it stopped.
"""

import hashlib
import io
import os
import pickle
import tarfile
import threading
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.errors import DAMAGE, DataError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.training.catalogue import arrays_file

CONNECT_S = 10.0
# A network that sends nothing for so long has stalled.
STALL_S = 20.0
_PART = 2**18

# As keras.datasets.cifar10 gives them (Keras 3.15): the archive, its sha256, its size.
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
CIFAR_BYTES = 170_498_071
CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


_DAMAGE: tuple[type[Exception], ...] = (tarfile.TarError, pickle.UnpicklingError, *DAMAGE)


class Download:
    """One file from one address, in a thread of its own."""

    def __init__(
        self,
        url: str,
        target: Path,
        *,
        sha256: str,
        size_bytes: int,
        unpack: Callable[[Path], None] = lambda _path: None,
        result: Path | None = None,
    ) -> None:
        """Prepare a download; nothing is asked for before `start`.

        Args:
            url: Where from.
            target: Where to.
            sha256: What its bytes must hash to.
            size_bytes: How many they are.
            unpack: Makes `result` of the file.
            result: What counts as done; the file itself by default.
        """
        self.url, self.target, self.sha256, self.size_bytes = url, target, sha256, size_bytes
        self._unpack, self._result = unpack, result or target
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._done = 0
        self.sentence = ""

    @property
    def is_here(self) -> bool:
        """Whether there is nothing to fetch."""
        return self._result.is_file()

    @property
    def is_running(self) -> bool:
        """Whether it is being fetched."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes fetched, bytes in all."""
        return self._done, self.size_bytes

    def start(self) -> None:
        """Begin to fetch; returns at once."""
        if self.is_running or self.is_here:
            return
        self.sentence, self._done = "", 0
        self._cancelled.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop fetching; what has come so far is kept for the next time."""
        self._cancelled.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for the end of the fetch."""
        if self._thread:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            if not self.target.is_file():
                self._fetch()
            self.check(self.target)
            self._unpack(self.target)
        except DataError as error:
            self.sentence = str(error)
        except DAMAGE as error:
            self.sentence = _(
                "The download stopped ({reason}): check the network, then try again; it goes on where it was."
            ).format(reason=str(error)[:100] or type(error).__name__)

    def _fetch(self) -> None:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        part = self.target.with_name(f"{self.target.name}.part")
        have = part.stat().st_size if part.is_file() else 0
        request = urllib.request.Request(self.url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - ours or the administrator's
        with urllib.request.urlopen(request, timeout=CONNECT_S) as answer:  # noqa: S310 - as above
            _bound_reads(answer, STALL_S)
            goes_on = have and answer.status == 206
            self._done = have if goes_on else 0
            with part.open("ab" if goes_on else "wb") as file:
                while data := answer.read(_PART):
                    if self._cancelled.is_set():
                        raise DataError(_("Cancelled; what has come so far is kept."))
                    file.write(data)
                    self._done += len(data)
                    if self._done > 2 * self.size_bytes + _PART:
                        raise DataError(broken_rule("download", _("{n} bytes").format(n=self.size_bytes), self._done))
        part.replace(self.target)

    def check(self, path: Path) -> None:
        """Refuse a file of other bytes, and put it out of the way.

        Raises:
            DataError: If its sha256 differs.
        """
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while data := file.read(_PART):
                digest.update(data)
        if digest.hexdigest() != self.sha256:
            path.unlink(missing_ok=True)
            rule = _("the file that its publisher describes, sha256 {sha}…").format(sha=self.sha256[:16])
            raise DataError(broken_rule("download", rule, f"{digest.hexdigest()[:16]}…", _("Fetch it again.")))


def _bound_reads(answer: Any, seconds: float) -> None:
    """Give an open answer a time-out for its reads."""
    raw = getattr(getattr(answer, "fp", None), "raw", None)
    socket = getattr(raw, "_sock", None)
    if socket is not None:
        socket.settimeout(seconds)


@cache
def cifar10(store: Path) -> Download:
    """Return the fetching of CIFAR-10 into a store.

    An archive that Keras fetched already (``~/.keras/datasets``) is used where it lies. ``RESNET_VIZ_CIFAR_URL`` names
    another place to fetch the same file from.
    """
    result = arrays_file(store, "cifar10")
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    kept = next(
        (path for path in (home / "cifar-10-batches-py.tar.gz", home / "cifar-10-batches-py") if path.is_file()), None
    )
    return Download(
        os.environ.get("RESNET_VIZ_CIFAR_URL", CIFAR_URL),
        kept or store / "cifar-10-python.tar.gz",
        sha256=CIFAR_SHA256,
        size_bytes=CIFAR_BYTES,
        unpack=lambda path: unpack_cifar10(path, result),
        result=result,
    )


def unpack_cifar10(archive: Path, result: Path) -> None:
    """Write the pictures of a CIFAR-10 archive, whose sha256 was checked, as plain arrays.

    Raises:
        DataError: If the archive has another layout.

    References:
        Krizhevsky 2009, Learning multiple layers of features from tiny images: per batch a dict of ``data`` uint8
        ``(10000, 3072)``, channel by channel, and ``labels``.
    """
    images, labels = [], []
    try:
        with tarfile.open(archive) as tar:
            for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
                member = tar.extractfile(f"cifar-10-batches-py/{name}")
                if member is None:
                    raise DataError(_("The archive has no {name}.").format(name=name))
                batch = _Plain(io.BytesIO(member.read()), encoding="bytes").load()
                images.append(np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
                labels.append(np.asarray(batch[b"labels"], np.int32))
    except _DAMAGE as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            _("The archive has another layout than CIFAR-10's ({reason}).").format(reason=str(error)[:80])
        ) from error
    result.parent.mkdir(parents=True, exist_ok=True)
    work = result.with_name(f".new-{result.name}")
    with work.open("wb") as file:
        np.savez(file, images=np.concatenate(images), labels=np.concatenate(labels), classes=np.array(CIFAR_CLASSES))
    work.replace(result)


class _Plain(pickle.Unpickler):
    """Reads numbers, texts, lists and NumPy arrays, and nothing that could run code."""

    _ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)
