"""The server's side of a worker: starts it, queues for it, restarts it when it dies. Imports neither Keras nor ONNX."""

import itertools
import math
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeVar

from resnet_viz import errors
from resnet_viz.backends import child_environment, looking_environment
from resnet_viz.errors import BusyError, CancelledError, JobError, ResNetVizError
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.worker.packing import packed, unpacked
from resnet_viz.worker.process import START_S, Silence, WorkerProcess
from resnet_viz.worker.request import Engine, Request
from resnet_viz.worker.wire import Array, Message

R = TypeVar("R")

MAX_PENDING = 32
# A request that killed the worker twice would kill it a third time.
MAX_ATTEMPTS = 2
# The slowest honest step, compiling ResNet-152, takes about 20 s on two cores.
TIMEOUT_S = 120.0
_TICK_S = 0.05

State = Literal["stopped", "starting", "ready", "busy"]


class Status(NamedTuple):
    """What the worker is doing.

    Attributes:
        state: Not running, importing what it computes with, waiting for work, or working.
        pending: Requests it has not answered yet.
        restarts: How often it was replaced since the server started.
        engine: What it computes with, once known.
    """

    state: State
    pending: int
    restarts: int
    engine: str


class Waiting(NamedTuple):
    """How somebody waits for an answer.

    Attributes:
        on_progress: Hears what the worker does ("start looking" or "start gradient", "taken", "build", "compile", or the request's own kind) and the
            share of it that is done, 0 … 1.
        is_cancelled: Asked at every message and every 50 ms; True withdraws the request.
        timeout_s: Longest silence of the worker over this request that is borne before it is replaced. Time in line
            behind others does not count.
        owner: Who waits, by any name: requests of different ones take turns.
    """

    on_progress: Callable[[str, float], None] = lambda _step, _share: None
    is_cancelled: Callable[[], bool] = lambda: False
    timeout_s: float = TIMEOUT_S
    owner: str = ""


PATIENT = Waiting()
_NOTHING = Message({}, {})


@dataclass
class _Pending:
    """A request that somebody waits for.

    Attributes:
        header: Its header.
        arrays: What it carries.
        process: The worker it was sent to last.
        attempts: How many workers ended, perhaps by its fault.
        inbox: What the worker says of it; None if that one ended, the silence if it was ended for its silence over this.
    """

    header: dict[str, Any]
    arrays: Mapping[str, Array]
    process: WorkerProcess | None = None
    attempts: int = 0
    inbox: "queue.Queue[Message | Silence | None]" = field(default_factory=queue.Queue)


class WorkerClient:
    """One supervised worker, shared by all visitors; safe to call from any thread."""

    def __init__(
        self,
        engine: Engine = "looking",
        command: Sequence[str] | None = None,
        *,
        max_pending: int = MAX_PENDING,
        start_s: float = START_S,
        idle_s: float = math.inf,
    ) -> None:
        """Prepare a client; the process starts with `start` or the first request.

        Args:
            engine: What it computes with.
            command: The worker's command line; this Python's own worker by default.
            max_pending: Requests that may wait at once; further ones are refused as busy.
            start_s: Longest silence of a worker that starts.
            idle_s: A worker that nobody has asked for so long is ended; the next request starts another.
        """
        self._engine = engine
        self._command = list(command or (sys.executable, "-m", "resnet_viz.worker", engine))
        self._max_pending, self._start_s, self._idle_s = max_pending, start_s, idle_s
        self._rests_since = math.inf
        self._clock: threading.Timer | None = None
        self._lock = threading.RLock()
        self._process: WorkerProcess | None = None
        self._pending: dict[int, _Pending] = {}
        self._numbers = itertools.count(1)
        self._starts = self._dismissed = 0
        self._is_closed = False

    def start(self) -> None:
        """Start the worker if it is not running; returns at once.

        Raises:
            BackendMissingError: If Keras is not installed.
        """
        self._running()

    def _running(self) -> WorkerProcess:
        with self._lock:
            if self._is_closed:
                raise JobError(_("The server is shutting down: reload the page in a moment."))
            if self._process is None or not self._process.is_running:
                environment = looking_environment() if self._engine == "looking" else child_environment()
                self._starts += 1
                self._process = WorkerProcess(
                    self._command, self._hear, self._end, start_s=self._start_s, environment=environment
                )
            return self._process

    def close(self) -> None:
        """End the worker; later requests are refused."""
        with self._lock:
            self._is_closed = True
            process = self._process
        if process:
            process.kill()
            process.join()

    @property
    def pid(self) -> int | None:
        """The process id of the running worker, if one runs."""
        process = self._process
        return process.pid if process and process.is_running else None

    def status(self) -> Status:
        """Return what the worker is doing, at once."""
        with self._lock:
            engine = self._process.engine if self._process and self._process.is_running else ""
            state: State = "stopped" if self.pid is None else "busy" if self._pending else "ready"
            if self.pid is not None and not engine:
                state = "starting"
            return Status(state, len(self._pending), max(0, self._starts - 1 - self._dismissed), engine)

    def ask(self, request: Request[R], waiting: Waiting = PATIENT) -> R:
        """Return the worker's answer to one request; `resnet_viz.worker.requests` has all there are.

        Args:
            request: What is asked.
            waiting: How to wait.

        Raises:
            BusyError: If too many requests wait already.
            CancelledError: If `waiting.is_cancelled` said so.
            JobError: If the worker fell silent, or died at every attempt.
            ResNetVizError: BackendMissingError, UnknownLayerError and others, as the worker found.
        """
        request.check()
        arrays: dict[str, Array] = {}
        asked = {"op": request.kind, "owner": waiting.owner, "language": current_language()}
        header = {**asked, "request": packed(request, arrays)}
        number, pending = self._enqueue(header, arrays)
        is_answered = False
        try:
            while pending.attempts < MAX_ATTEMPTS:
                if self.status().state in ("stopped", "starting"):
                    waiting.on_progress(f"start {self._engine}", 0.0)
                answer = self._wait(pending, self._send(pending, waiting), waiting)
                if answer is not None:
                    is_answered = True
                    found = _checked(answer)
                    result: R = unpacked(request.result, found.header["result"], found.arrays)
                    return result
        finally:
            with self._lock:
                del self._pending[number]
                self._rest()
            if not is_answered and pending.process:
                pending.process.write({"op": "cancel", "id": 0, "target": number})
        raise JobError(
            _("The model worker stopped twice on this request: choose a smaller picture or network, and try again.")
        )

    def _rest(self) -> None:
        """Note that nobody waits, if so, and see to it that a worker at rest is ended in time."""
        if not self._pending and self._idle_s < math.inf:
            self._rests_since = time.monotonic()
            if self._clock is None:
                self._look_again_in(self._idle_s)

    def _look_again_in(self, seconds: float) -> None:
        self._clock = threading.Timer(seconds, self._end_if_idle)
        self._clock.daemon = True
        self._clock.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            self._clock = None
            left_s = self._rests_since + self._idle_s - time.monotonic()
            if self._pending or not self._process:
                return
            if left_s > 0:
                self._look_again_in(left_s)
                return
            process, self._process = self._process, None
            self._dismissed += process.is_running
        process.kill()

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

    def _send(self, pending: _Pending, waiting: Waiting) -> WorkerProcess:
        with self._lock:  # so that the end of this very process is told to this request, whenever it comes
            process = pending.process = self._running()
            process.expect(pending.header["id"], waiting.timeout_s)
        process.write(pending.header, pending.arrays)
        return process

    def _wait(self, pending: _Pending, process: WorkerProcess, waiting: Waiting) -> Message | None:
        """Return the answer, or None if the worker died first."""
        while True:
            try:
                message = pending.inbox.get(timeout=_TICK_S)
            except queue.Empty:
                message = _NOTHING
            if waiting.is_cancelled():
                raise CancelledError(_("Cancelled."))
            if message is _NOTHING:
                self._give_up_if_silent(pending, process)
                continue
            if isinstance(message, Silence):
                raise _told(message)
            if message is None or "progress" not in message.header:
                return message
            waiting.on_progress(message.header["progress"], message.header["share"])

    def _give_up_if_silent(self, pending: _Pending, process: WorkerProcess) -> None:
        """Replace a worker that fell silent; whoever only waited in line goes on waiting, for the next one."""
        silence = process.silence_over(pending.header["id"])
        if silence is None:
            return
        process.kill(silence)
        if silence.over != "another":
            raise _told(silence)

    def _hear(self, message: Message) -> None:
        """Hand a message to whoever waits for it."""
        with self._lock:
            if pending := self._pending.get(message.header["id"]):
                pending.inbox.put(message)

    def _end(self, process: WorkerProcess, blamed: set[int]) -> None:
        """Tell everybody who waits for a process that it ended.

        Somebody in line may notice the silence before the one it is about: that one is told the same as if it had.
        """
        noticed_in_line = process.silence if process.silence and process.silence.over == "another" else None
        with self._lock:
            for number, pending in self._pending.items():
                if pending.process is process:
                    pending.attempts += number in blamed
                    pending.inbox.put(noticed_in_line if number in blamed else None)


def _told(silence: Silence) -> JobError:
    """Return the error that tells somebody whose request a worker fell silent over."""
    if silence.over == "start":
        text = _("The model worker did not start within {n:.0f} s: the machine may be busy; try again.")
    else:
        text = _("The model worker did not answer within {n:.0f} s and was restarted: try again.")
    return JobError(text.format(n=silence.seconds))


def _checked(message: Message) -> Message:
    """Return an answer, or raise the error it carries under its own class."""
    header = message.header
    if header["ok"]:
        return message
    if header["error"] == "MemoryError":
        raise JobError(_("The model worker ran out of memory: choose a smaller picture or network."))
    kind = getattr(errors, header["error"], JobError)
    raise kind(header["sentence"]) if issubclass(kind, ResNetVizError) else JobError(header["sentence"])
