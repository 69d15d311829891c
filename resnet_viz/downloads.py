"""Downloads that can be watched and cancelled, never block a page, and keep nothing half-done.

A file counts only with the hash its publisher gives; what arrives goes aside first, and a fetch that was broken off goes on
where it stopped.
"""

import hashlib
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resnet_viz.errors import DAMAGE, DataError, ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _

CONNECT_S = 10.0
# A network that sends nothing for so long has stalled.
STALL_S = 20.0
_PART = 2**18


class Download:
    """One file from one address, in a thread of its own."""

    def __init__(
        self,
        url: str,
        target: Path,
        *,
        digest: str,
        algorithm: str = "sha256",
        size_bytes: int,
        unpack: Callable[[Path], None] = lambda _path: None,
        result: Path | None = None,
    ) -> None:
        """Prepare a download; nothing is asked for before `start`.

        Args:
            url: Where from.
            target: Where to.
            digest: What its bytes must hash to.
            algorithm: By which hash; some publishers give MD5 only, which guards against damage, not against malice.
            size_bytes: How many they are, about.
            unpack: Makes `result` of the file.
            result: What counts as done; the file itself by default.
        """
        self.url, self.target, self.digest, self.size_bytes = url, target, digest, size_bytes
        self._algorithm = algorithm
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
        except ResNetVizError as error:
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
            DataError: If its hash differs.
        """
        found = hashlib.new(self._algorithm, usedforsecurity=False)
        with path.open("rb") as file:
            while data := file.read(_PART):
                found.update(data)
        if found.hexdigest() != self.digest:
            path.unlink(missing_ok=True)
            rule = _("the file that its publisher describes, {hash} {digest}…").format(
                hash=self._algorithm, digest=self.digest[:16]
            )
            raise DataError(broken_rule("download", rule, f"{found.hexdigest()[:16]}…", _("Fetch it again.")))


def _bound_reads(answer: Any, seconds: float) -> None:
    """Give an open answer a time-out for its reads."""
    raw = getattr(getattr(answer, "fp", None), "raw", None)
    socket = getattr(raw, "_sock", None)
    if socket is not None:
        socket.settimeout(seconds)
