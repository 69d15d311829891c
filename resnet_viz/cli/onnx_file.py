"""A network with its weights as an ONNX file, as ``export --format onnx`` writes it."""

import argparse

from resnet_viz.analysis import NetworkSummary
from resnet_viz.cli.chosen_weights import arrays_to_write
from resnet_viz.errors import ResNetVizError
from resnet_viz.exports.file import write_file
from resnet_viz.messages import gettext as _


def export_onnx(options: argparse.Namespace, network: NetworkSummary) -> None:
    """Write a network as the options of ``export`` say.

    Raises:
        ResNetVizError: If they name no file, or no weights that can be used.
    """
    if options.out is None:
        raise ResNetVizError(_("Say what to write: --out FILE.onnx."))
    arrays, about = arrays_to_write(options, network)
    count = write_file(network, arrays, about, options.out, folds=options.folded)
    done = _("{n} operators, {p} parameters; weights: {weights}").format(
        n=count, p=f"{network.totals.parameters:,}", weights=about["weights"]
    )
    print(done, "->", options.out)
