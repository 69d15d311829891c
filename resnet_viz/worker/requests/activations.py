"""The outputs of layers for a picture."""

from dataclasses import dataclass

from resnet_viz.analysis import network
from resnet_viz.errors import ImageError
from resnet_viz.messages import gettext as _
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.wire import Array

# A block of a ResNet-50 at 512 px. The server holds an answer twice for a moment, and may take 150 MB for it.
MAX_ANSWER_BYTES = 72 * 10**6


@dataclass(frozen=True)
class Activations(Request[dict[str, Array]]):
    """See `resnet_viz.engine.inference.InferenceModel.activations`.

    Attributes:
        picture: float32 ``(height, width, channels)``, preprocessed.
        nodes: Layer ids.
    """

    picture: Array
    nodes: list[str]

    def check(self) -> None:
        """Refuse more maps than the server takes at once.

        Raises:
            ImageError: With the size.
        """
        summary = network(self.network.spec)
        size = sum(summary.record(node).activation_bytes for node in self.nodes)
        if size > MAX_ANSWER_BYTES:
            sentence = _(
                "These maps take {n:.0f} MB, more than the {m:.0f} MB that a page keeps: choose a smaller input."
            )
            raise ImageError(sentence.format(n=size / 1e6, m=MAX_ANSWER_BYTES / 1e6))

    def answer(self, bench: Bench) -> dict[str, Array]:
        """Return the outputs by layer."""
        return bench.network.activations(self.picture, self.nodes)
