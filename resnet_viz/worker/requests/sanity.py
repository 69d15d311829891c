"""The same attribution with weights randomised from the top down."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resnet_viz.attribution import catalogue
from resnet_viz.results import Attribution, Sanity
from resnet_viz.worker.request import Bench, Request
from resnet_viz.worker.requests.explain import MAX_MACS, attribution
from resnet_viz.worker.wire import Array


@dataclass(frozen=True)
class CheckSanity(Request[Sanity]):
    """See `resnet_viz.attribution.sanity`; fields as of `Explain`."""

    pictures: Mapping[str, Array]
    wanted: catalogue.Request

    def answer(self, bench: Bench) -> Sanity:
        """Return the maps and their rank correlations to the network's own."""
        from resnet_viz.attribution.methods import check_work
        from resnet_viz.attribution.sanity import randomised_maps, rank_correlation, stages_from_the_top

        maps: list[Array] = []
        count = 1 + len(stages_from_the_top(bench.scores.graph))
        check_work(bench.scores.activation_model.summary, self.wanted, MAX_MACS / count)

        def on_share(share: float) -> None:
            bench.publish((len(maps) + share) / count)

        def anew() -> Attribution:
            found = attribution(bench, self.pictures, self.wanted, on_share, fresh=True)
            maps.append(found.values)
            bench.publish(len(maps) / count)
            return found

        own = anew().values
        stages, correlations = [], [1.0]
        for stage, found in randomised_maps(bench.scores.activation_model, anew):
            stages.append(stage)
            correlations.append(rank_correlation(own, found.values))
        # NaN is no JSON: a map that is the same everywhere correlates with nothing.
        return Sanity(stages, np.stack(maps), [None if np.isnan(value) else value for value in correlations])
