"""A network ahead of its first request."""

from dataclasses import dataclass

from resnet_viz.worker.request import Bench, Request


@dataclass(frozen=True)
class Warm(Request[None]):
    """Build and compile the network."""

    def answer(self, bench: Bench) -> None:
        """Compile what shows activations."""
        bench.scores.activation_model.warm()
