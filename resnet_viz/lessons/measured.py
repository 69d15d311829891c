"""Quantities that are measured, here and now, and those that others measured and published."""

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.measures import norm, removed_by_relu
from resnet_viz.messages import gettext as _
from resnet_viz.spec.rules import one_of
from resnet_viz.spec.surgery import parse_surgery

# He et al. 2015, arXiv:1512.03385, table 2: top-1 error on ImageNet's validation pictures, 10-crop.
PUBLISHED = {
    "imagenet_error_plain18": Value(27.94, "percent", 2),
    "imagenet_error_plain34": Value(28.54, "percent", 2),
    "imagenet_error_resnet18": Value(27.88, "percent", 2),
    "imagenet_error_resnet34": Value(25.03, "percent", 2),
}


def published(_grounds: Grounds, name: str) -> Value:
    """Return a number of a paper.

    Raises:
        SpecError: If it is not among `PUBLISHED`.
    """
    if name not in PUBLISHED:
        rule = _("a published number that is known here")
        raise SpecError(broken_rule("published", rule, name, did_you_mean(name, PUBLISHED)))
    return PUBLISHED[name]


def energy_ratio(grounds: Grounds, block: str) -> Value:
    """Return ‖F(x)‖ / ‖shortcut(x)‖ of a block on the picture on show.

    Raises:
        SpecError: If the block has no shortcut.
    """
    found = grounds.summary.graph.block(block)
    if found.shortcut is None:
        raise SpecError(broken_rule("block", _("a block with a shortcut"), block))
    maps = grounds.maps([found.branch, found.shortcut])
    side = norm(maps[found.shortcut])
    return Value(norm(maps[found.branch]) / side if side else float("inf"), "times")


_SIGNALS = ("x", "F", "shortcut", "sum", "output")


def below_zero(grounds: Grounds, block: str, signal: str) -> Value:
    """Return the share of the values of one of a block's signals that are below 0, on the picture on show.

    Args:
        grounds: With maps.
        block: Its name.
        signal: x, F, shortcut, sum or output.

    Raises:
        SpecError: If the block has no such signal.
    """
    one_of("signal", signal, _SIGNALS)
    found = grounds.summary.graph.block(block)
    layer = dict(zip(_SIGNALS, (found.input, found.branch, found.shortcut, found.add, found.out), strict=True))[signal]
    if layer is None:
        raise SpecError(broken_rule("block", _("a block with a shortcut"), block))
    return Value(100 * removed_by_relu(grounds.maps([layer])[layer]), "percent")


def surgery_effect(grounds: Grounds, surgery: str) -> Value:
    """Return by how many percentage points a surgery changes the probability of the network's own answer.

    Raises:
        SpecError: If it is no surgery on this network.
    """
    channels = {record.node.id: record.output_shape[-1] for record in grounds.summary.records[1:]}
    parse_surgery(surgery, grounds.summary.graph, channels)
    before, after = grounds.probabilities(""), grounds.probabilities(surgery)
    answer = int(before.argmax())
    return Value(100 * (float(after[answer]) - float(before[answer])), "points")


def accuracy(grounds: Grounds, network: str) -> Value:
    """Return the share of training pictures that a network of the run on show gets right at the end.

    Raises:
        SpecError: If the run has no such network.
    """
    found = grounds.run().accuracies
    if network not in found:
        raise SpecError(broken_rule("network", _("a network of this run"), network, did_you_mean(network, found)))
    return Value(100 * found[network], "percent")


def accuracy_gap(grounds: Grounds) -> Value:
    """Return how many percentage points of training accuracy the residual network is ahead of the plain one.

    Raises:
        SpecError: If the run has not these two.
    """
    ahead, behind = (float(accuracy(grounds, network).amount) for network in ("residual", "plain"))
    return Value(ahead - behind, "points")


def updates(grounds: Grounds) -> Value:
    """Return the number of the last update that all networks of the run on show made."""
    return Value(grounds.run().updates)


def classes(grounds: Grounds) -> Value:
    """Return how many classes the run on show tells apart."""
    return Value(grounds.run().classes)


def chance(grounds: Grounds) -> Value:
    """Return the share of pictures that guessing gets right."""
    return Value(100 / grounds.run().classes, "percent")
