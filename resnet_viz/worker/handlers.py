"""The worker's own side: takes requests from its line, answers each once, says how far it is.

A thread reads ahead, so that requests withdrawn while they wait are dropped.
"""

import os
import pkgutil
import threading
import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from resnet_viz.errors import CancelledError, ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import use_language
from resnet_viz.worker import requests
from resnet_viz.worker.line import Line
from resnet_viz.worker.packing import packed, unpacked
from resnet_viz.worker.process import TAKEN
from resnet_viz.worker.request import KINDS, Bench, Request
from resnet_viz.worker.wire import Array, Message, read_message, write_message

if TYPE_CHECKING:
    from resnet_viz.worker.networks import Networks

for _module in pkgutil.iter_modules(requests.__path__, f"{requests.__name__}."):
    import_module(_module.name)

# Requests for maps that are computed at once; more than the cores of a laptop gain nothing.
SIDE_BY_SIDE = 2
# Keras keeps about 1.8 MB of every model it ever built: after this many the process is replaced.
MAX_BUILDS = 60


class Task(NamedTuple):
    """A request that somebody waits for."""

    number: int
    language: str
    request: Request[Any]


def task_of(message: Message) -> Task:
    """Return what a message asks."""
    header = message.header
    request = unpacked(KINDS[header["op"]], header["request"], message.arrays)
    return Task(header["id"], header["language"], request)


class Worker:
    """Answers requests, those first whose network stands."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        self._line: Line[Task] = Line()
        self._cancelled: set[int] = set()
        self._networks: Networks
        self._asking = 0
        self._writing = threading.Lock()

    def serve(self) -> None:
        """Answer until the input ends or the process is due for replacement.

        Maps of networks that are ready are computed side by side: nothing changes there but a cache with a lock. All
        else, which builds, compiles, or changes weights for a moment, is alone.
        """
        threading.Thread(target=self._read, daemon=True).start()
        self._import_backend()
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            running: set[Future[None]] = set()
            while self._networks.builds < MAX_BUILDS:
                task = self._line.take(self._is_light)
                if task is None:
                    return
                if self._is_light(task):
                    future = pool.submit(self._serve_one, task)
                    future.add_done_callback(_end_if_broken)
                    running.add(future)
                    if len(running) == SIDE_BY_SIDE:
                        running = wait(running, return_when=FIRST_COMPLETED).not_done
                else:
                    wait(running)
                    self._serve_one(task)
            wait(running)

    def _import_backend(self) -> None:
        from resnet_viz.worker.networks import Networks, backend  # noqa: PLC0415 - seconds; the reader must already listen

        self._networks = Networks(self._publish_step)
        self._write({"id": 0, "ok": True, **backend()})

    def _is_light(self, task: Task) -> bool:
        """Return whether a request can be answered at once, beside others."""
        scores = self._networks.find(task.request.network)
        return scores is not None and task.request.is_light(scores)

    def _read(self) -> None:
        try:
            while (message := read_message(self._source)) is not None:
                if message.header["op"] == "cancel":
                    self._cancelled.add(message.header["target"])
                else:
                    self._line.put(task_of(message))
        except Exception as error:
            _end(error)
            raise
        self._line.close()
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

        self._asking = number
        scores = self._networks.build(request.network)
        surgery = request.network.parsed_surgery(scores.activation_model.summary)
        return request.answer(Bench(scores, surgery, publish))

    def _publish_step(self, step: str) -> None:
        """Say to whoever is being served what takes so long; a network outlives the request that built it."""
        self._write({"id": self._asking, "progress": step, "share": 0.0})

    def _write(self, header: dict[str, Any], arrays: dict[str, Array] | None = None) -> None:
        with self._writing:
            write_message(self._sink, header, arrays)


def _end_if_broken(future: Future[None]) -> None:
    if error := future.exception():
        _end(error)


def _end(error: BaseException) -> None:
    """End the process on a mistake of ours in a thread, as one outside would: its server starts another."""
    traceback.print_exception(error)
    os._exit(1)
