"""Networks with their weights as files, for the page: each written by a throw-away process, and kept a while for all who ask the same.

The server imports no engine. The process (`resnet_viz/exports/__main__.py`) is ended when nobody waits for it.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import CancelledError, JobError
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.owners import check_disk, is_used
from resnet_viz.spec import ResNetSpec
from resnet_viz.weights.content import Content

MAX_FILE_BYTES = 256 * 2**20
"""What a page makes: ResNet-152. The process takes about four times as much memory for a moment."""
KEPT_BYTES = 2**30
TIMEOUT_S = 120.0
KINDS = {
    "onnx": ".onnx",
    "onnx-folded": "-folded.onnx",
    "keras": "-keras.zip",
    "safetensors": ".safetensors",
    "torchvision": "-torchvision.safetensors",
}
"""What is written, and how such files' names end."""
_TICK_S = 0.05
_COMMAND = (sys.executable, "-m", "resnet_viz.exports")


class Wanted(NamedTuple):
    """A network to be written.

    Attributes:
        preset: Where it started.
        spec: The network.
        weights: What its weights are, in words.
        content: The file that holds them; None for random ones.
        kind: A key of `KINDS`.
        pixels: The preprocessing that the weights were trained with; "" if nobody knows.
    """

    preset: str
    spec: ResNetSpec
    weights: str
    content: Content | None
    kind: str
    pixels: str = ""

    @property
    def key(self) -> str:
        """What tells its file from all others."""
        order = {**self.order(Path()), "path": ""}
        return hashlib.sha256(json.dumps(order).encode()).hexdigest()[:32]

    def order(self, target: Path) -> dict[str, Any]:
        """Return what the process is told."""
        return {
            "preset": self.preset,
            "specification": self.spec.to_dict(),
            "weights": self.weights,
            "path": str(self.content.path) if self.content else "",
            "sha256": self.content.sha256 if self.content else "",
            "kind": self.kind,
            "pixels": self.pixels,
            "target": str(target),
            "language": current_language(),
        }


def file_bytes(summary: NetworkSummary) -> int:
    """Return about how large a network's file is: its parameters in float32."""
    return 4 * summary.totals.parameters


class Exports:
    """The files made last, under a limit of bytes, written one at a time; safe to use from any thread."""

    def __init__(self, folder: Path, kept_bytes: int = KEPT_BYTES) -> None:
        """Keep files in `folder`."""
        self._folder, self._kept_bytes = folder, kept_bytes
        self._turn = threading.Lock()

    def find(self, wanted: Wanted) -> Path | None:
        """Return the file of a network if it is here; asking counts as a use."""
        path = self._path(wanted)
        return path if is_used(path) else None

    def make(
        self, wanted: Wanted, on_share: Callable[[float], None], is_cancelled: Callable[[], bool] = lambda: False
    ) -> Path:
        """Return the file of a network, written now unless it is here.

        Raises:
            CancelledError: If `is_cancelled` said so.
            JobError: If it could not be made.
            QuotaError: If the disk is nearly full.
        """
        while not self._turn.acquire(timeout=_TICK_S):
            _stop_if(is_cancelled)
        try:
            found = self.find(wanted)
            if found is None:
                check_disk(self._folder, MAX_FILE_BYTES)
                found = self._path(wanted)
                _write(wanted.order(found), on_share, is_cancelled)
                self._forget_oldest()
        finally:
            self._turn.release()
        return found

    def _path(self, wanted: Wanted) -> Path:
        return self._folder / f"{wanted.key}{KINDS[wanted.kind]}"

    def _forget_oldest(self) -> None:
        """Delete what was used longest ago, beyond the limit."""
        kept = 0
        for path in sorted(self._folder.glob("[!.]*"), key=os.path.getmtime, reverse=True):
            kept += path.stat().st_size
            if kept > self._kept_bytes:
                path.unlink(missing_ok=True)


def _write(order: dict[str, Any], on_share: Callable[[float], None], is_cancelled: Callable[[], bool]) -> None:
    """Have a process write a file, and end it if it is cancelled or takes too long."""
    said: dict[str, Any] = {"share": 0.0}
    deadline = time.monotonic() + TIMEOUT_S
    process = subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C at the terminal is the server's to handle
    )
    with process:
        speaking = threading.Thread(target=_converse, args=(process, order, said), daemon=True)
        speaking.start()
        try:
            while process.poll() is None and time.monotonic() < deadline:
                _stop_if(is_cancelled)
                on_share(said["share"])
                time.sleep(_TICK_S)
        finally:
            process.kill()
        speaking.join()
    if "sentence" in said or not Path(order["target"]).is_file():
        raise JobError(said.get("sentence") or _("The file could not be made: try again."))


def _converse(process: "subprocess.Popen[str]", order: dict[str, Any], said: dict[str, Any]) -> None:
    """Give the order, and note down what is said last of everything."""
    with contextlib.suppress(OSError, ValueError):  # it ended, or was ended
        if process.stdin and process.stdout:
            with process.stdin:
                json.dump(order, process.stdin)
            for line in process.stdout:
                said |= json.loads(line)


def _stop_if(is_cancelled: Callable[[], bool]) -> None:
    if is_cancelled():
        raise CancelledError(_("Cancelled."))
