"""The same attribution with weights randomised from the top down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_viz.analysis import network
from resnet_viz.attribution.catalogue import AttributionRequest, check_node, needs_keras
from resnet_viz.results import Sanity
from resnet_viz.worker.request import Bench, Engine, Request
from resnet_viz.worker.requests.explain import MAX_MACS
from resnet_viz.worker.wire import Array

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel


@dataclass(frozen=True)
class CheckSanity(Request[Sanity]):
    """See `resnet_viz.attribution.sanity`; fields as of `Explain`."""

    pictures: Mapping[str, Array]
    wanted: AttributionRequest

    def check(self) -> None:
        """Refuse a layer that the method cannot look at."""
        check_node(self.wanted, network(self.network.spec))

    @property
    def engine(self) -> Engine:
        """That of the map itself."""
        return "gradient" if needs_keras(self.wanted, network(self.network.spec).graph) else "looking"

    @property
    def is_long(self) -> bool:
        """A map for every stage."""
        return True

    def answer(self, bench: Bench) -> Sanity:
        """Return the maps and their rank correlations to the network's own."""
        from resnet_viz.attribution.methods import attribute, check_work
        from resnet_viz.attribution.sanity import checked, stages_from_the_top

        done = 0
        count = 1 + len(stages_from_the_top(bench.network.graph))
        check_work(bench.network.summary, self.wanted, MAX_MACS / count)

        def on_share(share: float) -> None:
            bench.publish((done + share) / count)

        def anew(network: "InferenceModel") -> Array:
            nonlocal done
            found = attribute(network, self.pictures, self.wanted, on_share).values
            done += 1
            on_share(0.0)
            return found

        return checked(bench.network, anew)
