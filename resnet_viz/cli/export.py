"""The command ``export``: the network as Keras code or JSON, or its weights for other libraries, ONNX with the network."""

import argparse
from pathlib import Path

from resnet_viz.analysis import NetworkSummary
from resnet_viz.cli.chosen_weights import add_weights, arrays_to_write
from resnet_viz.cli.network import add_network, network_of, write_out
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _

WEIGHTS_FORMATS = {"safetensors": "safetensors", "torchvision": "safetensors", "keras-weights": "weights.h5"}
"""What holds weights alone, and how such files end."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_network(parser)
    parser.add_argument("--format", choices=("keras", "json", "onnx", *WEIGHTS_FORMATS), default="keras")
    parser.add_argument("--out", type=Path, metavar="FILE", help=_("standard output without it"))
    add_weights(parser)
    parser.add_argument(
        "--folded", action="store_true", help=_("ONNX: every BatchNorm as part of the convolution before it")
    )
    parser.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    network = network_of(options)
    if options.format == "onnx":
        from resnet_viz.cli.onnx_file import export_onnx  # imports onnx, which only this format needs

        export_onnx(options, network)
        return
    if options.folded:
        advice = _("Only ONNX has it: add --format onnx.")
        raise ResNetVizError(broken_rule("--folded", _("left out for this format"), "on", advice))
    if options.format in WEIGHTS_FORMATS or (options.format == "keras" and options.weights):
        _write_weights(options, network)
        return
    if options.weights:
        advice = _("JSON describes a network without its weights: choose another --format.")
        raise ResNetVizError(broken_rule("--weights", _("left out for this format"), options.weights, advice))
    if options.format == "json":
        text = network.graph.spec.to_json() + "\n"
    else:
        from resnet_viz.exports.keras_files import code

        text = code(network, options.preset)
    write_out(options.out, text.encode())


def _write_weights(options: argparse.Namespace, network: NetworkSummary) -> None:
    if options.out is None:
        ending = WEIGHTS_FORMATS.get(options.format, "py")
        raise ResNetVizError(_("Say what to write: --out FILE.{ending}.").format(ending=ending))
    from resnet_viz.exports.keras_files import write_pair  # both import NumPy and more
    from resnet_viz.weights.handing_on import write_as

    arrays, about = arrays_to_write(options, network)
    if options.format == "keras":
        write_pair(network, arrays, options.out, about)
    else:
        write_as(options.format, network, arrays, options.out, about)
    done = _("{n} arrays, {p} parameters; weights: {weights}")
    print(done.format(n=len(arrays), p=f"{network.totals.parameters:,}", weights=about["weights"]), "->", options.out)
