"""The quantities that a lesson may ask for and a walk may tell, by name, and how they are combined.

`resnet_viz.lessons.language` says how a file names one: ``difference(stem.pool_padding=1, macs)``.
"""

from dataclasses import replace
from typing import Literal, NamedTuple

from resnet_viz.analysis import network
from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons import measured, of_cells, of_explanation, of_kinds, of_network, of_run
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.language import Expression, parse
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.spec.changes import with_changes
from resnet_viz.spec.layers import Conv, Dense
from resnet_viz.spec.rules import whole_of

Need = Literal["maps", "probabilities", "run", "explanation", "check"]


class Quantity(NamedTuple):
    """Something that can be asked for.

    Attributes:
        compute: From the grounds and the arguments as they are written.
        fewest: Arguments it cannot do without.
        most: Arguments it takes.
        need: What is measured for it; None where the network or a paper says it.
    """

    compute: of_network.Of
    fewest: int = 0
    most: int = 0
    need: Need | None = None


def value(text: str, grounds: Grounds) -> Value:
    """Return what a quantity comes to on these grounds.

    Raises:
        SpecError: If there is no such quantity, part of the network, or change, or it takes other arguments.
        UnknownLayerError: If the network has no such layer.
    """
    expression = parse(text)
    return _known(expression).compute(grounds, *expression.arguments)


def needs(text: str) -> frozenset[Need]:
    """Return what must be measured for a quantity and for those in its brackets.

    Raises:
        SpecError: As `value`.
    """
    expression = parse(text)
    own = _known(expression).need
    # A bare name may stand for a quantity of each block: `block_with_most(energy_ratio)`.
    bare = {QUANTITIES[name].need for name in expression.arguments if name in QUANTITIES}
    inner = [
        needs(text) for text in expression.arguments if text.endswith(")") and text.partition("(")[0] in QUANTITIES
    ]
    return frozenset(need for need in {own, *bare} if need).union(*inner)


def _known(expression: Expression) -> Quantity:
    found = QUANTITIES.get(expression.name)
    if found is None:
        rule = _("one of the quantities that are computed")
        raise SpecError(broken_rule("quantity", rule, expression.name, did_you_mean(expression.name, QUANTITIES)))
    if not found.fewest <= len(expression.arguments) <= found.most:
        rule = _("{n} to {m} arguments").format(n=found.fewest, m=found.most)
        raise SpecError(broken_rule(expression.name, rule, len(expression.arguments)))
    return found


def amount_of(text: str, grounds: Grounds) -> float:
    """Return what a quantity comes to, where that is a number.

    Raises:
        SpecError: As `value`, or if it is a place or a shape.
    """
    found = value(text, grounds)
    if isinstance(found.amount, str):
        raise SpecError(broken_rule("quantity", _("one that is a number"), text))
    return found.amount


def _share(grounds: Grounds, counted: str, *places: str) -> Value:
    """Return which share of a count some places have together."""
    whole = amount_of(counted, grounds)
    return Value(100 * sum(amount_of(f"{counted}({place})", grounds) for place in places) / whole, "percent")


def _layer_with_most(grounds: Grounds, counted: str) -> Value:
    """Return the layer with most of a count; the first of several."""
    layers = [record.node.id for record in grounds.summary.records]
    return Value(max(layers, key=lambda layer: amount_of(f"{counted}({layer})", grounds)), "place")


def _quotient(grounds: Grounds, upper: str, lower: str) -> Value:
    """Return how many times as large the one is as the other."""
    return Value(amount_of(upper, grounds) / amount_of(lower, grounds), "times")


def _apart(grounds: Grounds, one: str, other: str) -> Value:
    """Return how far two numbers are apart."""
    return Value(abs(amount_of(one, grounds) - amount_of(other, grounds)), value(one, grounds).unit)


def _beside(grounds: Grounds, other: str, quantity: str) -> Value:
    """Return a quantity with another picture, other weights or of another run: ``image:cat``, ``weights:random``."""
    return value(quantity, grounds.beside(other))


def _block_with_most(grounds: Grounds, quantity: str) -> Value:
    """Return the block of which a quantity is largest, among those with a shortcut; the first of several."""
    blocks = [block.name for block in grounds.summary.graph.blocks if block.add]
    if not blocks:
        raise SpecError(broken_rule("network", _("one with shortcuts"), _("none")))
    return Value(max(blocks, key=lambda block: amount_of(f"{quantity}({block})", grounds)), "place")


def _first_block_unlike(grounds: Grounds, name: str) -> Value:
    """Return the first block that has another number of parameters in another preset."""
    other = Grounds(network(preset(name)))
    known = other.summary.graph.block_by_name
    for block in (block.name for block in grounds.summary.graph.blocks):
        own = of_network.totals_of(grounds.summary, block).parameters
        if block not in known or own != of_network.totals_of(other.summary, block).parameters:
            return Value(block, "place")
    raise SpecError(broken_rule("preset", _("one with another block"), name))


def _minus(grounds: Grounds, upper: str, lower: str) -> Value:
    """Return how much more the one is than the other."""
    unit = value(upper, grounds).unit
    return Value(amount_of(upper, grounds) - amount_of(lower, grounds), "points" if unit == "percent" else unit)


def _weights_between(grounds: Grounds, layer: str, width: str) -> Value:
    """Return the weights that a convolution's window has between as many channels as another quantity says."""
    return Value(of_network.convolution(grounds, layer).kernel_size ** 2 * amount_of(width, grounds) ** 2)


def _of(_grounds: Grounds, name: str, quantity: str) -> Value:
    """Return a quantity of another preset, at its own size."""
    return value(quantity, Grounds(network(preset(name))))


def _after(grounds: Grounds, change: str, quantity: str) -> Value:
    """Return a quantity after a change of the specification."""
    return value(quantity, _changed(grounds, change))


def _difference(grounds: Grounds, change: str, quantity: str) -> Value:
    """Return what a change of the specification adds to a quantity."""
    unit = value(quantity, grounds).unit
    added = amount_of(quantity, _changed(grounds, change)) - amount_of(quantity, grounds)
    return Value(added, "points" if unit == "percent" else unit)


def _ratio(grounds: Grounds, change: str, quantity: str) -> Value:
    """Return a quantity after a change of the specification, as a multiple of what it was."""
    return Value(amount_of(quantity, _changed(grounds, change)) / amount_of(quantity, grounds), "times")


def _percent_more(grounds: Grounds, change: str, quantity: str) -> Value:
    """Return by how many percent of it a change of the specification makes a quantity larger."""
    return Value(100 * (float(_ratio(grounds, change, quantity).amount) - 1), "percent", 1)


def _percent_less(grounds: Grounds, change: str, quantity: str) -> Value:
    """Return by how many percent of it a change of the specification makes a quantity smaller."""
    return Value(-float(_percent_more(grounds, change, quantity).amount), "percent", 1)


def _changed(grounds: Grounds, change: str) -> Grounds:
    """Return the grounds after a change in the words of links, as in ``stages.4.blocks=7;input=128;classes=10``."""
    changes = dict(part.partition("=")[::2] for part in change.split(";"))
    side, classes = changes.pop("input", None), changes.pop("classes", None)
    spec: ResNetSpec = with_changes(grounds.summary.graph.spec, changes)
    if side is not None:
        pixels = _whole("input", side)
        spec = replace(spec, input_shape=(pixels, pixels, spec.input_shape[2]))
    if classes is not None:
        spec = replace(spec, classes=_whole("classes", classes))
    return Grounds(network(spec))


def _whole(name: str, text: str) -> int:
    number = whole_of(text)
    if number is None:
        raise SpecError(broken_rule(name, _("a whole number"), text))
    return number


QUANTITIES: dict[str, Quantity] = {
    "parameters": Quantity(of_network.count("parameters"), 0, 1),
    "trainable": Quantity(of_network.count("trainable"), 0, 1),
    "untrained": Quantity(of_network.count("non_trainable"), 0, 1),
    "macs": Quantity(of_network.count("macs"), 0, 1),
    "layers": Quantity(of_network.count("layers"), 0, 1),
    "activation_bytes": Quantity(of_network.count("activation_bytes", "bytes"), 0, 1),
    "weights_bytes": Quantity(of_network.count("parameters", "bytes", 4), 0, 1),
    "convolutions": Quantity(of_network.layers_that(lambda node: isinstance(node.layer, Conv))),
    "dense_layers": Quantity(of_network.layers_that(lambda node: isinstance(node.layer, Dense))),
    "projections": Quantity(of_network.layers_that(of_network.is_projection)),
    "main_convolutions": Quantity(of_network.main_convolutions),
    "branch_convolutions": Quantity(of_network.branch_convolutions, 1, 1),
    "shortcut_parameters": Quantity(of_network.shortcut_parameters, 1, 1),
    "projection": Quantity(of_network.projection, 1, 1),
    "bottleneck_saving": Quantity(of_network.bottleneck_saving, 1, 1),
    "blocks": Quantity(of_network.blocks, 1, 1),
    "sums": Quantity(of_network.sums),
    "paths": Quantity(of_network.paths),
    "paths_without": Quantity(of_kinds.paths_without, 1, 1),
    "relus_on_shortcuts": Quantity(of_kinds.relus_on_shortcuts),
    "biases": Quantity(of_kinds.biases),
    "kernels": Quantity(of_kinds.kernels),
    "batch_norm_parameters": Quantity(of_kinds.batch_norm_parameters),
    "updates_until_half": Quantity(of_kinds.updates_until_half),
    "momentum": Quantity(of_kinds.momentum),
    "output_side": Quantity(of_network.output_side, 1, 1),
    "cells": Quantity(of_network.cells, 1, 1),
    "values": Quantity(of_network.values, 1, 1),
    "channels": Quantity(of_network.channels, 1, 1),
    "shape": Quantity(of_network.shape, 1, 1),
    "window": Quantity(of_network.window, 1, 1),
    "kernel_side": Quantity(of_network.kernel_side, 1, 1),
    "kernel_weights": Quantity(of_network.kernel_weights, 1, 1),
    "weights_between": Quantity(_weights_between, 2, 2),
    "kernel_parameters": Quantity(of_network.kernel_parameters, 1, 1),
    "stride": Quantity(of_network.stride, 1, 1),
    "places": Quantity(of_network.places, 1, 1),
    "frame": Quantity(of_network.frame, 1, 1),
    "receptive_field": Quantity(of_network.receptive_field, 1, 1),
    "step": Quantity(of_network.step, 1, 1),
    "cells_that_cover": Quantity(of_network.cells_that_cover, 1, 1),
    "first_layer_larger_than_the_picture": Quantity(of_network.first_layer_larger_than_the_picture),
    "first_layer_that_covers": Quantity(of_network.first_layer_that_covers),
    "first_block_that_sees_all": Quantity(of_network.first_block_that_sees_all),
    "read_cells": Quantity(of_cells.read_cells, 1, 1),
    "unread_cells": Quantity(of_cells.unread_cells, 1, 1),
    "unread_cell": Quantity(of_cells.unread_cell, 1, 1),
    "taps": Quantity(of_cells.taps, 1, 1),
    "taps_that_meet": Quantity(of_cells.taps_that_meet, 1, 1),
    "field_without_strides": Quantity(of_cells.field_without_strides, 1, 1),
    "smallest_input": Quantity(of_network.smallest_input),
    "share": Quantity(_share, 2, 9),
    "layer_with_most": Quantity(_layer_with_most, 1, 1),
    "quotient": Quantity(_quotient, 2, 2),
    "apart": Quantity(_apart, 2, 2),
    "beside": Quantity(_beside, 2, 2),
    "block_with_most": Quantity(_block_with_most, 1, 1),
    "first_block_unlike": Quantity(_first_block_unlike, 1, 1),
    "minus": Quantity(_minus, 2, 2),
    "of": Quantity(_of, 2, 2),
    "after": Quantity(_after, 2, 2),
    "difference": Quantity(_difference, 2, 2),
    "ratio": Quantity(_ratio, 2, 2),
    "percent_more": Quantity(_percent_more, 2, 2),
    "percent_less": Quantity(_percent_less, 2, 2),
    "published": Quantity(measured.published, 1, 1),
    "energy_ratio": Quantity(measured.energy_ratio, 1, 1, "maps"),
    "below_zero": Quantity(measured.below_zero, 2, 2, "maps"),
    "surgery_effect": Quantity(measured.surgery_effect, 1, 1, "probabilities"),
    "accuracy": Quantity(measured.accuracy, 1, 1, "run"),
    "accuracy_gap": Quantity(measured.accuracy_gap, 0, 0, "run"),
    "updates": Quantity(measured.updates, 0, 0, "run"),
    "classes": Quantity(measured.classes, 0, 0, "run"),
    "chance": Quantity(measured.chance, 0, 0, "run"),
    "first_update": Quantity(of_run.first_update, 0, 0, "run"),
    "gradient_norm": Quantity(of_run.gradient_norm, 2, 3, "run"),
    "gradient_ratio": Quantity(of_run.gradient_ratio, 1, 2, "run"),
    "held_back": Quantity(of_run.held_back, 1, 1, "run"),
    "widest_gap": Quantity(of_run.widest_gap, 1, 1, "run"),
    "certainty": Quantity(of_explanation.certainty, 0, 0, "probabilities"),
    "guessing": Quantity(of_explanation.guessing),
    "score": Quantity(of_explanation.score, 0, 0, "explanation"),
    "score_rise": Quantity(of_explanation.score_rise, 0, 0, "explanation"),
    "map_sum": Quantity(of_explanation.map_sum, 0, 0, "explanation"),
    "lowest_score": Quantity(of_explanation.lowest_score, 0, 0, "explanation"),
    "fall_share": Quantity(of_explanation.fall_share, 0, 0, "explanation"),
    "alike": Quantity(of_explanation.alike, 1, 1, "check"),
    "unlike": Quantity(of_explanation.unlike, 1, 1, "check"),
}
