"""The worker's own side: takes requests from its line, answers each once, says how far it is.

A thread reads ahead, so that requests withdrawn while they wait are dropped.
"""

import os
import pkgutil
import threading
import traceback
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from resnet_viz.errors import CancelledError, ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import use_language
from resnet_viz.worker import requests
from resnet_viz.worker.engines import loaded
from resnet_viz.worker.line import Line
from resnet_viz.worker.packing import packed, unpacked
from resnet_viz.worker.process import TAKEN
from resnet_viz.worker.request import KINDS, Bench, Engine, Request
from resnet_viz.worker.wire import Array, Message, read_message, write_message

if TYPE_CHECKING:
    from resnet_viz.worker.networks import Networks

for _module in pkgutil.iter_modules(requests.__path__, f"{requests.__name__}."):
    import_module(_module.name)

# Light requests answered at once, beside a long one; more than the cores of a laptop gain nothing.
SIDE_BY_SIDE = 2


class Task(NamedTuple):
    """A request that somebody waits for."""

    number: int
    owner: str
    language: str
    request: Request[Any]


def task_of(message: Message) -> Task:
    """Return what a message asks."""
    header = message.header
    request = unpacked(KINDS[header["op"]], header["request"], message.arrays)
    return Task(header["id"], header["owner"], header["language"], request)


class Worker:
    """Answers requests: light ones side by side, a long one at a time beside them; each kind by turns of those who ask."""

    def __init__(self, source: IO[bytes], sink: IO[bytes], engine: Engine) -> None:
        self._source, self._sink, self._engine = source, sink, engine
        self._long: Line[Task] = Line()
        # Keras computes one thing at a time.
        self._light: Line[Task] = Line() if engine == "looking" else self._long
        self._cancelled: set[int] = set()
        self._networks: Networks
        self._asking = threading.local()
        self._writing = threading.Lock()

    def serve(self) -> None:
        """Answer until the input ends or the process is due for replacement."""
        threading.Thread(target=self._read, daemon=True).start()
        from resnet_viz.worker.networks import Networks  # noqa: PLC0415 - NumPy and more; the reader must already listen

        computing = loaded(self._engine, self._publish_step)
        self._networks = Networks(computing.make, computing.kept_bytes, self._publish_step)
        self._write({"id": 0, "ok": True, "engine": computing.text})
        if self._light is not self._long:
            for _number in range(SIDE_BY_SIDE):
                threading.Thread(target=self._serve_line, args=(self._light,), daemon=True).start()
        self._serve_line(self._long, computing.most_networks)

    def _serve_line(self, line: Line[Task], most_networks: int | None = None) -> None:
        try:
            while most_networks is None or self._networks.builds < most_networks:
                task = line.take(self._is_ready)
                if task is None:
                    return
                self._serve_one(task)
        except BaseException as error:
            _end(error)
            raise

    def _is_ready(self, task: Task) -> bool:
        return self._networks.stands(task.request.network)

    def _read(self) -> None:
        try:
            while (message := read_message(self._source)) is not None:
                if message.header["op"] == "cancel":
                    self._cancelled.add(message.header["target"])
                else:
                    task = task_of(message)
                    (self._long if task.request.is_long else self._light).put(task, task.owner)
        except Exception as error:
            _end(error)
            raise
        os._exit(0)  # the server is gone: nobody waits for the answer being computed

    def _serve_one(self, task: Task) -> None:
        """Answer a request, once and in any case: who it is for counts on it, also where nobody waits any more."""
        number = task.number
        if number in self._cancelled:
            self._write({"id": number, "ok": False, "error": CancelledError.__name__, "sentence": ""})
        else:
            self._write({"id": number, "progress": TAKEN, "share": 0.0})
            use_language(task.language)
            self._write(*self._answer(task))
        self._cancelled.discard(number)

    def _answer(self, task: Task) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return the header and the arrays of an answer."""
        arrays: dict[str, Array] = {}
        try:
            header = {"ok": True, "result": packed(self._result(task), arrays)}
        except ResNetVizError as error:
            header = {"ok": False, "error": type(error).__name__, "sentence": str(error)}
        except OSError:  # the weights' owner deleted them a moment ago
            sentence = _("The weights file is not on the server any more: upload it again, or choose random weights.")
            header = {"ok": False, "error": "WeightsError", "sentence": sentence}
        except MemoryError:
            header = {"ok": False, "error": "MemoryError", "sentence": ""}
        return {"id": task.number, **header}, arrays

    def _result(self, task: Task) -> Any:
        number, request = task.number, task.request

        def publish(share: float) -> None:
            """Hear whether the request was withdrawn, and say how far it is."""
            if number in self._cancelled:
                raise CancelledError(_("Cancelled."))
            self._write({"id": number, "progress": request.kind, "share": share})

        self._asking.number = number
        network = self._networks.prepared(request.network)
        surgery = request.network.parsed_surgery(network.summary)
        return request.answer(Bench(network.after(surgery), publish))

    def _publish_step(self, step: str) -> None:
        """Say to whoever is being served what takes so long; a network outlives the request that built it."""
        self._write({"id": self._asking.number, "progress": step, "share": 0.0})

    def _write(self, header: dict[str, Any], arrays: dict[str, Array] | None = None) -> None:
        with self._writing:
            write_message(self._sink, header, arrays)


def _end(error: BaseException) -> None:
    """End the process on a mistake of ours in a thread, as one outside would: its server starts another."""
    traceback.print_exception(error)
    os._exit(1)
