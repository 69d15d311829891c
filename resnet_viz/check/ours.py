"""Our graphs in the form of a recording: what the course writes, as the code is tried."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from resnet_viz.analysis.shapes import output_shape
from resnet_viz.check.recorder import Size, Step
from resnet_viz.spec import LayerGraph, ResNetSpec, Stage
from resnet_viz.spec.graph import Node, build_block_graph
from resnet_viz.spec.layers import AveragePool, Conv, Dense, MaxPool, kind_of

_PLACE = re.compile(r"_(?:branch|relu|pad)?(1|2[abc]|add|out)$")


class Trial(NamedTuple):
    """How one block is tried, or stands in a network.

    Attributes:
        projects: Whether it is a convolution block.
        f: Side of the middle kernel.
        filters: Of its three convolutions.
        strides: Of the block.
        size: What it reads.
        name: Stage and letter, such as ``3b``.
    """

    projects: bool
    f: int
    filters: tuple[int, ...]
    strides: int
    size: Size
    name: str


@lru_cache(maxsize=256)
def block_steps(trial: Trial) -> list[Step]:
    """Return our block as steps, its input first; nobody changes them."""
    stage = Stage(blocks=1, convolution_filters=trial.filters, identity_filters=trial.filters, strides=trial.strides)
    spec = ResNetSpec(stages=(stage,), kernel_size=trial.f)
    number, letter = int(trial.name[0]), trial.name[1:]
    graph = build_block_graph(spec, number, letter, projects=trial.projects, strides=trial.strides)
    return steps_of(graph.nodes, {"input": trial.size})


def network_steps(graph: LayerGraph) -> list[Step]:
    """Return a whole network as steps."""
    return steps_of(graph.nodes, {})


def steps_of(nodes: Sequence[Node], sizes: dict[str, Size]) -> list[Step]:
    """Return nodes as steps; `sizes` gives the shapes of nodes that are not to be worked out."""
    made: dict[str, Size] = {}
    steps = []
    for node in nodes:
        made[node.id] = sizes.get(node.id) or output_shape(node.layer, made[node.inputs[0]] if node.inputs else ())
        match = _PLACE.search(node.id)
        name = node.id if node.is_named else ""
        place = match.group(1) if match else node.id
        steps.append(Step(node.id, kind_of(node.layer), _settings(node), node.inputs, made[node.id], name, place=place))
    return steps


def _settings(node: Node) -> dict[str, object]:
    match node.layer:
        case Conv(filters, kernel, strides, padding, use_bias):
            more = {"dilation_rate": 1, "groups": 1, "use_bias": use_bias}
            return {"filters": filters, "kernel_size": kernel, "strides": strides, "padding": padding, **more}
        case MaxPool(size, strides) | AveragePool(size, strides):
            return {"pool_size": size, "strides": strides, "padding": "valid"}
        case Dense(units=units):
            return {"units": units, "use_bias": True}
    if kind_of(node.layer) == "batch_norm":
        return {"axis": "channels", "training": None, "center": True, "scale": True}
    if kind_of(node.layer) == "padding":
        return {"size": getattr(node.layer, "size", 0)}
    return {}
