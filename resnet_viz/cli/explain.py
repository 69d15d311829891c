"""The command ``explain``: why a network says that of a picture. Keras loads only for gradients."""

import argparse
from pathlib import Path

import numpy as np

from resnet_viz.attribution.catalogue import (
    METHODS,
    AttributionRequest,
    check_node,
    needs_keras,
    parse_target,
    settings_of,
)
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.cli.pictures import PreparedPicture, add_picture
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.reports.explanations import last_with_enough_cells, layer_of
from resnet_viz.reports.names import assumed_text, class_names
from resnet_viz.viz.overlay import overlay_png


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_picture(parser)
    parser.add_argument("--method", default="gradcam", metavar="METHOD", help=", ".join(METHODS))
    parser.add_argument(
        "--node", help=_("the layer Grad-CAM looks at; the last block's output with enough cells without it")
    )
    parser.add_argument("--class", dest="target", default="", metavar="N", help=_("the likeliest without it"))
    parser.add_argument(
        "--how",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help=_("a setting of the method, such as patch=16"),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=_(".png for the map over the picture, .npz for its numbers"),
    )
    parser.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> None:
    suffix = options.out.suffix.lower()
    if suffix not in (".npz", ".png"):
        raise ResNetVizError(broken_rule("--out", _("a file ending in .npz or .png"), options.out.name))
    settings = settings_of(options.method, dict(text.partition("=")[::2] for text in options.how))
    prepared = PreparedPicture(options)
    trial = prepared.trial
    node = trial.summary.graph.node(options.node).id if options.node else last_with_enough_cells(trial.summary)
    wanted = parse_target(options.target, trial.spec.classes)
    request = AttributionRequest(options.method, node, wanted or 0, settings)
    check_node(request, trial.summary)
    network = prepared.network_with_gradients() if needs_keras(request, trial.summary.graph) else prepared.network()
    if wanted is None:
        request = request._replace(target=int(network.logits(trial.input[np.newaxis])[0].argmax()))
    from resnet_viz.attribution.methods import attribute  # imports ONNX Runtime

    found = attribute(network, trial.with_plain, request)
    if suffix == ".png":
        field = layer_of(trial.summary, request, found).receptive_field
        options.out.write_bytes(overlay_png(trial.rgb, found.values, field))
    else:
        options.out.write_bytes(explanation_npz(prepared.origin, request, found))
    numbers = {"score": found.score, **found.numbers, **settings}
    shown = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in numbers.items()
    )
    where = f" {node}" if METHODS[options.method].needs_node else ""
    weights, classes = trial.weights, trial.spec.classes
    called = (class_names(weights, classes)[request.target], assumed_text(weights, classes))
    name = f" ({joined(filter(None, called))})" if weights.classes else ""
    print(
        f"{options.method}{where}, class {request.target}{name}: {shown}; weights: {prepared.weights_text} -> {options.out}"
    )
