"""An explanation of a class's score: what is asked for on a network, and what was found, for page and terminal."""

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.attribution.catalogue import METHODS, AttributionRequest, method_title, settings_at
from resnet_viz.attribution.words import ENOUGH_CELLS, Explanation
from resnet_viz.images.samples import SHAPES
from resnet_viz.messages import gettext as _
from resnet_viz.results import Attribution
from resnet_viz.spec.layers import Shape
from resnet_viz.subject.focus import first_focus, layer_at
from resnet_viz.subject.trial import Trial
from resnet_viz.subject.views import ExplainView, parse_settings
from resnet_viz.viz.payload import Layer, View, maps_payload

FloatArray = npt.NDArray[np.float32]

# A browser gets the whole list at every run; nobody scrolls further.
_MOST_CLASSES = 1000


def class_in(trial: Trial, likeliest: int) -> int:
    """Return the class that is explained unasked: the one in the picture where that is known, else the likeliest."""
    is_known = trial.weights.learned_from == "shapes" and trial.spec.classes == len(SHAPES.indices)
    if is_known and trial.image in SHAPES.indices:
        return list(SHAPES.indices).index(trial.image)
    return likeliest


def request_of(trial: Trial, view: ExplainView, focus: str, target: int) -> AttributionRequest:
    """Return what is asked for."""
    side = max(trial.spec.input_shape[:2])
    settings = settings_at(view.method, parse_settings(view.explaining), side)
    return AttributionRequest(view.method, node_of(trial.summary, focus), target, settings)


def node_of(summary: NetworkSummary, focus: str) -> str:
    """Return the layer Grad-CAM looks at: the one that was chosen if it lies in a block, else the last with enough cells."""
    is_chosen, own = focus != first_focus(summary.graph), layer_at(summary.graph, focus)
    return own if is_chosen and own in nodes_for(summary, focus) else last_with_enough_cells(summary)


def last_with_enough_cells(summary: NetworkSummary) -> str:
    """Return the last block's output that has enough cells; the first block's where none has."""
    outs = [block.out for block in summary.graph.blocks]
    return next((out for out in reversed(outs) if _cells(summary.by_id[out].output_shape) >= ENOUGH_CELLS), outs[0])


def explanation_key(trial: Trial, request: AttributionRequest) -> str:
    """Return what tells an explanation from all others."""
    node = request.node if METHODS[request.method].needs_node else ""
    settings = sorted(request.settings.items())
    return f"{trial.key}/{request.method}/{node}/{request.target}/{settings}"


def comparable(summary: NetworkSummary, shown: AttributionRequest) -> AttributionRequest:
    """Return the request whose map can be compared with others: at a layer with enough cells."""
    cells = _cells(summary.by_id[shown.node].output_shape)
    if METHODS[shown.method].needs_node and cells < ENOUGH_CELLS:
        return shown._replace(node=last_with_enough_cells(summary))
    return shown


def nodes_for(summary: NetworkSummary, focus: str) -> list[str]:
    """Return the layers Grad-CAM is offered at: block outputs first to last, and the one in focus if it lies in a block."""
    outs = [block.out for block in summary.graph.blocks]
    own = layer_at(summary.graph, focus)
    if own not in outs and summary.graph.node(own).block:
        outs.append(own)
    return outs


def classes_to_choose(own: str, shares: FloatArray, target: int) -> list[str]:
    """Return the classes to choose from: the one explained unasked, then all by their share, and the chosen one."""
    ordered = [str(number) for number in np.argsort(-shares, kind="stable")[:_MOST_CLASSES]]
    found = ["", *(number for number in ordered if own or number != str(target))]
    return found if own in found else [*found, own]


def node_text(summary: NetworkSummary, node: str) -> str:
    """Return a layer by its block where it is the block's output, with how fine its map is."""
    block = summary.graph.block_of(node)
    height, width = summary.by_id[node].output_shape[:2]
    name = block.name if block and block.out == node else node
    return _("{layer}: {size} cells").format(layer=name, size=f"{height}×{width}")


def explanation_of(summary: NetworkSummary, request: AttributionRequest, found: Attribution, name: str) -> Explanation:
    """Return what was found, ready to be told.

    Args:
        summary: The network.
        request: What was asked.
        found: The answer.
        name: What the class is called.
    """
    settings, height, width = dict(request.settings), *summary.graph.spec.input_shape[:2]
    if not METHODS[request.method].needs_node:
        return Explanation(request.method, name, found, settings, picture_px=(height, width))
    field = summary.by_id[request.node].field
    return Explanation(request.method, name, found, settings, request.node, field, (height, width))


def layer_of(summary: NetworkSummary, request: AttributionRequest, found: Attribution) -> Layer:
    """Return an explanation's map as a layer to draw."""
    title = _("{method}: share in the score").format(method=method_title(request.method))
    field = summary.by_id[request.node].field if METHODS[request.method].needs_node else None
    return Layer(request.node, found.values[..., np.newaxis], [0], field, title)


def explanation_payload(trial: Trial, request: AttributionRequest, found: Attribution) -> bytes:
    """Return an explanation's map over the picture, as bytes for the browser."""
    words = {"for": _("for"), "against": _("against")}
    view = View(single=True, is_for_and_against=True, words=words)
    return maps_payload([layer_of(trial.summary, request, found)], view, trial.rgb)


def _cells(shape: Shape) -> int:
    return shape[0] * shape[1] if len(shape) == 3 else 1
