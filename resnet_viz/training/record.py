"""What a run leaves behind, as files that anyone may read while it goes on. No Keras.

``run.json`` says what it is and how far; ``metrics.jsonl`` has one object a line, each naming its network and its training
accuracy; ``checkpoints/`` is how it goes on; ``watched/`` holds feature maps of one picture over time.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.curves import Metrics
from resnet_viz.files import write_whole
from resnet_viz.training.plan import Plan

State = Literal["queued", "preparing", "prepared", "running", "paused", "done", "cancelled", "failed", "interrupted"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")
PHASES = ("import", "data", "build", "compile", "train", "evaluate")

# A curve needs no more pictures than this; beyond it every second one goes.
MAX_FRAMES = 64
# Channels kept of a watched map: the first ones, so that a channel keeps its place over time.
WATCHED_CHANNELS = 16


class Place(NamedTuple):
    """How far the measurements were read.

    Attributes:
        offset: Bytes of the file, up to the end of a line.
        line: The line before, by which a reader knows whether the file still is what it read.
    """

    offset: int = 0
    line: bytes = b""


START = Place()


class Measured(NamedTuple):
    """What was read.

    Attributes:
        metrics: The measurements, in their order.
        next: Where to read on from.
        is_anew: The run went back to a checkpoint, so they were read from the start.
    """

    metrics: list[Metrics]
    next: Place
    is_anew: bool


@dataclass
class RunRecord:
    """``run.json``.

    Attributes:
        plan: What was asked for.
        state: How it stands.
        phase: What it is doing while it runs.
        phases: Seconds spent in each phase, over all its lives.
        classes: Names of the data's classes.
        parameters: Parameters of each network.
        update: Updates done by each network.
        spent_s: Seconds spent in updates.
        left_s: Seconds until the budget is spent, from the pace of the last updates; None while that is not known.
        batch: Pictures per update, smaller than planned if memory ran out.
        precision: Of the products.
        device: The device, in a line.
        machine: Name of the system, its Python, its processor.
        began: When it first ran, ISO 8601, UTC.
        ended: When it ended, or "".
        sentence: What went wrong or was changed on the way, for the reader.
        language: In which such sentences are, its owner's.
        diverged: For each network that left the numbers, the update at which it was stopped.
        final: What was measured at the end, by network: see `resnet_viz.training.session`.
        phase_since: When its phase began, in seconds as of `time.time`; 0 before it began anything.
    """

    plan: Plan
    state: State = "queued"
    phase: str = ""
    phases: dict[str, float] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    parameters: dict[str, int] = field(default_factory=dict)
    update: int = 0
    spent_s: float = 0.0
    left_s: float | None = None
    batch: int = 0
    precision: str = ""
    device: str = ""
    machine: str = ""
    began: str = ""
    ended: str = ""
    sentence: str = ""
    language: str = "en"
    diverged: dict[str, int] = field(default_factory=dict)
    final: dict[str, dict[str, Any]] = field(default_factory=dict)
    phase_since: float = 0.0


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        """Read or write a run at `path`."""
        self.path = path
        self.metrics = path / "metrics.jsonl"
        self.checkpoints = path / "checkpoints"
        self.watched = path / "watched"
        self.weights = path / "weights"
        self.pid = path / "pid"

    @property
    def exists(self) -> bool:
        """Whether a run was kept here."""
        return (self.path / "run.json").is_file()

    def save(self, record: RunRecord) -> None:
        """Keep the record; a reader sees the old one or the new one."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(self.path / "run.json", json.dumps(asdict(record)).encode())

    def load(self) -> RunRecord:
        """Return the record.

        Raises:
            OSError, ValueError: If there is none.
        """
        data = json.loads((self.path / "run.json").read_bytes())
        known = {item.name for item in fields(RunRecord)}
        values = {name: value for name, value in data.items() if name in known}
        return RunRecord(**{**values, "plan": Plan.from_dict(values["plan"]), "classes": tuple(values["classes"])})

    def append(self, lines: Iterable[Mapping[str, Any]]) -> int:
        """Add measurements, all or none, and return the file's size.

        Raises:
            OSError: If the disk does not take them.
        """
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        with self.metrics.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                left = memoryview(data)
                while left:  # a disk that fills up takes a part first
                    left = left[file.write(left) :]
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(before)
                raise
            return before + len(data)

    def sync(self) -> None:
        """Make the measurements durable, before a checkpoint counts on them."""
        with contextlib.suppress(FileNotFoundError), self.metrics.open("rb") as file:
            os.fsync(file.fileno())

    def truncate(self, size: int) -> None:
        """Drop the measurements that came after the checkpoint which a run goes on from."""
        if self.metrics.exists():
            with self.metrics.open("r+b") as file:
                file.truncate(size)

    def read_metrics(self, start: Place = START) -> Measured:
        """Return the measurements from a place on, whole lines only; from the start if the file is another by now.

        Raises:
            OSError: If the file is there and cannot be read.
        """
        try:
            with self.metrics.open("rb") as file:
                (is_anew, data), (is_still_anew, again) = _read_from(file, start), _read_from(file, start)
        except FileNotFoundError:
            return Measured([], START, start != START)
        if is_anew != is_still_anew or not again.startswith(data):  # written anew while it was read: the next time
            return Measured([], start, is_anew=False)
        metrics, place = [], START if is_anew else start
        *lines, _half = data.split(b"\n")
        for line in lines:
            found = _measurement(line)
            if found is None:
                break
            metrics.append(found)
            place = Place(place.offset + len(line) + 1, line + b"\n")
        return Measured(metrics, place, is_anew)

    def save_frame(self, update: int, maps: Mapping[str, Mapping[str, npt.NDArray[Any]]]) -> None:
        """Keep the watched picture's maps at an update, as float16.

        Args:
            update: Updates done.
            maps: By network and layer, ``(height, width, channels)``; the first `WATCHED_CHANNELS` are kept.

        Raises:
            OSError: If the disk does not take them.
        """
        self.watched.mkdir(exist_ok=True)
        arrays = {
            f"{network}/{node}": array[..., :WATCHED_CHANNELS].astype(np.float16)
            for network, own in maps.items()
            for node, array in own.items()
        }
        work = self.watched / ".new.npz"
        try:
            with work.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            work.replace(self.watched / f"{update:08d}.npz")
        except OSError:
            work.unlink(missing_ok=True)
            raise
        frames = self.frames()
        if len(frames) > MAX_FRAMES:
            for old in frames[1:-1:2]:
                (self.watched / f"{old:08d}.npz").unlink(missing_ok=True)

    def frames(self) -> list[int]:
        """Return the updates at which the watched picture's maps were kept."""
        return sorted(int(path.stem) for path in self.watched.glob("[0-9]*.npz")) if self.watched.is_dir() else []

    def load_frame(self, update: int) -> dict[str, dict[str, npt.NDArray[np.float32]]]:
        """Return an update's maps by network and layer, float32 ``(height, width, channels)``; nothing if they are gone."""
        found: dict[str, dict[str, npt.NDArray[np.float32]]] = {}
        try:
            with np.load(self.watched / f"{update:08d}.npz", allow_pickle=False) as file:
                for name in file.files:
                    network, _slash, node = name.partition("/")
                    found.setdefault(network, {})[node] = file[name].astype(np.float32)
        except (OSError, ValueError):
            return {}
        return found


def _read_from(file: IO[bytes], start: Place) -> tuple[bool, bytes]:
    """Return whether another line ends at a place by now, and what follows: the place, or the file's start then."""
    file.seek(start.offset - len(start.line))
    is_anew = file.read(len(start.line)) != start.line
    file.seek(0 if is_anew else start.offset)
    return is_anew, file.read()


def _measurement(line: bytes) -> Metrics | None:
    """Return what a line of the file says; None if it is no whole line of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"network", "update"} <= found.keys() else None
