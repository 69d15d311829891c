"""A training job: ``python -m resnet_viz.jobs DIR STORE DEVICE LANGUAGE [start_held]``, a process that one run owns.

Its standard input says what is wanted, a command a line: `go`, `pause`, `cancel`. When the input ends, the server is gone:
the run is kept at a checkpoint and the process ends, so none outlives its server. Its standard output is its heartbeat:
a byte a second, which needs no disk; all that is printed goes where its errors go.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import get_args

from resnet_viz.errors import ResNetVizError
from resnet_viz.jobs.process import UNPUBLISHED
from resnet_viz.messages import use_language
from resnet_viz.training.control import Command
from resnet_viz.training.device import choose_device
from resnet_viz.training.record import RunFolder

_HEARTBEAT_S = 1.0
_COMMANDS: dict[str, Command] = {command: command for command in get_args(Command)}


class _Server:
    """The server at the other end of the input, as a session's control."""

    def __init__(self, *, start_held: bool) -> None:
        self._wanted: Command = "pause" if start_held else "go"

    def listen(self) -> None:
        """Follow the input to its end."""
        for line in sys.stdin:
            command = _COMMANDS.get(line.strip())
            if command and self._wanted not in ("cancel", "interrupt"):
                self._wanted = command
        if self._wanted != "cancel":
            self._wanted = "interrupt"

    def stop(self) -> None:
        self._wanted = "interrupt"

    def command(self) -> Command:
        return self._wanted


def main() -> int:
    """Run or resume the run that the arguments name."""
    folder, store, wanted, language, *rest = sys.argv[1:]
    use_language(language)
    choose_device(wanted)  # type: ignore[arg-type]
    start_held = "start_held" in rest
    control = _Server(start_held=start_held)
    threading.Thread(target=control.listen, daemon=True).start()
    threading.Thread(target=_send_heartbeats, args=(os.dup(1),), daemon=True).start()
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, lambda *_arguments: control.stop())
    from resnet_viz.training.session import Session  # imports Keras: after the device was chosen

    session = Session(RunFolder(Path(folder)), store=Path(store), wanted=wanted, control=control)  # type: ignore[arg-type]
    try:
        session.run(start_held=start_held)
    except ResNetVizError:
        return 1 if session.is_published else UNPUBLISHED
    return 0


def _send_heartbeats(pipe: int) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more: the input has ended, too
        while True:
            os.write(pipe, b".")
            time.sleep(_HEARTBEAT_S)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Backends may hang or crash while they take themselves down; all that counts is on disk.
    os._exit(code)
