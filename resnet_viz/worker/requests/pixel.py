"""How one value of a map came about."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from resnet_viz.results import PixelStep
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.wire import Array


@dataclass(frozen=True)
class Pixel(Request[list[PixelStep]]):
    """See `resnet_viz.model.pixel.pixel_steps`.

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
        from resnet_viz.model.pixel import pixel_steps

        activation_model = bench.scores.activation_model

        def arrays_of(node: str) -> dict[str, Any]:
            if not activation_model.summary.graph.node(node).inputs:
                return {}
            return {variable.name: np.asarray(variable) for variable in activation_model.model.get_layer(node).weights}

        def maps_of(nodes: list[str]) -> dict[str, Any]:
            return activation_model.activations(self.picture, nodes, bench.surgery)

        return pixel_steps(activation_model.summary, arrays_of, maps_of, self.node, self.place)
