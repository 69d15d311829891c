"""Quantities of layers of one kind, and of the ways through a network."""

import math

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons import of_network
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import BatchNorm, Conv, Relu


def paths_without(grounds: Grounds, block: str) -> Value:
    """Return the ways that are left when a block's F(x) is left out.

    Raises:
        SpecError: If the block has no shortcut: nothing is left then.
    """
    if grounds.summary.graph.block(block).add is None:
        raise SpecError(broken_rule("block", _("a block with a shortcut"), block))
    return Value(2 ** (int(of_network.sums(grounds).amount) - 1))


def relus_on_shortcuts(grounds: Grounds) -> Value:
    """Return the ReLUs from the first block's input to the classifier, on the way that takes every shortcut.

    Raises:
        SpecError: If the network has no shortcuts.
    """
    graph = grounds.summary.graph
    shortcuts = {block.add: block.shortcut for block in graph.blocks if block.add and block.shortcut}
    if not shortcuts:
        raise SpecError(broken_rule("network", _("one with shortcuts"), _("none")))
    node, count = graph.nodes[-1], 0
    while node.id != graph.blocks[0].input:
        count += isinstance(node.layer, Relu)
        node = graph.by_id[shortcuts.get(node.id) or node.inputs[0]]
    return Value(count)


def biases(grounds: Grounds) -> Value:
    """Return the biases of all convolutions."""
    return Value(sum(layer.filters for layer in _convolutions(grounds) if layer.use_bias))


def kernels(grounds: Grounds) -> Value:
    """Return the weights of all convolutions without their biases."""
    own = grounds.summary.totals_where(lambda node: isinstance(node.layer, Conv)).parameters
    return Value(own - int(biases(grounds).amount))


def batch_norm_parameters(grounds: Grounds) -> Value:
    """Return the parameters of all BatchNorms, statistics too."""
    return Value(grounds.summary.totals_where(lambda node: isinstance(node.layer, BatchNorm)).parameters)


def updates_until_half(grounds: Grounds) -> Value:
    """Return after how many updates less than half of BatchNorm's start is left: the first n with mⁿ < ½."""
    momentum = grounds.summary.graph.spec.bn_momentum
    if not 0 < momentum < 1:
        raise SpecError(broken_rule("bn_momentum", _("between 0 and 1"), momentum))
    return Value(math.floor(math.log(0.5) / math.log(momentum)) + 1)


def momentum(grounds: Grounds) -> Value:
    """Return the momentum of BatchNorm's moving statistics."""
    return Value(grounds.summary.graph.spec.bn_momentum)


def _convolutions(grounds: Grounds) -> list[Conv]:
    return [node.layer for node in grounds.summary.graph.nodes if isinstance(node.layer, Conv)]
