"""The model worker: ``python -m resnet_viz.worker``, a process that imports Keras so that the server need not.

It reads requests on standard input and answers on standard output; a thread reads ahead so that requests withdrawn
while they wait are dropped. It ends when its input does, so it cannot outlive its server.
"""

import json
import os
import sys
import threading
import traceback
from collections import OrderedDict
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any

from resnet_viz.errors import CancelledError, ResNetVizError, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import use_language
from resnet_viz.weights.content import content_of
from resnet_viz.worker.line import Line
from resnet_viz.worker.process import TAKEN
from resnet_viz.worker.wire import Message, read_message, write_message

# A ResNet50 with both compiled functions and a few cached pictures is about 0.5 GB.
MAX_PROBES = 3
# ResNet-152 at 512 px; a gradient takes about twice of it for a moment.
MAX_NETWORK_BYTES = 2 * 2**30
# Requests for maps that are computed at once; more than the cores of a laptop gain nothing.
SIDE_BY_SIDE = 2
# Keras keeps about 1.8 MB of every model it ever built: after this many the process is replaced.
MAX_BUILDS = 60


def _gone() -> str:
    return _("The weights file is not on the server any more: upload it again, or choose random weights.")


def _end_if_broken(future: Future[None]) -> None:
    """End the process on a mistake of ours, as one outside a thread would: its server starts another."""
    error = future.exception()
    if error is not None:
        traceback.print_exception(error)
        os._exit(1)


def _key(header: dict[str, Any]) -> str:
    """Return what tells networks apart: the specification, and the bytes of the weights wherever they lie."""
    weights = header.get("weights")
    return json.dumps([header["spec"], weights and weights[1]], sort_keys=True)


def _arrays(path: str, sha256: str) -> dict[str, Any]:
    """Return the arrays of a file.

    Raises:
        OSError: If it is gone.
        WeightsError: If it holds other bytes than those that are meant, or is damaged.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 - of the optional model part
    from safetensors.numpy import load_file  # noqa: PLC0415 - as above

    content = content_of(Path(path))
    try:
        arrays: dict[str, Any] = load_file(path)
    except SafetensorError as error:
        raise WeightsError(broken_rule("weights", _("a safetensors file"), Path(path).name)) from error
    if content.sha256 != sha256 or content_of(Path(path)) != content:
        raise WeightsError(_("These weights were written anew a moment ago: reload the page."))
    return arrays


class Worker:
    """Answers requests, those first whose network stands; the newest networks stay built."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        self._line = Line()
        self._cancelled: set[int] = set()
        self._networks: OrderedDict[str, Any] = OrderedDict()
        self._asking = 0
        self._builds = 0
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
            while self._builds < MAX_BUILDS:
                request = self._line.take(self._is_light)
                if request is None:
                    return
                if self._is_light(request):
                    future = pool.submit(self._serve_one, request)
                    future.add_done_callback(_end_if_broken)
                    running.add(future)
                    if len(running) == SIDE_BY_SIDE:
                        running = wait(running, return_when=FIRST_COMPLETED).not_done
                else:
                    wait(running)
                    self._serve_one(request)
            wait(running)

    def _is_light(self, request: Message) -> bool:
        """Return whether a request asks for maps that a compiled function gives."""
        header = request.header
        if header["op"] != "activations" or header.get("surgery"):
            return False
        network = self._networks.get(_key(header))
        return network is not None and network.probe.is_ready_for(header["nodes"])

    def _serve_one(self, request: Message) -> None:
        """Answer a request, once and in any case: who it is for counts on it, also where nobody waits any more."""
        number = request.header["id"]
        if number in self._cancelled:
            self._write({"id": number, "ok": False, "error": CancelledError.__name__, "sentence": ""})
        else:
            self._write({"id": number, "progress": TAKEN, "share": 0.0})
            self._answer(request)
        self._cancelled.discard(number)

    def _read(self) -> None:
        while (message := read_message(self._source)) is not None:
            if message.header["op"] == "cancel":
                self._cancelled.add(message.header["target"])
            else:
                self._line.put(message)
        self._line.close()
        os._exit(0)  # the server is gone: nobody waits for the answer being computed

    def _import_backend(self) -> None:
        import keras  # noqa: PLC0415 - takes seconds, and the reader must already listen

        self._write({"id": 0, "ok": True, "backend": keras.backend.backend(), "keras": keras.__version__})

    def _answer(self, request: Message) -> None:
        number = request.header["id"]
        use_language(request.header.get("language", "en"))
        try:
            header, arrays = self._result(request)
        except ResNetVizError as error:
            header, arrays = {"ok": False, "error": type(error).__name__, "sentence": str(error)}, {}
        except OSError:  # the weights' owner deleted them a moment ago
            header, arrays = {"ok": False, "error": "WeightsError", "sentence": _gone()}, {}
        except MemoryError:
            header, arrays = {"ok": False, "error": "MemoryError", "sentence": ""}, {}
        self._write({"id": number, **header}, arrays)

    def _write(self, header: dict[str, Any], arrays: dict[str, Any] | None = None) -> None:
        with self._writing:
            write_message(self._sink, header, arrays)

    def _result(self, request: Message) -> tuple[dict[str, Any], dict[str, Any]]:
        from resnet_viz.worker.answers import Context, answer  # noqa: PLC0415 - imports Keras

        header, number = request.header, request.header["id"]

        def tell(share: float) -> None:
            """Hear whether the request was withdrawn, and say how far it is."""
            if number in self._cancelled:
                raise CancelledError(_("Cancelled."))
            self._write({"id": number, "progress": header["op"], "share": share})

        scores = self._scores(header)
        found, arrays = answer(Context(scores, header, request.arrays, tell))
        return {"ok": True, **found}, arrays

    def _scores(self, header: dict[str, Any]) -> Any:
        from resnet_viz.model.probe import Probe  # noqa: PLC0415 - imports Keras
        from resnet_viz.model.scores import Scores  # noqa: PLC0415 - as above
        from resnet_viz.spec import ResNetSpec  # noqa: PLC0415 - kept beside its only use

        key, weights = _key(header), header.get("weights")
        self._asking = header["id"]
        if key not in self._networks:
            arrays = _arrays(*weights) if weights else None
            spec = ResNetSpec.from_dict(header["spec"])
            probe = Probe(spec, weights=arrays, on_progress=self._tell_step, max_bytes=MAX_NETWORK_BYTES)
            self._builds += 1
            self._networks[key] = Scores(probe, self._tell_step)
            if len(self._networks) > MAX_PROBES:
                self._networks.popitem(last=False)
        self._networks.move_to_end(key)
        return self._networks[key]

    def _tell_step(self, step: str) -> None:
        """Say to whoever is being served what takes so long; a network outlives the request that built it."""
        self._write({"id": self._asking, "progress": step, "share": 0.0})


def main() -> None:
    """Serve on the process's own pipes; anything that prints goes to standard error instead."""
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    source = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    Worker(source, sink).serve()


if __name__ == "__main__":
    main()
