"""One life of a worker: its process, what goes to and fro, and whether it fell silent over its work. Imports neither Keras nor ONNX."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal, NamedTuple, cast

import psutil

from resnet_viz.worker.wire import Array, Message, read_message, write_message

# Importing Keras tells nothing; 5 s on two idle cores.
START_S = 120.0
# After so many time-outs a silence is one in any case: over a request while others are answered, or at work.
_MOST_SILENCES = 5
# Whoever uses less of a processor than this waits for something that does not come.
_BLOCKED = 0.01
# What may lie in the socket unread, as far as the system allows: most answers are written without a pause.
_SOCKET_BYTES = 2**22
BUFFER_BYTES = 2**16
"""A message of at most so many bytes is written at once, and read at once with its length and its header."""

TAKEN = "taken"
"""The first step of every request: the worker took it out of its line."""


class Silence(NamedTuple):
    """A worker's silence that lasted too long.

    Attributes:
        seconds: The time-out that it is beyond.
        over: What it was to do: start, answer the request in question, or answer another one.
    """

    seconds: float
    over: Literal["start", "this", "another"]


@dataclass
class _Sent:
    """A request that the process has not answered.

    Attributes:
        patience_s: Longest silence that whoever asked bears.
        heard: When the worker last spoke of it; when it was sent, at first.
        is_taken: Whether the worker works on it; else it waits in line.
    """

    patience_s: float
    heard: float
    is_taken: bool = False


class WorkerProcess:
    """A running worker. Safe to use from any thread."""

    def __init__(
        self,
        command: Sequence[str],
        on_message: Callable[[Message], None],
        on_end: Callable[["WorkerProcess", set[int]], None],
        *,
        start_s: float = START_S,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a worker; returns at once.

        Args:
            command: Its command line.
            on_message: Hears every message about a request.
            on_end: Hears that it ended, and the numbers of the requests that may be to blame.
            start_s: Longest silence until it is ready.
            environment: Its environment; this process's own by default.
        """
        self.engine = ""
        self.silence: Silence | None = None
        self._on_message, self._on_end, self._start_s = on_message, on_end, start_s
        self._lock, self._write_lock = threading.Lock(), threading.Lock()
        self._sent: dict[int, _Sent] = {}
        self._heard = time.monotonic()
        self._used_s: float | None = 0.0
        """Its processor time at the first look since it spoke; None until somebody looks, for most answers come sooner."""
        self._process, self._source, self._sink = _started(command, environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def expect(self, number: int, patience_s: float) -> None:
        """Note that a request is about to be sent, and how much silence its sender bears."""
        with self._lock:
            self._sent[number] = _Sent(patience_s, time.monotonic())

    def write(self, header: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> None:
        """Write one message; to a process that is dead or dying nothing is said, and `on_end` tells."""
        with contextlib.suppress(OSError, ValueError), self._write_lock:
            write_message(self._sink, header, arrays)

    def kill(self, silence: Silence | None = None) -> None:
        """End it, for its silence perhaps; `on_end` tells when that is done."""
        self.silence = self.silence or silence
        self._process.kill()

    def join(self) -> None:
        """Wait until it has ended and everybody knows."""
        self._reader.join(timeout=10)

    def silence_over(self, number: int) -> Silence | None:
        """Return the worker's silence, as far as a request is concerned, if it lasts too long.

        Waiting in line is no silence: the time-out runs from when the worker takes a request, and while it works on
        others it is theirs that counts. Whatever it says of any request is life. On a machine that others keep busy an
        honest step takes many times as long, so a worker that works is given its time-out in processor time.
        """
        with self._lock:
            sent, now = self._sent.get(number), time.monotonic()
            if sent is None:
                return None
            taken = [other.patience_s for other in self._sent.values() if other.is_taken]
            if not self.engine:
                found, since = Silence(max(self._start_s, sent.patience_s), "start"), self._heard
            elif sent.is_taken and now - sent.heard > _MOST_SILENCES * sent.patience_s:
                return Silence(_MOST_SILENCES * sent.patience_s, "this")
            elif taken:
                found, since = Silence(max(taken), "this" if sent.is_taken else "another"), self._heard
            else:  # it has nothing else to do, and does not take this
                found, since = Silence(sent.patience_s, "this"), max(self._heard, sent.heard)
            if self._used_s is None:
                self._used_s = self._processor_s()
                return None
            quiet, used_s = now - since, self._used_s
        if quiet <= found.seconds:
            return None
        used_s = self._processor_s() - used_s
        is_at_work = _BLOCKED * quiet < used_s < found.seconds and quiet < _MOST_SILENCES * found.seconds
        return None if is_at_work else found

    def _processor_s(self) -> float:
        """Return the processor time the process has used."""
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.Error:  # it ended: `on_end` tells
            return 0.0
        return float(times.user + times.system)

    def _read(self) -> None:
        """Hand on each message until the process ends, then say so."""
        while (message := self._read_or_none()) is not None:
            self._hear(message)
        self._process.kill()
        self._process.wait()
        with self._write_lock:
            for stream in (self._source, self._sink):
                with contextlib.suppress(OSError):  # what was left to say to it
                    stream.close()
        with self._lock:
            taken = {number for number, sent in self._sent.items() if sent.is_taken}
            # Nothing taken: any of those in line may have killed it while it was read.
            blamed = taken or set(self._sent)
        self._on_end(self, blamed)

    def _hear(self, message: Message) -> None:
        header = message.header
        with self._lock:
            self._heard, self._used_s = time.monotonic(), None
            if header["id"] == 0:
                self.engine = header["engine"]
                return
            if "progress" not in header:
                self._sent.pop(header["id"], None)
            elif sent := self._sent.get(header["id"]):
                sent.heard, sent.is_taken = self._heard, True
        self._on_message(message)

    def _read_or_none(self) -> Message | None:
        try:
            return read_message(self._source)
        except (OSError, ValueError):  # closed under us, or garbage: either way this process is finished
            return None


def _started(
    command: Sequence[str], environment: Mapping[str, str] | None
) -> tuple["subprocess.Popen[bytes]", IO[bytes], IO[bytes]]:
    """Start a process whose input and output are ours; return it, what it says, and where it is spoken to."""
    # A Ctrl-C at the terminal is the server's to handle.
    options: dict[str, Any] = {"env": environment, "bufsize": BUFFER_BYTES, "start_new_session": True}
    if os.name != "posix":
        piped = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        return piped, cast("IO[bytes]", piped.stdout), cast("IO[bytes]", piped.stdin)
    # A block's maps at 224 px are 13 MB: 2 ms through a socket, 7 ms through a pipe, whose pages are handed over one by one.
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with contextlib.suppress(OSError):  # where less is allowed, Linux gives that; others refuse
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), **options)
        # As files they are read and written by C; a socket's own streams are Python's.
        said = os.fdopen(os.dup(ours.fileno()), "rb", BUFFER_BYTES)
        return process, said, os.fdopen(os.dup(ours.fileno()), "wb", BUFFER_BYTES)
