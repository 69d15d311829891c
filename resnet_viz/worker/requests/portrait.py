"""What the weights of a network are like, perhaps beside another set."""

from dataclasses import dataclass

from resnet_viz.analysis import analyse
from resnet_viz.weights.content import Content
from resnet_viz.weights.figures import Portrait, Portraits
from resnet_viz.worker.request import Bench, Request


@dataclass(frozen=True)
class Beside:
    """Another set of weights of the same network.

    Attributes:
        weights: As of `Network`.
    """

    weights: Content | None


@dataclass(frozen=True)
class LookAtWeights(Request[Portraits]):
    """See `resnet_viz.weights.figures`.

    Attributes:
        beside: The set to compare with, if there is one.
    """

    beside: Beside | None = None

    @property
    def is_long(self) -> bool:
        """All weights are read, of a large network or of two."""
        return True

    def answer(self, bench: Bench) -> Portraits:
        """Return the figures of the network's own weights, then those of the others, and what differs."""
        from resnet_viz.subject.pixel_scale import spreads
        from resnet_viz.weights.arrays import arrays_of
        from resnet_viz.weights.figures import bounds_of, changes_of, layer_figures
        from resnet_viz.weights.start import network_arrays

        summary = analyse(self.network.spec)
        sets = [bench.network.arrays]
        if self.beside:
            content = self.beside.weights
            sets.append(network_arrays(summary, arrays_of(content) if content else None))
        bounds = bounds_of(summary, *sets)
        portraits: list[Portrait] = []
        for arrays in sets:
            layers = layer_figures(
                summary, arrays, bounds, lambda share: bench.publish((len(portraits) + share) / len(sets))
            )
            portraits.append(Portrait(layers, arrays["conv1/kernel"], spreads(summary.graph.spec, arrays)))
        changes = changes_of(summary, *sets) if self.beside else []
        return Portraits(portraits[0], portraits[1] if self.beside else None, changes)
