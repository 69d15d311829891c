"""Quantities by what they mean, for whoever writes a lesson: those of the whole network and of what is looked at."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from resnet_viz.errors import ResNetVizError, SpecError
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.quantities import needs, value
from resnet_viz.messages import N_
from resnet_viz.messages import gettext as _


class Place(NamedTuple):
    """What is looked at.

    Attributes:
        layer: A layer's id.
        block: A block's name.
        stage: The number of its stage.
        page: The page's path.
        networks: The networks of the run on show, by name; none without a run.
    """

    layer: str
    block: str
    stage: int
    page: str = ""
    networks: tuple[str, ...] = ()


Kind = Literal["number", "place"]


class Offered(NamedTuple):
    """A quantity to choose.

    Attributes:
        meaning: What it is.
        value: What it comes to now; None where it is measured when the lesson runs.
        kind: What it can be asked as.
    """

    meaning: str
    value: Value | None
    kind: Kind


MEANINGS: dict[str, str] = {
    "parameters({block})": N_("parameters of block {block}"),
    "macs({block})": N_("MACs of block {block}"),
    "branch_convolutions({block})": N_("convolutions in F(x) of block {block}"),
    "shortcut_parameters({block})": N_("parameters on the shortcut of block {block}"),
    "projection({block})": N_("the projection of block {block}"),
    "energy_ratio({block})": N_("strength of F(x) beside that of the shortcut, block {block}"),
    "below_zero({block}, F)": N_("share of the values of F(x) that are below zero, block {block}"),
    "surgery_effect(drop:{block})": N_("what the answer loses when block {block} is switched off"),
    "paths_without({block})": N_("paths that are left without F(x) of block {block}"),
    "bottleneck_saving({block})": N_(
        "how many times the weights of F(x) two wide convolutions would have, block {block}"
    ),
    "parameters({layer})": N_("parameters of {layer}"),
    "macs({layer})": N_("MACs of {layer}"),
    "kernel_weights({layer})": N_("weights of {layer} without biases"),
    "kernel_side({layer})": N_("side of the window of {layer}"),
    "stride({layer})": N_("stride of {layer}"),
    "places({layer})": N_("places along a side at which the window of {layer} fits"),
    "taps({layer})": N_("cells of the window of {layer}"),
    "taps_that_meet({layer})": N_("cells of the window of {layer} that meet its input, not the zeros around it"),
    "frame({layer})": N_("zeros that {layer} puts at each edge"),
    "output_side({layer})": N_("side of the output of {layer}"),
    "cells({layer})": N_("cells in one channel of {layer}"),
    "channels({layer})": N_("channels of {layer}"),
    "values({layer})": N_("values in the output of {layer}"),
    "receptive_field({layer})": N_("pixels along a side that a cell of {layer} sees"),
    "field_without_strides({layer})": N_(
        "pixels along a side that a cell of {layer} would see if no stride were larger than one"
    ),
    "step({layer})": N_("pixels between neighbouring cells of {layer}"),
    "cells_that_cover({layer})": N_("cells along a side of {layer} that see the whole picture"),
    "read_cells({layer})": N_("cells of {layer} that the next layer uses"),
    "unread_cells({layer})": N_("cells of {layer} that no layer uses"),
    "unread_cell({layer})": N_("a cell of {layer} that no layer uses"),
    "accuracy({network})": N_("training pictures that network {network} of this run gets right"),
    "held_back({network})": N_("pictures never seen that network {network} of this run gets right"),
    "gradient_ratio({network})": N_("gradient of the first block / of the last block at the end, network {network}"),
    "gradient_ratio({network}, start)": N_(
        "gradient of the first block / of the last block at the start, network {network}"
    ),
    "gradient_norm({network}, first)": N_("how large the first block's gradient is at the end, network {network}"),
    "gradient_norm({network}, last)": N_("how large the last block's gradient is at the end, network {network}"),
    "widest_gap({network})": N_("widest gap between training and inference, network {network}"),
    "accuracy_gap": N_("how far the residual network of this run is ahead"),
    "updates": N_("updates of this run"),
    "first_update": N_("first update of this run that was measured"),
    "classes": N_("classes that this run tells apart"),
    "chance": N_("share of this run's pictures that guessing gets right"),
    "certainty": N_("how sure the network is of its first answer"),
    "guessing": N_("how sure it would be of each class by guessing"),
    "score": N_("score that is explained"),
    "score_rise": N_("by how much the score rises on the way from black (integrated gradients)"),
    "map_sum": N_("sum of the map (integrated gradients)"),
    "lowest_score": N_("score where the square hides most (occlusion)"),
    "fall_share": N_("share of the score that falls where the square hides most (occlusion)"),
    "alike(head)": N_("how alike the map stays when the head is made random"),
    "alike(stem)": N_("how alike the map stays when all is made random"),
    "unlike(stem)": N_("how unlike the map becomes when all is made random"),
    "parameters(stage {stage})": N_("parameters of stage {stage}"),
    "macs(stage {stage})": N_("MACs of stage {stage}"),
    "share(parameters, stage {stage})": N_("share of the parameters in stage {stage}"),
    "share(macs, stage {stage})": N_("share of the MACs in stage {stage}"),
    "blocks(stage {stage})": N_("blocks of stage {stage}"),
    "parameters": N_("parameters of the network"),
    "trainable": N_("parameters that training changes"),
    "untrained": N_("parameters that training does not change"),
    "macs": N_("MACs of the network"),
    "kernels": N_("weights of all convolutions without biases"),
    "biases": N_("biases of all convolutions"),
    "kernel_parameters(1)": N_("parameters of all convolutions with a window of one cell"),
    "kernel_parameters(3)": N_("parameters of all convolutions with a window of three by three cells"),
    "batch_norm_parameters": N_("parameters of all BatchNorms, statistics too"),
    "momentum": N_("momentum of BatchNorm's moving statistics"),
    "updates_until_half": N_("updates until less than half of BatchNorm's start is left"),
    "layers": N_("layers of the network"),
    "main_convolutions": N_("convolutions on the main path"),
    "convolutions": N_("convolutions of the network, projections too"),
    "dense_layers": N_("dense layers of the network"),
    "projections": N_("projections on shortcuts"),
    "sums": N_("sums, where a shortcut is added"),
    "relus_on_shortcuts": N_("ReLUs on the way that takes every shortcut"),
    "paths": N_("paths through all sums"),
    "activation_bytes": N_("memory of all outputs for one picture"),
    "weights_bytes": N_("memory of all weights"),
    "smallest_input": N_("side of the smallest picture that gets through"),
    "first_layer_larger_than_the_picture": N_("first layer of which a cell's window is larger than the picture"),
    "first_layer_that_covers": N_("first layer of which a cell sees the whole picture"),
    "first_block_that_sees_all": N_("first block of which every cell sees the whole picture"),
    "layer_with_most(parameters)": N_("layer with most parameters"),
    "layer_with_most(macs)": N_("layer with most MACs"),
    "block_with_most(parameters)": N_("block with a shortcut that has most parameters"),
    "block_with_most(energy_ratio)": N_("block in which F(x) is strongest beside its shortcut"),
    "published(imagenet_error_plain18)": N_("errors of plain-18 on ImageNet (He et al. 2015)"),
    "published(imagenet_error_plain34)": N_("errors of plain-34 on ImageNet (He et al. 2015)"),
    "published(imagenet_error_resnet18)": N_("errors of ResNet-18 on ImageNet (He et al. 2015)"),
    "published(imagenet_error_resnet34)": N_("errors of ResNet-34 on ImageNet (He et al. 2015)"),
}
"""What the quantities mean that are offered, the nearest first, with what they are asked about in braces; any other one can be written."""

WRITTEN = frozenset(
    {"of", "after", "beside", "difference", "ratio", "percent_more", "percent_less", "minus", "apart", "quotient"}
    | {"weights_between", "first_block_unlike", "shape", "window"}
)
"""What a list cannot hold: quantities made of others, of another network, and texts, which are told and not asked for."""

_PLACES = ("place", "cell")
_SHOWN = {"run", "explanation", "check"}


def offered(grounds: Grounds, place: Place) -> dict[str, Offered]:
    """Return what can be asked for at a view, as a file names it, with what it comes to.

    Args:
        grounds: The network, and the run if one is on show.
        place: What is looked at.
    """
    found = {}
    for template, meaning in MEANINGS.items():
        for network in place.networks if "{network}" in template else ("",):
            about = {"layer": place.layer, "block": place.block, "stage": place.stage, "network": network}
            quantity = template.format(**about)
            offer = _offer(quantity, _(meaning).format(**about), grounds, place)
            if offer:
                found[quantity] = offer
    # What only this view shows is nearest.
    return dict(sorted(found.items(), key=lambda item: not needs(item[0]) & _SHOWN))


def _offer(quantity: str, meaning: str, grounds: Grounds, place: Place) -> Offered | None:
    """Return a quantity as it is offered, None if it does not exist here."""
    if not _is_on_show(quantity, place):
        return None
    try:
        known = value(quantity, grounds)
    except LookupError:
        known = None
    except ResNetVizError:  # this block has no projection, this layer no kernel
        return None
    if known and known.unit == "cell" and place.page != "activations":  # no cell can be clicked elsewhere
        return None
    return Offered(meaning, known, _kind(quantity, known))


def _is_on_show(quantity: str, place: Place) -> bool:
    """Return whether this view shows what the quantity is measured of: a run, an explanation."""
    found = needs(quantity)
    is_explained = not found & {"explanation", "check"} or place.page == "explain"
    return is_explained and ("run" not in found or bool(place.networks))


def _kind(quantity: str, found: Value | None) -> Kind:
    if found is None:  # measured when the lesson runs: only a block is found by measuring
        return "place" if quantity.startswith("block_with_most") else "number"
    return "place" if found.unit in _PLACES else "number"


def meant(typed: str, labels: Mapping[str, str]) -> str:
    """Return the quantity that a text means: its own, else the first whose label has all its words, else the text.

    >>> meant("Block MACs", {"parameters(4a)": "parameters of block 4a", "macs(4a)": "MACs of block 4a"})
    'macs(4a)'
    """
    words = typed.casefold().split()
    if typed in labels or _is_quantity(typed):
        return typed
    return next((name for name, label in labels.items() if all(word in label.casefold() for word in words)), typed)


def _is_quantity(text: str) -> bool:
    try:
        needs(text)
    except SpecError:
        return False
    return True
