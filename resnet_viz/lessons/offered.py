"""Quantities by what they mean, for whoever writes a lesson: those of the whole network and of what is looked at."""

from typing import NamedTuple

from resnet_viz.errors import ResNetVizError
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.quantities import value
from resnet_viz.messages import N_
from resnet_viz.messages import gettext as _


class Place(NamedTuple):
    """What is looked at.

    Attributes:
        layer: A layer's id.
        block: A block's name.
        stage: The number of its stage.
    """

    layer: str
    block: str
    stage: int


class Offered(NamedTuple):
    """A quantity to choose.

    Attributes:
        meaning: What it is.
        value: What it comes to now; None where it is measured when the lesson runs.
    """

    meaning: str
    value: Value | None


MEANINGS: dict[str, str] = {
    "parameters({block})": N_("parameters of block {block}"),
    "macs({block})": N_("MACs of block {block}"),
    "branch_convolutions({block})": N_("convolutions in F(x) of block {block}"),
    "shortcut_parameters({block})": N_("parameters on the shortcut of block {block}"),
    "projection({block})": N_("the projection of block {block}"),
    "energy_ratio({block})": N_("strength of F(x) beside that of the shortcut, block {block}"),
    "surgery_effect(drop:{block})": N_("what the answer loses when block {block} is switched off"),
    "parameters({layer})": N_("parameters of {layer}"),
    "macs({layer})": N_("MACs of {layer}"),
    "kernel_weights({layer})": N_("weights of {layer} without biases"),
    "output_side({layer})": N_("side of the output of {layer}"),
    "cells({layer})": N_("cells in one channel of {layer}"),
    "channels({layer})": N_("channels of {layer}"),
    "receptive_field({layer})": N_("pixels along a side that a cell of {layer} sees"),
    "step({layer})": N_("pixels between neighbouring cells of {layer}"),
    "cells_that_cover({layer})": N_("cells along a side of {layer} that see the whole picture"),
    "read_cells({layer})": N_("cells of {layer} that the next layer uses"),
    "unread_cells({layer})": N_("cells of {layer} that no layer uses"),
    "accuracy(residual)": N_("training pictures that the residual network of this run gets right"),
    "accuracy(plain)": N_("training pictures that the plain network of this run gets right"),
    "accuracy_gap": N_("how far the residual network of this run is ahead"),
    "updates": N_("updates of this run"),
    "parameters(stage {stage})": N_("parameters of stage {stage}"),
    "macs(stage {stage})": N_("MACs of stage {stage}"),
    "share(parameters, stage {stage})": N_("share of the parameters in stage {stage}"),
    "share(macs, stage {stage})": N_("share of the MACs in stage {stage}"),
    "parameters": N_("parameters of the network"),
    "macs": N_("MACs of the network"),
    "layers": N_("layers of the network"),
    "main_convolutions": N_("convolutions on the main path"),
    "projections": N_("projections on shortcuts"),
    "sums": N_("sums, where a shortcut is added"),
    "paths": N_("paths through all sums"),
    "activation_bytes": N_("memory of all outputs for one picture"),
    "weights_bytes": N_("memory of all weights"),
    "smallest_input": N_("side of the smallest picture that gets through"),
    "first_layer_that_covers": N_("first layer of which a cell sees the whole picture"),
    "first_block_that_sees_all": N_("first block of which every cell sees the whole picture"),
    "layer_with_most(parameters)": N_("layer with most parameters"),
    "layer_with_most(macs)": N_("layer with most MACs"),
}
"""What the quantities mean that are offered, the nearest first, with what they are asked about in braces; any other one can be written."""

_OF_A_RUN = ("accuracy(residual)", "accuracy(plain)", "accuracy_gap", "updates")


def offered(grounds: Grounds, place: Place, *, has_run: bool) -> dict[str, Offered]:
    """Return what can be asked for at a view, as a file names it, with what it comes to.

    Args:
        grounds: The network.
        place: What is looked at.
        has_run: Whether a run is on show.
    """
    found = {}
    for template, meaning in MEANINGS.items():
        if template in _OF_A_RUN and not has_run:
            continue
        about = place._asdict()
        quantity = template.format(**about)
        try:
            found[quantity] = Offered(_(meaning).format(**about), value(quantity, grounds))
        except LookupError:
            found[quantity] = Offered(_(meaning).format(**about), None)
        except ResNetVizError:  # this block has no projection, this layer no kernel
            continue
    return found
