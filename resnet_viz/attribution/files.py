"""An explanation as a file of numbers: the map, what was asked, and what was measured. No Keras."""

from resnet_viz.attribution.catalogue import AttributionRequest, needs_keras, settings_of
from resnet_viz.results import Attribution
from resnet_viz.spec import build_graph
from resnet_viz.viz.origin import Origin, arrays_npz


def explanation_npz(origin: Origin, request: AttributionRequest, found: Attribution) -> bytes:
    """Return an explanation's map as `values` in an .npz file, with a JSON text `about` that says how it came about.

    Args:
        origin: Of the network's answer.
        request: What was asked; settings that it leaves out are the method's own.
        found: The answer.
    """
    explained = {
        **request._asdict(),
        "settings": settings_of(request.method, request.settings),
        "score": found.score,
        **found.numbers,
    }
    if needs_keras(request, build_graph(origin.specification)):
        explained["engine"] = "Keras"
    return arrays_npz(origin, {"values": found.values}, explained)
