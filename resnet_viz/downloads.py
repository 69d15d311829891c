"""Downloads that can be watched and cancelled, never block a page, and keep nothing half-done.

A file counts only with the hash its publisher gives; what arrives goes aside first, and a fetch that was broken off goes on
where it stopped. What somebody else put on this machine is read where it lies, and left as it is, whatever it holds.
"""

import errno
import hashlib
import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resnet_viz.errors import DAMAGE, DataError, ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import in_this_language, joined

CONNECT_S = 10.0
# A network that sends nothing for so long has stalled.
STALL_S = 20.0
_PART = 2**18
_ALGORITHMS = {32: "md5", 64: "sha256"}
_BROKEN: tuple[type[Exception], ...] = (http.client.HTTPException, *DAMAGE)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_PARTIAL, _BEYOND_THE_END = 206, 416


class Download:
    """One file from one address, in a thread of its own."""

    def __init__(
        self,
        url: str,
        target: Path,
        *,
        digest: str,
        size_bytes: int,
        elsewhere: tuple[Path, ...] = (),
        unpack: Callable[[Path], None] = lambda _path: None,
        result: Path | None = None,
    ) -> None:
        """Prepare a download; nothing is asked for before `start`.

        Args:
            url: Where from.
            target: Where to.
            digest: What its bytes must hash to, as sha256 or as MD5 (told apart by length): some publishers give MD5 only,
                which guards against damage, not against malice.
            size_bytes: How many they are, about.
            elsewhere: Where somebody else may have put the same file: used there if its bytes are right, never written.
            unpack: Makes `result` of the file.
            result: What counts as done; the file itself by default.
        """
        self.url, self.target, self.digest, self.size_bytes = url, target, digest, size_bytes
        self._algorithm, self._elsewhere = _ALGORITHMS[len(digest)], elsewhere
        self._unpack, self._result = unpack, result or target
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
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
        with self._starting:  # two visitors, one file
            if self.is_running or self.is_here:
                return
            self.sentence, self._done = "", 0
            self._cancelled.clear()
            self._thread = threading.Thread(target=in_this_language(self._run), daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Stop fetching; what has come so far is kept for the next time."""
        self._cancelled.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for the end of the fetch."""
        if self._thread:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        notes: list[str] = []
        try:
            self._unpack(self._found(notes) or self._fetched())
        except ResNetVizError as error:
            notes.append(str(error))
        except _BROKEN as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                text = _("The disk is full: free some space, then try again; what has come so far is kept.")
            else:
                text = _("The download stopped ({reason}): check the network, then try again; it goes on where it was.")
            notes.append(text.format(reason=str(error)[:100] or type(error).__name__))
        self.sentence = "" if self.is_here else joined(notes, " ")

    def _found(self, notes: list[str]) -> Path | None:
        """Return the file where it lies on this machine already; another one of its name is left alone, and noted."""
        for path in (self.target, *self._elsewhere):
            found = _digest_or_none(path, self._algorithm)
            if found == self.digest:
                return path
            if found:
                text = _("`{path}` is another file ({hash} {found}…); it was left as it is.")
                notes.append(text.format(path=path, hash=self._algorithm, found=found[:16]))
        return None

    def _fetched(self) -> Path:
        """Fetch the file beside its target, and put it there when its bytes are right.

        A fetch that goes on may join the beginning of one file to the end of another, if its server changed its mind in
        between: then, once, all of it comes anew.

        Raises:
            DataError: If these are other bytes than the publisher's.
        """
        part = self.target.with_name(f"{self.target.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        found = _digest_or_none(part, self._algorithm)
        if found != self.digest:  # else it was killed between its last byte and its name: there is nothing to ask for
            is_joined = self._fetch(part, part.stat().st_size if found else 0)
            found = _digest_or_none(part, self._algorithm)
            if found != self.digest and is_joined:
                self._fetch(part, 0)
                found = _digest_or_none(part, self._algorithm)
        if found != self.digest:
            part.unlink(missing_ok=True)
            rule = _("the file that its publisher describes, {hash} {digest}…").format(
                hash=self._algorithm, digest=self.digest[:16]
            )
            raise DataError(broken_rule("download", rule, f"{(found or '')[:16]}…", _("Fetch it again.")))
        return part.replace(self.target)

    def _fetch(self, part: Path, have: int) -> bool:
        """Fetch what is missing behind the first bytes, if there is more; return whether those are kept.

        Raises:
            OSError: If the connection broke off, or the disk takes no more.
            DataError: If it was cancelled.
        """
        opener = _http_opener()
        if have:
            opener.addheaders.append(("Range", f"bytes={have}-"))
        try:
            answer = opener.open(self.url, timeout=CONNECT_S)
        except urllib.error.HTTPError as error:
            if error.code == _BEYOND_THE_END and have:
                return True
            raise
        with answer:
            _bound_reads(answer, STALL_S)
            goes_on = bool(have) and answer.status == _PARTIAL
            self._done = have if goes_on else 0
            end = self._done + int(answer.headers.get("Content-Length") or 0)
            with part.open("ab" if goes_on else "wb") as file:
                while data := answer.read(_PART):
                    if self._cancelled.is_set():
                        raise DataError(_("Cancelled; what has come so far is kept."))
                    file.write(data)
                    self._done += len(data)
                    if self._done > 2 * self.size_bytes + _PART:  # whatever this is, and if it has an end at all
                        return False
            if self._done < end:
                raise ConnectionError(_("{n} of {total} bytes came").format(n=self._done, total=end))
            return goes_on


def _http_opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses of the web, through a proxy where one is set, and no others: no file, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _digest_or_none(path: Path, algorithm: str) -> str | None:
    """Return the hash of a file, or None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
    except OSError:
        return None


def _bound_reads(answer: Any, seconds: float) -> None:
    """Give an open answer a time-out for its reads."""
    raw = getattr(getattr(answer, "fp", None), "raw", None)
    socket = getattr(raw, "_sock", None)
    if socket is not None:
        socket.settimeout(seconds)
