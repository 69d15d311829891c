"""The whole account of a network: one record per layer, and totals that are the sums of the records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from resnet_viz.analysis.cost import activation_bytes, multiply_accumulates, parameter_counts
from resnet_viz.analysis.receptive_field import ReceptiveField, input_field, output_field
from resnet_viz.analysis.shapes import output_shape
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.graph import LayerGraph, Node, build_graph
from resnet_viz.spec.layers import Add, ChannelPad, Conv, Shape
from resnet_viz.spec.rules import of_stage
from resnet_viz.spec.schema import MAX_SIDE_PX, ResNetSpec

# A float32 model of this size is 1.2 GB, and training needs four times that: more than a school laptop has.
MAX_PARAMETERS = 300_000_000
# One picture's activations; beyond this a forward pass alone fills a laptop's memory.
MAX_ACTIVATION_BYTES = 4 * 2**30


class LayerRecord(NamedTuple):
    """The account of one layer for one picture.

    Attributes:
        node: The layer in its place.
        input_shape: Shape of its first input; its own for the input.
        output_shape: Shape it gives.
        trainable: Parameters that training changes.
        non_trainable: Parameters that it does not (moving statistics).
        macs: Multiply-accumulates (convolutions and dense layers).
        activation_bytes: Bytes of its output in float32.
        field: Its receptive field on the picture, px.
    """

    node: Node
    input_shape: Shape
    output_shape: Shape
    trainable: int
    non_trainable: int
    macs: int
    activation_bytes: int
    field: ReceptiveField

    @property
    def parameters(self) -> int:
        """All parameters of the layer."""
        return self.trainable + self.non_trainable


class Totals(NamedTuple):
    """Sums over some layers."""

    layers: int
    trainable: int
    non_trainable: int
    macs: int
    activation_bytes: int

    @property
    def parameters(self) -> int:
        """All parameters."""
        return self.trainable + self.non_trainable


@dataclass(frozen=True)
class NetworkSummary:
    """A network and its account, layer by layer in order of computation."""

    graph: LayerGraph
    records: tuple[LayerRecord, ...]

    @cached_property
    def by_id(self) -> dict[str, LayerRecord]:
        """Records by layer id."""
        return {record.node.id: record for record in self.records}

    @cached_property
    def totals(self) -> Totals:
        """Sums over all layers."""
        return total(self.records)

    def record(self, node_id: str) -> LayerRecord:
        """Return a layer's record.

        Raises:
            UnknownLayerError: If the network has no such layer.
        """
        return self.by_id[self.graph.node(node_id).id]

    @property
    def main_path_convolutions(self) -> int:
        """Convolutions that are not on a shortcut: with the dense layer, what the 50 in ResNet-50 counts."""
        return sum(isinstance(node.layer, Conv) and node.path != "shortcut" for node in self.graph.nodes)

    def stage_totals(self) -> dict[int, Totals]:
        """Return sums per stage: 1 is the stem, 0 the head."""
        stages = dict.fromkeys(record.node.stage for record in self.records)
        return {stage: self.totals_where(lambda node, s=stage: node.stage == s) for stage in stages}  # type: ignore[misc]

    def totals_where(self, keep: Callable[[Node], bool]) -> Totals:
        """Return sums over the layers whose node `keep` accepts."""
        return total(record for record in self.records if keep(record.node))


def total(records: Iterable[LayerRecord]) -> Totals:
    """Return the sums of records."""
    rows = list(records)
    return Totals(
        len(rows),
        sum(row.trainable for row in rows),
        sum(row.non_trainable for row in rows),
        sum(row.macs for row in rows),
        sum(row.activation_bytes for row in rows),
    )


def analyse(spec: ResNetSpec) -> NetworkSummary:
    """Return the account of a network.

    Raises:
        SpecError: If a map becomes too small for a layer, two paths cannot be added, or the network would not fit
            into the memory of the machine.
    """
    return analyse_graph(build_graph(spec))


def analyse_graph(graph: LayerGraph) -> NetworkSummary:
    """Return the account of a graph; see `analyse`."""
    shapes: dict[str, Shape] = {}
    seen: dict[str, ReceptiveField] = {}
    records: list[LayerRecord] = []
    for node in graph.nodes:
        layer = node.layer
        inputs = [shapes[name] for name in node.inputs]
        out = output_shape(layer, inputs[0] if inputs else ())
        shape = inputs[0] if inputs else out
        if out is not shape or len(inputs) > 1:
            _check_shape(graph.spec, node, inputs, out)
        field = output_field(layer, [seen[name] for name in node.inputs], shape) if inputs else input_field()
        shapes[node.id], seen[node.id] = out, field
        trainable, fixed = parameter_counts(layer, shape)
        macs = multiply_accumulates(layer, shape, out)
        records.append(LayerRecord(node, shape, out, trainable, fixed, macs, activation_bytes(out), field))
    summary = NetworkSummary(graph, tuple(records))
    _check_size(summary)
    return summary


@lru_cache(maxsize=128)
def network(spec: ResNetSpec) -> NetworkSummary:
    """Return the account of a specification, computed once (about 1 ms).

    Raises:
        SpecError: As `analyse`.
    """
    return analyse(spec)


def smallest_side(spec: ResNetSpec) -> int | None:
    """Return the smallest side of a square picture that reaches the classifier, px, or None within the limit."""
    low, high = 1, MAX_SIDE_PX + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _starving(spec, middle) is None else (middle + 1, high)
    return low if low <= MAX_SIDE_PX else None


def _starving(spec: ResNetSpec, side: int) -> Node | None:
    """Return the first layer whose window does not fit at that input side."""
    shapes: dict[str, Shape] = {}
    for node in build_graph(replace(spec, input_shape=(side, side, spec.input_shape[2]))).nodes:
        out = output_shape(node.layer, shapes[node.inputs[0]] if node.inputs else ())
        if min(out) < 1:
            return node
        shapes[node.id] = out
    return None


def _check_shape(spec: ResNetSpec, node: Node, inputs: list[Shape], out: Shape) -> None:
    if min(out) < 1:
        side = smallest_side(spec)
        rule = _("at least {side}×{side} for this network").format(side=side) if side else _("larger")
        cause = _(
            "`{layer}` needs a {size}×{size} map and gets {height}×{width}: take a larger picture, "
            "fewer strides, or global average pooling."
        ).format(
            layer=node.id,
            size=getattr(node.layer, "pool_size", getattr(node.layer, "kernel_size", 1)),
            height=inputs[0][0],
            width=inputs[0][1],
        )
        received = "×".join(map(str, spec.input_shape[:2]))
        raise SpecError(broken_rule("input_shape", rule, received, cause))
    if isinstance(node.layer, ChannelPad) and node.layer.filters < inputs[0][2]:
        advice = _("Option A can only add channels of zeros: widen the stage, or project with a convolution.")
        rule = _("at least {n}, the channels that come in").format(n=inputs[0][2])
        raise SpecError(broken_rule(of_stage(node.stage, "filters"), rule, node.layer.filters, advice))
    if isinstance(node.layer, Add) and inputs[0] != inputs[1]:
        advice = _("Turn shortcuts off, or let the first block project.")
        raise SpecError(broken_rule(node.id, _("a sum of two equal shapes"), inputs, advice))


def _check_size(summary: NetworkSummary) -> None:
    totals = summary.totals
    if totals.parameters > MAX_PARAMETERS:
        advice = _("Choose fewer filters, blocks or classes, a smaller width, or global average pooling.")
        rule = _("at most {n} parameters").format(n=f"{MAX_PARAMETERS:,}")
        raise SpecError(broken_rule("network", rule, totals.parameters, advice))
    if totals.activation_bytes > MAX_ACTIVATION_BYTES:
        advice = _("Choose a smaller picture or fewer filters.")
        rule = _("at most {n} bytes of activations for one picture").format(n=f"{MAX_ACTIVATION_BYTES:,}")
        raise SpecError(broken_rule("network", rule, totals.activation_bytes, advice))
