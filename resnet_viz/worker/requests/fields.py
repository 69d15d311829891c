"""The effective receptive fields of layers on a picture."""

from dataclasses import dataclass

from resnet_viz.results import EffectiveField
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.wire import Array


@dataclass(frozen=True)
class EffectiveFields(Request[list[EffectiveField]]):
    """See `resnet_viz.attribution.effective_field`.

    Attributes:
        picture: float32 ``(height, width, channels)``, preprocessed.
        nodes: Layers with a map.
    """

    picture: Array
    nodes: list[str]

    def answer(self, bench: Bench) -> list[EffectiveField]:
        """Return the field of each layer's middle cell."""
        from resnet_viz.attribution.effective_field import effective_fields

        return list(effective_fields(bench.scores.activation_model, self.picture, self.nodes, bench.publish))
