"""A network ahead of its first request."""

from dataclasses import dataclass

from resnet_viz.worker.request import Bench, Request


@dataclass(frozen=True)
class Warm(Request[None]):
    """Prepare the network and what shows its maps."""

    def answer(self, bench: Bench) -> None:
        """Prepare both."""
        bench.network.warm()
