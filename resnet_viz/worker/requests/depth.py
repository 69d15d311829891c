"""The state of every layer for one picture."""

from dataclasses import dataclass

from resnet_viz.results import LayerState
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.wire import Array


@dataclass(frozen=True)
class Depth(Request[list[LayerState]]):
    """See `resnet_viz.attribution.depth.depth_profile`.

    Attributes:
        pictures: float32 ``(n, height, width, channels)``, preprocessed; the states are the first one's.
        mode: BatchNorm by its ``moving`` statistics, or by those of the pictures as a ``batch``.
    """

    pictures: Array
    mode: str

    @property
    def is_long(self) -> bool:
        """A batch is several pictures, and every layer of them is measured."""
        return True

    def answer(self, bench: Bench) -> list[LayerState]:
        """Return the states in order of computation."""
        from resnet_viz.attribution.depth import depth_profile

        return depth_profile(bench.network, self.pictures, self.mode, bench.publish)
