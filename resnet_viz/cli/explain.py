"""The command ``explain``: why a network says that of a picture. Keras loads when it runs."""

import argparse
from pathlib import Path

import numpy as np

from resnet_viz.attribution.catalogue import METHODS, Request, parse_target, settings_of
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.cli.pictures import PreparedPicture, add_picture
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.images.preprocess import plain_input
from resnet_viz.messages import gettext as _
from resnet_viz.viz.overlay import overlay_png


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_picture(parser)
    parser.add_argument("--method", default="gradcam", metavar="METHOD", help=", ".join(METHODS))
    parser.add_argument("--node", help=_("the layer Grad-CAM looks at; the last block's output without it"))
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
    look = PreparedPicture(options)
    graph = look.summary.graph
    node = graph.node(options.node).id if options.node else graph.blocks[-1].out
    wanted = parse_target(options.target, graph.spec.classes)
    scores = look.scores()
    target = int(scores.logits(look.values[np.newaxis])[0].argmax()) if wanted is None else wanted
    from resnet_viz.attribution.methods import attribute  # imports Keras

    shape = graph.spec.input_shape
    ends = {name: plain_input(pixel, shape, look.rule) for name, pixel in (("black", 0), ("white", 255))}
    request = Request(options.method, node, target, settings)
    found = attribute(scores, {"picture": look.values, **ends}, request)
    if suffix == ".png":
        seen = look.summary.by_id[node].field if METHODS[options.method].needs_node else None
        options.out.write_bytes(overlay_png(look.rgb, found.values, seen))
    else:
        options.out.write_bytes(explanation_npz(look.origin, request, found))
    numbers = {"score": found.score, **found.numbers, **settings}
    shown = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in numbers.items()
    )
    where = f" {node}" if METHODS[options.method].needs_node else ""
    print(f"{options.method}{where}, class {target}: {shown}; weights: {look.weights_text} -> {options.out}")
