"""The command ``export``: the network as Keras code or JSON, or its weights for other libraries, ONNX with the network."""

import argparse
from pathlib import Path

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.keras_code import keras_file
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
    if options.format in WEIGHTS_FORMATS:
        _write_weights(options, network)
        return
    if options.weights or options.folded:
        name = "--weights" if options.weights else "--folded"
        advice = _(
            "Code and JSON describe a network without its weights: add --format onnx, safetensors, torchvision or keras-weights."
        )
        raise ResNetVizError(broken_rule(name, _("left out for this format"), options.weights or "on", advice))
    if options.format == "json":
        text = network.graph.spec.to_json() + "\n"
    else:
        totals = network.totals
        title = f"ResNet `{options.preset}`: {totals.parameters:,} parameters, {totals.macs:,} MACs."
        text = keras_file(network.graph, title)
    write_out(options.out, text.encode())


def _write_weights(options: argparse.Namespace, network: NetworkSummary) -> None:
    if options.out is None:
        raise ResNetVizError(
            _("Say what to write: --out FILE.{ending}.").format(ending=WEIGHTS_FORMATS[options.format])
        )
    from resnet_viz.weights.handing_on import write_as  # imports NumPy and more

    arrays, about = arrays_to_write(options, network)
    write_as(options.format, network, arrays, options.out, about)
    done = _("{n} arrays, {p} parameters; weights: {weights}")
    print(done.format(n=len(arrays), p=f"{network.totals.parameters:,}", weights=about["weights"]), "->", options.out)
