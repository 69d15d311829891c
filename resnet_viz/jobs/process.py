"""The process of a run: started, commanded, watched, ended. Imports no Keras.

Commands go down its standard input, its heartbeat comes up its standard output: neither needs a disk, so a full one makes no
healthy run look dead.
"""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

from resnet_viz.jobs.store import QueueEntry
from resnet_viz.training.record import RunFolder, State

UNPUBLISHED = 3
"""What a job exits with when it failed and could not write down why."""

# A cancelled process may be in the middle of compiling: it gets this long, then it is killed.
_GRACE_S = 1.2
# The slowest honest silence is a long compilation; the heartbeat goes on through it, so this is for a stopped process.
SILENCE_S = 60.0


class JobProcess:
    """A run's process, and what its runner knows of it.

    Attributes:
        run: The run it was started for.
        began: When, on the monotonic clock.
        wanted: How it is to end, once that was asked for.
        is_parked: It only waits for a command, and so leaves its device to others.
        is_in_line: Its owner started it while another run had the device.
        is_let_go: It was sent `go`, and what it last wrote down may be older than that.
        is_to_pause: Its owner paused it; the command is sent once it runs.
        paused_at: Since when it is paused, on the monotonic clock; 0 if it is not.
        is_put_away: It is to end, its run staying paused, to make room for others.
        starts: How often its run has ended by itself since it last got further; None while it goes on.
    """

    def __init__(self, run: QueueEntry, process: "subprocess.Popen[bytes]") -> None:
        """Listen to a process that was just started."""
        self.run, self._process = run, process
        self.began = self._last_heartbeat = time.monotonic()
        self.wanted: State | None = None
        self.is_parked = self.is_in_line = self.is_let_go = self.is_to_pause = False
        self.paused_at, self.is_put_away = 0.0, False
        self.starts: int | None = None
        self._kill_at = 0.0
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """What it exited with; None while it lives."""
        return self._process.poll()

    @property
    def is_paused(self) -> bool:
        """Whether it waits paused, and nothing else was asked of it."""
        return self.is_parked and bool(self.paused_at) and not (self.is_in_line or self.is_put_away or self.wanted)

    @property
    def is_ready(self) -> bool:
        """Whether it waits for its device, to go on."""
        return self.is_in_line and not (self.is_put_away or self.wanted)

    @property
    def is_overdue(self) -> bool:
        """Whether it did not end when it was told to, or its heart stands still."""
        now = time.monotonic()
        return bool(self._kill_at and now > self._kill_at) or now - self._last_heartbeat > SILENCE_S

    def send(self, command: str) -> None:
        """Send a command; a process that is gone hears nothing."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.write(f"{command}\n".encode())
                self._process.stdin.flush()

    def let_go(self) -> None:
        """Say go; from now on it has its device, whatever it wrote down before."""
        self.is_parked = self.is_in_line = self.is_to_pause = False
        self.is_let_go = True
        self.send("go")

    def cancel(self) -> None:
        """Ask it to end, and see to it that it does."""
        self.wanted, self._kill_at = "cancelled", time.monotonic() + _GRACE_S
        self.send("cancel")

    def put_away(self) -> None:
        """Have it keep a checkpoint and end; its run stays as it is."""
        self.is_put_away = True
        self.hang_up()

    def hang_up(self) -> None:
        """Close its input: it keeps a checkpoint and ends."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()

    def kill(self, patience_s: float = 0.0) -> None:
        """Kill it and all it started, after some patience, and leave nothing of it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        kill(self._process.pid)
        self._process.wait()
        self.hang_up()

    def _listen(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            return
        with pipe, contextlib.suppress(OSError, ValueError):
            while os.read(pipe.fileno(), 4096):
                self._last_heartbeat = time.monotonic()


def launch(command: Sequence[str], run: QueueEntry, files: RunFolder, environment: Mapping[str, str]) -> JobProcess:
    """Start the process of a run.

    Raises:
        OSError: If the system does not let it.
    """
    with (files.path / "job.log").open("ab") as log:
        process = subprocess.Popen(
            [*command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,  # a group of its own: cancelled whole, and no Ctrl-C meant for the server
        )
    with contextlib.suppress(OSError):  # without it a next server cannot end it, but it ends itself with this one
        files.pid.write_text(str(process.pid), "ascii")
    return JobProcess(run, process)


def end_leftover(files: RunFolder) -> None:
    """End a process that an earlier server left, before another one takes up its run."""
    try:
        pid = int(files.pid.read_text("ascii"))
        command = psutil.Process(pid).cmdline()
    except (OSError, ValueError, psutil.Error):
        return
    if str(files.path) in command:
        kill(pid)


def kill(pid: int) -> None:
    """Kill a process and all it started."""
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(family, timeout=3)
