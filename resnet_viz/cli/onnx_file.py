"""A network with its weights as an ONNX file, as ``export --format onnx`` writes it."""

import argparse
import json
from typing import Any

from resnet_viz.analysis import NetworkSummary
from resnet_viz.cli.weights import TerminalStores, arrays_of, weights_of
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.write import write
from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import weights_text
from resnet_viz.weights.start import starting_arrays


def export_onnx(options: argparse.Namespace, network: NetworkSummary) -> None:
    """Write a network as the options of ``export`` say.

    Raises:
        ResNetVizError: If they name no file, or no weights that can be used.
    """
    if options.out is None:
        raise ResNetVizError(_("Say what to write: --out FILE.onnx."))
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
    weights = weights_of(TerminalStores(options.weights, network), network)
    about = {"weights": weights_text(weights, network.graph.spec)}
    if weights.file is None or weights.fit is None:
        return starting_arrays(network), about
    about["weights_sha256"] = weights.file.sha256
    arrays = arrays_of(weights)
    own = {name: arrays[name] for name in weights.fit.fitting}
    if weights.fit.is_complete:
        return own, about
    about["random_layers"] = ", ".join(weights.fit.random_layers)
    return starting_arrays(network) | own, about
