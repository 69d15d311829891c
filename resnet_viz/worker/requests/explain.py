"""One attribution: which parts of a picture speak for a class."""

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_viz.analysis import network
from resnet_viz.attribution.catalogue import AttributionRequest, check_node, needs_keras
from resnet_viz.results import Attribution
from resnet_viz.worker.request import Bench, Engine, Request
from resnet_viz.worker.wire import Array

# Some minutes of a laptop for all who wait: the patches of 8 px at every 4th of a ResNet-50 at 224 px are 12e12.
MAX_MACS = 40e12


@dataclass(frozen=True)
class Explain(Request[Attribution]):
    """See `resnet_viz.attribution.methods.attribute`.

    Attributes:
        pictures: ``picture``, ``black`` and ``white``, preprocessed alike.
        wanted: Method, layer, class, settings.
    """

    pictures: Mapping[str, Array]
    wanted: AttributionRequest

    def check(self) -> None:
        """Refuse a layer that the method cannot look at."""
        check_node(self.wanted, network(self.network.spec))

    @property
    def engine(self) -> Engine:
        """Keras only where a gradient is not known in closed form."""
        return "gradient" if needs_keras(self.wanted, network(self.network.spec).graph) else "looking"

    @property
    def is_long(self) -> bool:
        """Every method but Grad-CAM takes many passes."""
        return self.wanted.method != "gradcam"

    def answer(self, bench: Bench) -> Attribution:
        """Return the attribution, if it takes no more work than others wait for."""
        from resnet_viz.attribution.methods import attribute, check_work

        check_work(bench.network.summary, self.wanted, MAX_MACS)
        return attribute(bench.network, self.pictures, self.wanted, bench.publish)
