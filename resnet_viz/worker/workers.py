"""Both workers behind one question. Imports neither Keras nor ONNX."""

from typing import TypeVar

from resnet_viz.worker.client import PATIENT, Waiting, WorkerClient
from resnet_viz.worker.request import Engine, Request

R = TypeVar("R")

# Keras holds a gigabyte; a class that explains comes back within a lesson, and one that does not needs it no more.
IDLE_S = 600.0


class Workers:
    """The worker that looks, and the one that takes gradients, which starts with the first question that needs it.

    Attributes:
        clients: Both, by what they compute with.
    """

    def __init__(self, idle_s: float = IDLE_S) -> None:
        """Start none yet; end the gradient worker when nobody has asked it for `idle_s`."""
        self.clients: dict[Engine, WorkerClient] = {
            "looking": WorkerClient("looking"),
            "gradient": WorkerClient("gradient", idle_s=idle_s),
        }

    @property
    def pid(self) -> int | None:
        """The process id of the worker that looks, if it runs."""
        return self.clients["looking"].pid

    def ask(self, request: Request[R], waiting: Waiting = PATIENT) -> R:
        """Return the answer of the worker that a request is for; see `WorkerClient.ask`.

        Raises:
            ResNetVizError: As the worker found, or because it is busy, silent, or cannot start.
        """
        return self.clients[request.engine].ask(request, waiting)

    def close(self) -> None:
        """End both; later requests are refused."""
        for client in self.clients.values():
            client.close()
