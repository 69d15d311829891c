"""The option ``--weights``: what it may name, read in a process of its own, and what it is called."""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.catalogue import cards
from resnet_viz.weights.fit import Fit, fit_or_refuse
from resnet_viz.weights.reader import convert

SHIPPED = "shapes"


class Weights(NamedTuple):
    """A file's arrays, and how they fit.

    Attributes:
        arrays: The arrays by name.
        sha256: Of the file.
        fit: How they fit the network.
    """

    arrays: dict[str, Any]
    sha256: str
    fit: Fit


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help=_("safetensors, npz or h5, or `shapes` for the shipped ones; random, seed 0, without it"),
    )


def read_weights(name: str, summary: NetworkSummary) -> Weights:
    """Return the arrays of a weights file, read in a process of its own; say on standard error what does not fit.

    Raises:
        WeightsError: If there is no such file, it cannot be read safely, or nothing of it fits the network.
    """
    from safetensors.numpy import load_file  # of the optional model part

    if name == SHIPPED:
        card = next(iter(cards().values()))
        sha256, arrays = card.sha256, load_file(card.path)
    else:
        path = Path(name)
        if not path.is_file():
            raise WeightsError(broken_rule("--weights", _("the path of a weights file"), name))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with tempfile.TemporaryDirectory() as work:
            target = Path(work, "arrays")
            convert(path, target, max_bytes=2 * 4 * summary.totals.parameters)
            arrays = load_file(target)
    fit = fit_or_refuse(summary, {key: array.shape for key, array in arrays.items()})
    if not fit.is_complete:
        print(fit.sentence(), file=sys.stderr)
    return Weights(arrays, sha256, fit)


def weights_text(name: str | None, summary: NetworkSummary) -> str:
    """Return what the weights are, in words."""
    if name == SHIPPED:
        return _("trained on shapes")
    return Path(name).name if name else _("random, seed {n}").format(n=summary.graph.spec.seed)
