"""The server's side of the model worker: starts it, queues for it, restarts it when it dies. Imports no Keras."""

import itertools
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from resnet_viz import errors
from resnet_viz.compute.backends import child_environment
from resnet_viz.compute.protocol import Array, Message, read_message, write_message
from resnet_viz.errors import BusyError, CancelledError, JobError, ResNetVizError
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec

MAX_PENDING = 32
# A request that killed the worker twice would kill it a third time.
MAX_ATTEMPTS = 2
# The slowest honest step, compiling ResNet-152, takes about 20 s on two cores.
TIMEOUT_S = 120.0
_TICK_S = 0.05
_PIPE_BYTES = 2**20

State = Literal["stopped", "starting", "ready", "busy"]


class Status(NamedTuple):
    """What the worker is doing.

    Attributes:
        state: Not running, importing Keras, waiting for work, or working.
        pending: Requests it has not answered yet.
        restarts: How often it was replaced since the server started.
        backend: Keras's backend and version, once known.
    """

    state: State
    pending: int
    restarts: int
    backend: str


class Waiting(NamedTuple):
    """How somebody waits for an answer.

    Attributes:
        on_progress: Hears what the worker does ("start", "build", "compile", or the request's own kind) and the share
            of it that is done, 0 … 1.
        is_cancelled: Asked at every message and every 50 ms; True withdraws the request.
        timeout_s: Longest silence of the worker that is borne before it is replaced.
    """

    on_progress: Callable[[str, float], None] = lambda _step, _share: None
    is_cancelled: Callable[[], bool] = lambda: False
    timeout_s: float = TIMEOUT_S


PATIENT = Waiting()
_NOTHING = Message({}, {})


@dataclass
class _Pending:
    header: dict[str, Any]
    arrays: Mapping[str, Array]
    inbox: "queue.Queue[Message | None]" = field(default_factory=queue.Queue)


class WorkerClient:
    """A supervised model worker, shared by all visitors; safe to call from any thread."""

    def __init__(self, command: Sequence[str] | None = None, *, max_pending: int = MAX_PENDING) -> None:
        """Prepare a client; the process starts with `start` or the first request.

        Args:
            command: The worker's command line; this Python's own worker by default.
            max_pending: Requests that may wait at once; further ones are refused as busy.
        """
        self._command = list(command or (sys.executable, "-m", "resnet_viz.compute.worker"))
        self._max_pending = max_pending
        self._lock = threading.RLock()
        self._write_lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._pending: dict[int, _Pending] = {}
        self._numbers = itertools.count(1)
        self._starts = 0
        self._backend = ""
        self._is_closed = False

    def start(self) -> None:
        """Start the worker if it is not running; returns at once.

        Raises:
            BackendMissingError: If Keras is not installed.
        """
        with self._lock:
            if self._is_closed:
                raise JobError(_("The server is shutting down: reload the page in a moment."))
            if self._process and self._process.poll() is None:
                return
            self._backend = ""
            self._starts += 1
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=child_environment(),
                bufsize=0,
                start_new_session=True,  # a Ctrl-C at the terminal is the server's to handle
            )
            _widen_pipe(self._process)
            self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            self._reader.start()

    def close(self) -> None:
        """End the worker; later requests are refused."""
        with self._lock:
            self._is_closed = True
            process, reader = self._process, self._reader
        if process and reader:
            process.kill()
            reader.join(timeout=10)

    @property
    def pid(self) -> int | None:
        """The process id of the running worker, if one runs."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def status(self) -> Status:
        """Return what the worker is doing, at once."""
        with self._lock:
            state: State = "stopped" if self.pid is None else "busy" if self._pending else "ready"
            if self.pid is not None and not self._backend:
                state = "starting"
            return Status(state, len(self._pending), max(0, self._starts - 1), self._backend)

    def ask(
        self,
        op: str,
        spec: ResNetSpec,
        arrays: Mapping[str, Array] | None = None,
        *,
        weights: Path | None = None,
        waiting: Waiting = PATIENT,
        **options: Any,
    ) -> Message:
        """Return the worker's answer to one request; `compute.questions` has them by kind.

        Args:
            op: A kind of request, as `compute.answers` knows them.
            spec: The network; its random weights follow from its seeds.
            arrays: What the request carries.
            weights: A file made by `resnet_viz.weights.store`, named by its content; those arrays that fit are used.
            waiting: How to wait.
            options: Plain JSON values for the header.

        Raises:
            BusyError: If too many requests wait already.
            CancelledError: If `waiting.is_cancelled` said so.
            JobError: If the worker fell silent, or died at every attempt.
            ResNetVizError: BackendMissingError, UnknownLayerError and others, as the worker found.
        """
        header = {
            "op": op,
            "spec": spec.to_dict(),
            "weights": str(weights) if weights else None,
            "language": current_language(),
            **options,
        }
        number, pending = self._enqueue(header, arrays or {})
        is_answered = False
        try:
            for _attempt in range(MAX_ATTEMPTS):
                if self.status().state in ("stopped", "starting"):
                    waiting.on_progress("start", 0.0)
                self._send(pending)
                answer = self._wait(pending, waiting)
                if answer is not None:
                    is_answered = True
                    return _checked(answer)
        finally:
            with self._lock:
                del self._pending[number]
            if not is_answered:
                self._withdraw(number)
        raise JobError(
            _("The model worker stopped twice on this request: choose a smaller picture or network, and try again.")
        )

    def _enqueue(self, header: dict[str, Any], arrays: Mapping[str, Array]) -> tuple[int, _Pending]:
        with self._lock:
            if len(self._pending) >= self._max_pending:
                raise BusyError(
                    _("{n} requests are waiting for the model already: try again in a few seconds.").format(
                        n=len(self._pending)
                    )
                )
            number = next(self._numbers)
            self._pending[number] = _Pending({**header, "id": number}, arrays)
            return number, self._pending[number]

    def _send(self, pending: _Pending) -> None:
        self.start()
        process = self._process
        try:
            with self._write_lock:
                if process and process.stdin:
                    write_message(process.stdin, pending.header, pending.arrays)
        except (OSError, ValueError):  # it died while we wrote: the reader's end-of-stream note follows
            pending.inbox.put(None)

    def _wait(self, pending: _Pending, waiting: Waiting) -> Message | None:
        """Return the answer, or None if the worker died first."""
        deadline = time.monotonic() + waiting.timeout_s
        while time.monotonic() < deadline:
            try:
                message = pending.inbox.get(timeout=_TICK_S)
            except queue.Empty:
                message = _NOTHING
            if waiting.is_cancelled():
                raise CancelledError(_("Cancelled."))
            if message is _NOTHING:
                continue
            if message is None or "progress" not in message.header:
                return message
            deadline = time.monotonic() + waiting.timeout_s
            waiting.on_progress(message.header["progress"], message.header["share"])
        self._kill()
        raise JobError(
            _("The model worker did not answer within {n:.0f} s and was restarted: try again.").format(
                n=waiting.timeout_s
            )
        )

    def _withdraw(self, number: int) -> None:
        process = self._process
        try:
            with self._write_lock:
                if process and process.stdin and process.poll() is None:
                    write_message(process.stdin, {"op": "cancel", "id": 0, "target": number})
        except (OSError, ValueError):  # it is dead: nothing is left to withdraw
            return

    def _kill(self) -> None:
        process = self._process
        if process:
            process.kill()

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        """Hand each message of one worker process to whoever waits for it, until the process ends."""
        stream = process.stdout
        while stream and (message := _read_or_none(stream)) is not None:
            with self._lock:
                if message.header["id"] == 0:
                    self._backend = f"{message.header['backend']}, Keras {message.header['keras']}"
                elif pending := self._pending.get(message.header["id"]):
                    pending.inbox.put(message)
        process.kill()
        process.wait()
        with self._write_lock:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        with self._lock:
            if process is self._process:
                self._backend = ""
                for pending in self._pending.values():
                    pending.inbox.put(None)


def _read_or_none(stream: Any) -> Message | None:
    try:
        return read_message(stream)
    except (OSError, ValueError):  # closed under us, or garbage: either way this process is finished
        return None


def _checked(message: Message) -> Message:
    """Return an answer, or raise the error it carries under its own class."""
    header = message.header
    if header["ok"]:
        return message
    if header["error"] == "MemoryError":
        raise JobError(_("The model worker ran out of memory: choose a smaller picture or network."))
    kind = getattr(errors, header["error"], JobError)
    raise kind(header["sentence"]) if issubclass(kind, ResNetVizError) else JobError(header["sentence"])


def _widen_pipe(process: "subprocess.Popen[bytes]") -> None:
    """Ask Linux for larger pipes: maps of several MB then cross in fewer switches."""
    try:
        import fcntl  # noqa: PLC0415 - does not exist on Windows

        for pipe in (process.stdin, process.stdout):
            if pipe:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return
