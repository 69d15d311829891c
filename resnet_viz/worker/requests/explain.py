"""One attribution: which parts of a picture speak for a class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resnet_viz.attribution import catalogue
from resnet_viz.results import Attribution
from resnet_viz.worker.request import Bench, Request
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
    wanted: catalogue.Request

    def answer(self, bench: Bench) -> Attribution:
        """Return the attribution, if it takes no more work than others wait for."""
        from resnet_viz.attribution.methods import check_work

        check_work(bench.scores.activation_model.summary, self.wanted, MAX_MACS)
        return attribution(bench, self.pictures, self.wanted, bench.publish)


def attribution(
    bench: Bench,
    pictures: Mapping[str, Array],
    wanted: catalogue.Request,
    on_share: Callable[[float], None],
    *,
    fresh: bool = False,
) -> Attribution:
    """Return one attribution after the bench's surgery; `fresh` where the weights are others for the moment."""
    from resnet_viz.attribution.methods import attribute

    return attribute(bench.scores.with_surgery(bench.surgery), pictures, wanted, on_share, fresh=fresh)
