"""What the model worker answers to each kind of request. Imports Keras.

An answer is a header of plain JSON values and arrays by name; `compute.questions` is the other side, and knows no Keras.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from resnet_viz.attribution.catalogue import Attribution, Request
from resnet_viz.attribution.depth import depth_profile
from resnet_viz.attribution.effective_field import effective_fields
from resnet_viz.attribution.methods import check_work, explained
from resnet_viz.attribution.sanity import randomised_maps, rank_correlation, stages_from_the_top
from resnet_viz.model.pixel import pixel_steps
from resnet_viz.model.scores import Scores
from resnet_viz.spec.surgery import Surgery, parse_surgery
from resnet_viz.worker.wire import Array

Answer = tuple[dict[str, Any], dict[str, Array]]

# Some minutes of a laptop for all who wait: the patches of 8 px at every 4th of a ResNet-50 at 224 px are 12e12.
MAX_MACS = 40e12


class Context(NamedTuple):
    """What an answer is made of.

    Attributes:
        scores: The network, with what it has compiled.
        header: The request's.
        arrays: The request's.
        tell: Called with the share that is done, often: it is the worker's sign of life, and raises if the request was
            withdrawn.
    """

    scores: Scores
    header: dict[str, Any]
    arrays: dict[str, Array]
    tell: Callable[[float], None]

    @property
    def surgery(self) -> Surgery:
        """What is done to the network."""
        summary = self.scores.probe.summary
        channels = {record.node.id: record.output_shape[-1] for record in summary.records[1:]}
        return parse_surgery(self.header.get("surgery", ""), summary.graph, channels)


def answer(context: Context) -> Answer:
    """Return the answer to a request; see the functions below for what each kind holds."""
    return _ANSWERS[context.header["op"]](context)


def _warm(context: Context) -> Answer:
    context.scores.probe.warm()
    return {}, {}


def _activations(context: Context) -> Answer:
    """Outputs of layers by id."""
    nodes = context.header["nodes"]
    return {}, context.scores.probe.activations(context.arrays["picture"], nodes, context.surgery)


def _explain(context: Context) -> Answer:
    """One attribution: its numbers in the header, its map as ``values``."""
    check_work(context.scores.probe.summary, _request(context), MAX_MACS)
    found = _explained(context, context.tell, fresh=False)
    return {"score": found.score, "numbers": found.numbers}, {"values": found.values}


def _sanity(context: Context) -> Answer:
    """The same attribution with weights randomised from the top down: maps and rank correlations to the own one."""
    maps: list[Array] = []
    count = 1 + len(stages_from_the_top(context.scores.graph))
    check_work(context.scores.probe.summary, _request(context), MAX_MACS / count)

    def anew() -> Attribution:
        found = _explained(context, lambda share: context.tell((len(maps) + share) / count), fresh=True)
        maps.append(found.values)
        context.tell(len(maps) / count)
        return found

    own = anew().values
    stages, correlations = [], [1.0]
    for stage, found in randomised_maps(context.scores.probe, anew):
        stages.append(stage)
        correlations.append(rank_correlation(own, found.values))
    # NaN is no JSON: a map that is the same everywhere correlates with nothing.
    listed = [None if np.isnan(value) else value for value in correlations]
    return {"stages": stages, "correlations": listed}, {"maps": np.stack(maps)}


def _explained(context: Context, tell: Callable[[float], None], *, fresh: bool) -> Attribution:
    scores = context.scores.operated(context.surgery)
    return explained(scores, context.arrays, _request(context), tell, fresh=fresh)


def _request(context: Context) -> Request:
    return Request(**{name: context.header[name] for name in Request._fields})


def _logits(context: Context) -> Answer:
    """Logits ``(n, classes)`` of pictures ``(n, …)``."""
    return {}, {"logits": context.scores.operated(context.surgery).logits(context.arrays["pictures"])}


def _depth(context: Context) -> Answer:
    """The state of every layer, as rows."""
    pictures = context.arrays["pictures"]
    states = depth_profile(context.scores.probe, pictures, context.header["mode"], context.surgery, context.tell)
    return {"rows": [[*state._replace(statistics=list(state.statistics))] for state in states]}, {}  # type: ignore[arg-type]


def _field(context: Context) -> Answer:
    """Effective receptive fields: sides in the header, gradients as ``fields (n, height, width)``."""
    probe, nodes = context.scores.probe, context.header["nodes"]
    found = list(effective_fields(probe, context.arrays["picture"], nodes, context.tell))
    return {"sides": [field.side_px for field in found]}, {"fields": np.stack([field.gradient for field in found])}


def _pixel(context: Context) -> Answer:
    """The steps of one value; a patch and kernel as arrays ``patch`` and ``kernel`` of the first step."""
    probe, surgery = context.scores.probe, context.surgery
    picture = context.arrays["picture"]

    def arrays_of(node: str) -> dict[str, Any]:
        if not probe.summary.graph.node(node).inputs:
            return {}
        return {variable.name: np.asarray(variable) for variable in probe.model.get_layer(node).weights}

    def maps_of(nodes: list[str]) -> dict[str, Any]:
        return probe.activations(picture, nodes, surgery)

    steps = pixel_steps(probe.summary, arrays_of, maps_of, context.header["node"], tuple(context.header["place"]))
    arrays = {name: array for name in ("patch", "kernel") if (array := getattr(steps[0], name)) is not None}
    rows = [{key: value for key, value in asdict(step).items() if key not in ("patch", "kernel")} for step in steps]
    return {"steps": rows}, arrays


_ANSWERS: dict[str, Callable[[Context], Answer]] = {
    "warm": _warm,
    "activations": _activations,
    "explain": _explain,
    "sanity": _sanity,
    "logits": _logits,
    "depth": _depth,
    "field": _field,
    "pixel": _pixel,
}
