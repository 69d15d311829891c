"""The effective receptive fields of layers on a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from resnet_viz.results import EffectiveField
from resnet_viz.worker.request import Bench, Engine, Request
from resnet_viz.worker.wire import Array

if TYPE_CHECKING:
    from resnet_viz.model.gradient_model import GradientModel


@dataclass(frozen=True)
class EffectiveFields(Request[list[EffectiveField]]):
    """See `resnet_viz.attribution.effective_field`.

    Attributes:
        picture: float32 ``(height, width, channels)``, preprocessed.
        nodes: Layers with a map.
    """

    picture: Array
    nodes: list[str]

    @property
    def engine(self) -> Engine:
        """Gradients from the middle of the network back to the picture."""
        return "gradient"

    def answer(self, bench: Bench) -> list[EffectiveField]:
        """Return the field of each layer's middle cell."""
        from resnet_viz.attribution.effective_field import effective_fields

        network = cast("GradientModel", bench.network)  # of this worker all are
        return list(effective_fields(network, self.picture, self.nodes, bench.publish))
