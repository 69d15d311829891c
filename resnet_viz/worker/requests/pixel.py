"""How one value of a map came about."""

from dataclasses import dataclass

from resnet_viz.results import PixelStep
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.wire import Array


@dataclass(frozen=True)
class Pixel(Request[list[PixelStep]]):
    """See `resnet_viz.attribution.pixel.pixel_steps`.

    Attributes:
        picture: float32 ``(height, width, channels)``, preprocessed.
        node: The layer.
        place: Row, column, channel; of a vector 0, 0, unit.
    """

    picture: Array
    node: str
    place: tuple[int, int, int]

    def answer(self, bench: Bench) -> list[PixelStep]:
        """Return the steps that made the value; the first one mixed its inputs."""
        from resnet_viz.attribution.pixel import pixel_steps

        network = bench.network
        return pixel_steps(
            network.summary,
            network.arrays_of,
            lambda nodes: network.activations(self.picture, nodes),
            self.node,
            self.place,
        )
