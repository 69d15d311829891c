"""A network with its weights as an ONNX file, as ``export --format onnx`` writes it."""

import argparse

from resnet_viz.analysis import NetworkSummary
from resnet_viz.cli.chosen_weights import arrays_to_write
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.write import write
from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _


def export_onnx(options: argparse.Namespace, network: NetworkSummary) -> None:
    """Write a network as the options of ``export`` say.

    Raises:
        ResNetVizError: If they name no file, or no weights that can be used.
    """
    if options.out is None:
        raise ResNetVizError(_("Say what to write: --out FILE.onnx."))
    arrays, about = arrays_to_write(options, network)
    made = write(network, laid_out(arrays), batch_norms="folded" if options.folded else "moving", about=about)
    options.out.write_bytes(made.whole().SerializeToString())
    done = _("{n} operators, {p} parameters; weights: {weights}").format(
        n=len(made.model.graph.node), p=f"{network.totals.parameters:,}", weights=about["weights"]
    )
    print(done, "->", options.out)
