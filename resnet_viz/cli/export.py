"""The command ``export``: the network as Keras code, as JSON, or with its weights as an ONNX file."""

import argparse
import json
from pathlib import Path
from typing import Any

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.keras_code import keras_file
from resnet_viz.cli.network import add_network, network_of, write_out
from resnet_viz.cli.weights import add_weights, read_weights, weights_text
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.start import starting_arrays


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_network(parser)
    parser.add_argument("--format", choices=("keras", "json", "onnx"), default="keras")
    parser.add_argument("--out", type=Path, metavar="FILE", help=_("standard output without it"))
    add_weights(parser)
    parser.add_argument(
        "--folded", action="store_true", help=_("ONNX: every BatchNorm as part of the convolution before it")
    )
    parser.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    network = network_of(options)
    if options.format == "onnx":
        _export_onnx(options, network)
        return
    if options.weights or options.folded:
        name = "--weights" if options.weights else "--folded"
        advice = _("Code and JSON describe a network without its weights: add --format onnx.")
        raise ResNetVizError(broken_rule(name, _("left out for this format"), options.weights or "on", advice))
    if options.format == "json":
        text = network.graph.spec.to_json() + "\n"
    else:
        totals = network.totals
        title = f"ResNet `{options.preset}`: {totals.parameters:,} parameters, {totals.macs:,} MACs."
        text = keras_file(network.graph, title)
    write_out(options.out, text.encode())


def _export_onnx(options: argparse.Namespace, network: NetworkSummary) -> None:
    if options.out is None:
        raise ResNetVizError(_("Say what to write: --out FILE.onnx."))
    from resnet_viz.engine.arrays import laid_out  # noqa: PLC0415 - imports onnx, which only this format needs
    from resnet_viz.engine.write import write  # noqa: PLC0415 - as above

    arrays, about = _arrays(options, network)
    about |= {"preset": options.preset, "specification": json.dumps(network.graph.spec.to_dict())}
    made = write(network, laid_out(arrays), batch_norms="folded" if options.folded else "moving", about=about)
    options.out.write_bytes(made.whole().SerializeToString())
    done = _("{n} operators, {p} parameters; weights: {weights}").format(
        n=len(made.model.graph.node), p=f"{network.totals.parameters:,}", weights=about["weights"]
    )
    print(done, "->", options.out)


def _arrays(options: argparse.Namespace, network: NetworkSummary) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the arrays to write, and where they come from: a file's as far as they fit, random ones beside them."""
    about = {"weights": weights_text(options.weights, network)}
    if not options.weights:
        return starting_arrays(network), about
    weights = read_weights(options.weights, network)
    about["weights_sha256"] = weights.sha256
    own = {name: weights.arrays[name] for name in weights.fit.fitting}
    if weights.fit.is_complete:
        return own, about
    about["random_layers"] = ", ".join(weights.fit.random_layers)
    return starting_arrays(network) | own, about
